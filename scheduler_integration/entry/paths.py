"""Changes the path of a request before Frappe looks for its page."""

import re

import frappe
from werkzeug.wrappers import Request

_OURS = ("/schedule/", "/scheduling/", "/book/", "/client-report/")


def merge_slashes() -> None:
	"""Hook before each request: take `/schedule//jane` for `/schedule/jane`.

	Frappe would redirect there, to the host that the request's Host header names.
	"""
	request: Request = frappe.local.request
	if "//" in request.path and request.path.startswith(_OURS):
		rewrite(request, re.sub("/{2,}", "/", request.path))


def rewrite(request: Request, path: str) -> None:
	"""Let Frappe show another page for this request, as a web server's rewrite rule does."""
	request.path = path
	# WSGI (PEP 3333) has the bytes of a path as Latin-1.
	request.environ["PATH_INFO"] = path.encode().decode("latin-1")
