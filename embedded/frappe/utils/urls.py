"""Stands in for frappe.utils.get_url and its relatives: addresses of this site, and of its records in the desk."""

import os
from urllib.parse import quote, urljoin

from frappe.context import local


def get_url(uri: str | None = None) -> str:
	"""Return the URL on the configured host, else the request's, else SITE_URL (set by `serve`), else the site's."""
	if uri and uri.startswith(("http://", "https://")):
		return uri
	host = local.conf.host_name or _host_of_request() or os.environ.get("SITE_URL") or local.site
	if not host.startswith(("http://", "https://")):
		host = f"http://{host}"
	return urljoin(host, uri) if uri else host


def _host_of_request() -> str | None:
	request = getattr(local, "request", None)
	if not request or not request.host:
		return None
	scheme = "https" if request.headers.get("X-Forwarded-Proto") == "https" else "http"
	return f"{scheme}://{request.host}"


def get_url_to_form(doctype: str, name: str) -> str:
	slug = doctype.lower().replace(" ", "-")
	return get_url(f"/desk/{quote(slug)}/{quote(name)}")
