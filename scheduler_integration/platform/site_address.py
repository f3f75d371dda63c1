"""Absolute addresses of this site, for messages, calendar entries and pages.

They come from the site's configuration (`host_name`, otherwise its name), also during a request. Without `host_name`,
Frappe itself would take the request's Host header, in which anybody can write the name of a site of their own. A guest who
books with such a header would get mails about other people's meetings to lead there.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import frappe
from frappe.utils import get_url, get_url_to_form


def site_url(path: str = "") -> str:
	"""Return the absolute address of a path of this site; without a path, that of the site, without a slash at its end."""
	return _without_request(lambda: get_url(path or None))


def site_host() -> str:
	"""Return the site's host name in lower case, without port."""
	return urlsplit(site_url()).hostname or ""


def desk_url(doctype: str, name: str) -> str:
	"""Return the absolute address of a record in the desk."""
	return _without_request(lambda: get_url_to_form(doctype, name))


def _without_request(make: Callable[[], str]) -> str:
	"""Let Frappe make an address as in a job. Early versions of Frappe 15 have no argument for that."""
	request = getattr(frappe.local, "request", None)
	if not request:
		return make()
	frappe.local.request = None
	try:
		address = make()
	finally:
		frappe.local.request = request
	if frappe.conf.host_name or frappe.conf.hostname:
		return address
	parts = urlsplit(address)
	# Only the proxy knows whether the request came to this very host with https.
	is_secure = request.headers.get("X-Forwarded-Proto") == "https"
	if not is_secure or request.host.partition(":")[0].lower() != parts.hostname:
		return address
	# Frappe 15 adds the port behind the proxy.
	return parts._replace(scheme="https", netloc=parts.hostname or "").geturl()
