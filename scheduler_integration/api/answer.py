"""The one shape of all answers, and what becomes of errors."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import frappe

from scheduler_integration.api import serialise
from scheduler_integration.doors.errors import refusals
from scheduler_integration.exceptions import SchedulingError

P = ParamSpec("P")


def answered(status: int = 200) -> Callable[[Callable[P, object]], Callable[P, None]]:
	"""Decorates a whitelisted method: what it returns becomes `data`, what it raises becomes an error of docs/api.md.

	A refused call stores nothing: its transaction is rolled back.
	"""

	def decorate(method: Callable[P, object]) -> Callable[P, None]:
		@wraps(method)
		def answer(*args: P.args, **kwargs: P.kwargs) -> None:
			response = frappe.local.response
			try:
				with refusals():
					response.update({"success": True, "data": method(*args, **kwargs)})
				response.http_status_code = status
			except SchedulingError as error:
				response.http_status_code = error.http_status_code
				response.update(serialise.error(error))

		return answer

	return decorate
