"""Addresses of this site, and of its records in the desk."""

import os
from urllib.parse import quote, urljoin, urlparse

from frappe.context import local
from frappe.utils.data import cstr


def get_host_name_from_request() -> str | None:
	request = getattr(local, "request", None)
	if not request or not request.host:
		return None
	scheme = "https" if request.headers.get("X-Forwarded-Proto") == "https" else "http"
	return f"{scheme}://{request.host}"


def get_url(uri: str | None = None, full_address: bool = False, allow_header_override: bool = True) -> str:
	"""The configured host name, else the request's, else where `serve` says it listens, else the site's."""
	if full_address:
		raise NotImplementedError("get_url(full_address=True) on the embedded site")
	if uri and uri.startswith(("http://", "https://")):
		return uri
	host = local.conf.host_name or (allow_header_override and get_host_name_from_request())
	host = host or os.environ.get("SITE_URL") or local.site
	if not host.startswith(("http://", "https://")):
		host = f"http://{host}"
	if local.conf.http_port and not urlparse(host).port:
		host = f"{host}:{local.conf.http_port}"
	return urljoin(host, uri) if uri else host


def quoted(url: str) -> str:
	return quote(cstr(url), safe=b"~@#$&()*!+=:;,.?/'")


def get_url_to_form(doctype: str, name: str | None = None) -> str:
	slug = quoted(doctype.lower().replace(" ", "-"))
	return get_url(f"/app/{slug}/{quoted(name)}" if name else f"/app/{slug}")


def get_link_to_form(doctype: str, name: str | None = None, label: str | None = None) -> str:
	return f'<a href="{get_url_to_form(doctype, name)}">{label or name or doctype}</a>'
