"""Changes the path of a request before Frappe looks for its page."""

import re

import frappe
from werkzeug.wrappers import Request

_ROUTES = (
	"frappe.website.doctype.web_page.web_page.get_dynamic_web_pages",
	"frappe.website.doctype.web_form.web_form.get_published_web_forms",
)
_OURS = ("/schedule/", "/scheduling/", "/book/", "/client-report/")


def merge_slashes() -> None:
	"""Hook before each request: take `/schedule//jane` for `/schedule/jane`.

	Frappe would redirect there, to the host that the request's Host header names.
	"""
	request: Request = frappe.local.request
	if "//" in request.path and request.path.startswith(_OURS):
		rewrite(request, re.sub("/{2,}", "/", request.path))


def read_routes() -> None:
	"""Hook before each request: read what Frappe's router needs before a page of ours, so that it can't read nothing.

	While the cache is cold, `redis_cache` looks for the value and then whether there is one. If another request stores it in
	between, the answer is None, and the router's loop over it would be a 500. None stays in the request's own cache, too.
	"""
	if frappe.local.request.path.startswith(_OURS):
		for name in _ROUTES:
			if frappe.get_attr(name)() is None:
				frappe.local.cache.clear()


def rewrite(request: Request, path: str) -> None:
	"""Let Frappe show another page for this request, as a web server's rewrite rule does."""
	request.path = path
	# WSGI (PEP 3333) has the bytes of a path as Latin-1.
	request.environ["PATH_INFO"] = path.encode().decode("latin-1")
