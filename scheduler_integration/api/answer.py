"""The one shape of all answers, and what becomes of errors."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import frappe
from frappe.utils import strip_html

from scheduler_integration.doors.headers import say_when
from scheduler_integration.exceptions import InvalidRequest, NotPermitted, SchedulingError

F = TypeVar("F", bound=Callable[..., Any])


def answered(status: int = 200) -> Callable[[F], F]:
	"""Decorates a whitelisted method: what it returns becomes `data`, what it raises becomes an error of docs/api.md.

	A refused call leaves nothing behind: its transaction is rolled back.
	"""

	def decorate(method: F) -> F:
		@wraps(method)
		def answer(*args: Any, **kwargs: Any) -> None:
			try:
				body = {"success": True, "data": method(*args, **kwargs)}
				frappe.local.response.http_status_code = status
			except SchedulingError as error:
				body = refuse(error)
			except frappe.PermissionError:
				body = refuse(NotPermitted())
			except frappe.ValidationError as error:
				# A rule of Frappe's own, or of another app's, that the call ran into.
				body = refuse(InvalidRequest(strip_html(str(error)) or None))
			frappe.local.response.update(body)

		return answer

	return decorate


def refuse(error: SchedulingError) -> dict[str, Any]:
	"""Undoes what the call did, sets the status and answers the error's body."""
	frappe.db.rollback()
	frappe.clear_messages()
	frappe.local.response.http_status_code = error.http_status_code
	say_when(error)
	return error.as_dict()
