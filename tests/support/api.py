"""Calls whitelisted methods in this process, without HTTP. An error rolls back the test's records, as in a request."""

import json
from typing import Any

import frappe

from tests.support.contract import check_answer


def call(function: str, caller: str | None = None, /, **arguments: Any) -> tuple[int, dict[str, Any]]:
	"""Return the HTTP status and the JSON of a method of the app, called as the user `caller`."""
	before, name = frappe.session.user, f"scheduler_integration.api.{function}"
	frappe.local.response = frappe._dict()
	form = frappe.local.form_dict
	frappe.set_user(caller or before)
	# The arguments that Frappe's handler of requests writes there.
	frappe.local.form_dict = frappe._dict(form, cmd=name)
	try:
		frappe.call(name, **arguments)
	finally:
		frappe.set_user(before)
		frappe.local.form_dict = form
	body = dict(frappe.local.response)
	status = body.pop("http_status_code")
	check_answer(name, status, json.loads(frappe.as_json(body)))
	return status, body
