"""From a view to Frappe's page context, with a designed answer to every error that has a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import frappe

from scheduler_integration.doors.errors import refusals
from scheduler_integration.doors.headers import use
from scheduler_integration.exceptions import SchedulingError

from .document import document
from .states import state_of
from .visitor import current_visitor

View = dict[str, Any]


def respond(context: Any, make_view: Callable[[], View]) -> None:
	"""Gives the template the view, or, where a room refuses, the page that says so with its status."""
	try:
		with refusals():
			view = make_view()
	except SchedulingError as error:
		view = error_view(error)
	context.no_cache = 1
	context.view = view
	use(view["document"]["headers"])
	context.title = view["document"]["title"]
	context.http_status_code = view.get("status", 200)


def error_view(error: SchedulingError) -> View:
	"""The page that stands in for one that can't be shown."""
	state = state_of(error)
	return {
		"document": document(current_visitor(), title=state["title"], description=error.message, framed=True),
		"state": state,
		"status": error.http_status_code,
	}


def redirection(address: str, status: int = 303) -> frappe.Redirect:
	"""What to raise to send the browser to `address`; 303 is a GET after a form that was taken."""
	frappe.local.flags.redirect_location = address
	return frappe.Redirect(status)


def submitted() -> bool:
	"""Whether this request is a form being sent."""
	return bool(frappe.request) and frappe.request.method == "POST"


def argument(name: str) -> str:
	"""A part of the address or of the form, as text; empty where missing or no text."""
	value = frappe.form_dict.get(name)
	return value if isinstance(value, str) else ""
