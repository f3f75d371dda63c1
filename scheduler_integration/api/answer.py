"""The JSON envelope of every response over HTTP, for results and errors. In Python, methods return their data and raise."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial, wraps
from typing import Any, ParamSpec

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


@dataclass(frozen=True, slots=True)
class File:
	"""A result that is a file."""

	filename: str
	content: str | bytes
	content_type: str


def json_endpoint(status: int = 200) -> Callable[[Callable[P, object]], Callable[P, Any]]:
	"""Decorate a whitelisted method, so that HTTP gets the envelope of docs/reference/api.md, with `status` for a success.

	A method that returns a Response is answered with it. Called in Python, as by Frappe's own tools of assistants and by server
	scripts, the method returns its data (a File as a dict, and the sentence of a Message without data), and raises what is
	refused. An error rolls back the transaction in both cases.
	"""

	def decorate(method: Callable[P, object]) -> Callable[P, Any]:
		name = f"{method.__module__}.{method.__qualname__}"

		@wraps(method)
		def call(*args: P.args, **kwargs: P.kwargs) -> Any:
			plain = partial(method, *args, **kwargs)
			if is_asked_for(name):
				return _answer(plain, status)
			with refusals():
				return _data(plain())

		return call

	return decorate


def is_asked_for(name: str) -> bool:
	"""Whether the present HTTP request calls the method with this dotted name, as its address or its `cmd`."""
	request = getattr(frappe.local, "request", None)
	path = request.path.rstrip("/").rpartition("/")[2] if request else ""
	return name in (path, (getattr(frappe.local, "form_dict", None) or {}).get("cmd"))


def _answer(plain: Callable[[], object], status: int) -> Response | None:
	response = frappe.local.response
	try:
		with refusals():
			result = plain()
			if isinstance(result, Response):
				return result
			response.update({"success": True, **_result(result)})
		response.http_status_code = status
	except SchedulingError as error:
		response.http_status_code = error.http_status_code
		response.update(serialise.error(error))
	return None


def _result(result: object) -> dict[str, object]:
	if isinstance(result, File):
		# Frappe adds the charset of texts itself.
		kind = result.content_type.partition(";")[0]
		file = {"filename": result.filename, "filecontent": result.content, "content_type": kind}
		return {"data": None, "type": "download", **file}
	if not isinstance(result, Message):
		return {"data": result}
	return {"message": result.text} if result.data is None else {"data": result.data, "message": result.text}


def _data(result: object) -> object:
	if isinstance(result, File):
		return asdict(result)
	if not isinstance(result, Message):
		return result
	return result.text if result.data is None else result.data
