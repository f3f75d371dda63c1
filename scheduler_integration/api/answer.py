"""The JSON envelope of every response, for results and errors."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

import frappe
from werkzeug.wrappers import Response

from scheduler_integration.api import serialise
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import SchedulingError

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Message:
	"""A result with a translated sentence beside the data. The data may be missing."""

	text: str
	data: object = None


def json_endpoint(status: int = 200) -> Callable[[Callable[P, object]], Callable[P, Response | None]]:
	"""Decorate a whitelisted method: its result becomes `data`, a SchedulingError becomes an error as in docs/reference/api.md.

	An error rolls back the transaction. `status` is the HTTP status of a success. A method that returns a Response is
	answered with it.
	"""

	def decorate(method: Callable[P, object]) -> Callable[P, Response | None]:
		@wraps(method)
		def answer(*args: P.args, **kwargs: P.kwargs) -> Response | None:
			response = frappe.local.response
			try:
				with refusals():
					result = method(*args, **kwargs)
					if isinstance(result, Response):
						return result
					response.update({"success": True, **_result(result)})
				response.http_status_code = status
			except SchedulingError as error:
				response.http_status_code = error.http_status_code
				response.update(serialise.error(error))
			return None

		return answer

	return decorate


def download(filename: str, content: str | bytes, content_type: str) -> None:
	"""Answer the request with a file."""
	frappe.local.response.update(
		{"type": "download", "filename": filename, "filecontent": content, "content_type": content_type}
	)


def _result(result: object) -> dict[str, object]:
	if not isinstance(result, Message):
		return {"data": result}
	return {"message": result.text} if result.data is None else {"data": result.data, "message": result.text}
