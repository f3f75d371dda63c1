"""Calls whitelisted methods in this process, without HTTP. An error rolls back the test's records, as in a request."""

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

import frappe

import scheduler_integration.api


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
	return body.pop("http_status_code"), body


def doors() -> dict[str, Callable[..., Any]]:
	"""Return all methods of the API by their names, such as `public.book`."""
	found = {}
	for module in pkgutil.iter_modules(scheduler_integration.api.__path__):
		members = inspect.getmembers(import_module(f"scheduler_integration.api.{module.name}"), inspect.isfunction)
		for name, function in members:
			if hasattr(function, "door") and function.__module__.endswith(f".{module.name}"):
				found[f"{module.name}.{name}"] = function
	return found
