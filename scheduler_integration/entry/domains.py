"""Requests to the host names of pages: `/`, `/book` and `/<meeting type>` show the page, and nothing else of the site exists.

A hook before each request changes the path to that of the page on the site, as a web server's rewrite rule does. Then
Frappe goes on as usual, in all versions. Requests to the site itself and to unknown hosts stay as they are.
"""

import frappe
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request

from scheduler_integration.catalogue.booking_links import PAGE, is_token
from scheduler_integration.catalogue.slugs import RESERVED, is_slug
from scheduler_integration.domains.links import ROOT
from scheduler_integration.domains.table import Served, served_at

# People join a waitlist at the meeting type's address followed by this.
WAITLIST = "waitlist"
# Programs read about a page at its address followed by this.
WORDS = "/llms.txt"
_PREFIXES = (
	"/assets/",
	"/api/method/scheduler_integration.api.public.",
	"/api/method/scheduler_integration.api.analytics.track",
	"/api/method/scheduler_integration.api.waiting_devices.",
	"/api/method/scheduler_integration.api.mcp.visitor",
	"/api/method/scheduler_integration.api.openapi.",
)


def serve_domain() -> None:
	"""Hook before each request: on the host name of a page, change the path. Raises werkzeug's NotFound for all other paths."""
	request: Request = frappe.local.request
	served = served_at(request.host)
	if not served:
		return
	frappe.flags.scheduling_served = served
	# Frappe runs a method that an argument `cmd` names, whatever the path. And its own page for a path that isn't there tells
	# more of the site than ours.
	is_plain = not frappe.form_dict.get("cmd") and ".." not in request.path.split("/")
	path = _path_on_site(served, request.path) if is_plain else None
	if path is None:
		raise NotFound
	rewrite(request, path)


def is_on_domains(path: str) -> bool:
	"""Whether a path of the site is the same on the host names of pages."""
	return path.startswith(_PREFIXES)


def refuse_login() -> None:
	"""Hook before somebody is signed in: refuse it on the host name of a page. Frappe reads passwords before `serve_domain` runs."""
	request = getattr(frappe.local, "request", None)
	if request and served_at(request.host):
		frappe.local.response["message"] = "Invalid login credentials"
		raise frappe.AuthenticationError


def _path_on_site(served: Served, path: str) -> str | None:
	"""Return the path on the site to which a path on the domain leads, or None."""
	if is_on_domains(path):
		return path
	first, *rest = path.strip("/").split("/")
	if first == "schedule" and rest:
		is_link = rest[0] == PAGE and is_token(rest[-1])
		return path if is_link or rest[0] in (*RESERVED, *served.slugs) else None
	if first == ROOT:
		parts = [served.home, *rest]
	elif rest or (first != served.home and first in served.slugs):
		parts = [first, *rest]
	else:
		parts = [served.home, *([first] if first else [])]
	if parts[0] in served.slugs and len(parts) <= 2 and all(is_slug(part) for part in parts):
		return "/".join(("/schedule", *parts))
	return _words_on_site(served, path) or _waitlist_on_site(served, path)


def _words_on_site(served: Served, path: str) -> str | None:
	"""Return the path of the words for programs about a page or a meeting type, or None."""
	for ending, depth in (WORDS, len(("schedule", "page"))), (".md", len(("schedule", "page", "type"))):
		if path.endswith(ending):
			inner = _path_on_site(served, path.removesuffix(ending) or "/")
			is_ours = inner and inner.startswith("/schedule/") and inner.count("/") == depth
			return f"{inner}{ending}" if is_ours else None
	return None


def _waitlist_on_site(served: Served, path: str) -> str | None:
	"""Return the path of the page on which people join the waitlist of a meeting type, or None."""
	head, _slash, last = path.strip("/").rpartition("/")
	inner = _path_on_site(served, f"/{head}") if head and last == WAITLIST else None
	is_type = inner and inner.startswith("/schedule/") and inner.count("/") == len(("schedule", "page", "type"))
	return f"{inner}/{WAITLIST}" if is_type else None


def rewrite(request: Request, path: str) -> None:
	"""Let Frappe show another page for this request, as a web server's rewrite rule does."""
	request.path = path
	# WSGI (PEP 3333) has the bytes of a path as Latin-1.
	request.environ["PATH_INFO"] = path.encode().decode("latin-1")
