"""Calls whitelisted methods in this process, without HTTP. An error rolls back the test's records, as in a request."""

from typing import Any

import frappe


def call(function: str, caller: str | None = None, /, **arguments: Any) -> tuple[int, dict[str, Any]]:
	"""Return the HTTP status and the JSON of a method of the app, called as the user `caller`."""
	before = frappe.session.user
	frappe.local.response = frappe._dict()
	frappe.set_user(caller or before)
	try:
		frappe.call(f"scheduler_integration.api.{function}", **arguments)
	finally:
		frappe.set_user(before)
	body = dict(frappe.local.response)
	return body.pop("http_status_code"), body
