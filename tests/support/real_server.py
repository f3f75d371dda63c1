"""Serves a real site as `bench serve` does, but reads the site's configuration for each request.

Frappe 16 remembers site_config.json for a minute (Frappe 15 doesn't). A test that writes an address into it asks the
server at once. Without this, the request would go to the real vendor.

The site's `host_name` is the server's address, so that the app's links lead to this server.
"""

import sys
from collections.abc import Callable, Iterable
from typing import Any

import frappe.app
import frappe.config


def reading_configuration(application: Callable) -> Callable:
	forget = getattr(frappe.config, "clear_site_config_cache", None)

	def answer(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
		if forget:
			forget()
		return application(environ, start_response)

	return answer


def reached_at(address: str) -> None:
	read = frappe.get_site_config

	def configuration(*args: Any, **kwargs: Any) -> dict[str, Any]:
		return frappe._dict({"host_name": address, **read(*args, **kwargs)})

	frappe.get_site_config = configuration


if __name__ == "__main__":
	site, port = sys.argv[1:]
	reached_at(f"http://127.0.0.1:{port}")
	frappe.app.application = reading_configuration(frappe.app.application)
	frappe.app.serve(port=int(port), no_reload=True, site=site)
