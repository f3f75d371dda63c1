"""The access tokens of OAuth 2 that were given only some rights of the scheduler, by their scopes."""

import frappe

from scheduler_integration.exceptions import NotPermitted

# Each allows what those before it allow. Only assistants' tools know more than reading (`api/tools.py`).
SCOPES = {
	"scheduler:read": "Read the host's meetings, times and settings",
	"scheduler:propose": "Also propose changes by the tools of assistants, which the host confirms",
	"scheduler:act": "Also block the host's time by the tools of assistants",
}
EVERYTHING = "all"
_API = "/api/method/scheduler_integration.api."


def token_scopes() -> frozenset[str] | None:
	"""Return the scopes of the access token of this request, or None if it has no token."""
	# As Frappe reads it.
	kind, *words = frappe.request.headers.get("Authorization", "").split(" ")
	if kind.lower() != "bearer" or len(words) != 1:
		return None
	return frozenset((frappe.db.get_value("OAuth Bearer Token", words[0], "scopes") or "").split())


def limit_token() -> None:
	"""Raise NotPermitted if the token of this request was given scopes of the scheduler, and they don't cover the request.

	Such a token reads by the API, and calls the endpoint of assistants. To Frappe, each token may do what its user may.
	"""
	scopes = token_scopes()
	if not scopes or EVERYTHING in scopes or not scopes & SCOPES.keys():
		return
	path, asks_for_more = frappe.request.path.rstrip("/"), frappe.form_dict.get("cmd")
	reads = path.startswith(_API) and frappe.request.method in ("GET", "HEAD")
	if asks_for_more or not (reads or path == f"{_API}mcp.host"):
		raise NotPermitted
