"""The door of the API: how a method is called over HTTP and in Python, who may call it, and the JSON envelope of its results.

	@door("POST", who=Who.HOSTS, status=201)
	def create(**fields) -> Document:

A method parses its arguments, calls a room, and returns what the room returned. Its answer is made from that (`as_json`).
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from functools import wraps
from typing import Any

import frappe
from frappe import _
from werkzeug.wrappers import Response

import scheduler_integration.api.shapes  # noqa: F401  # It declares what answers show of errors.
from scheduler_integration.api.as_json import as_json
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.limits import REQUESTS, Limit, count_request
from scheduler_integration.exceptions import InvalidRequest, NotPermitted, NotSignedIn, SchedulingError
from scheduler_integration.permissions import has_app_permission, is_manager
from scheduler_integration.platform.language import speak_to_host, speak_to_visitor
from scheduler_integration.platform.transactions import commit_request


class Who(Enum):
	"""The callers that a method admits. The method's limit counts those who needn't be signed in."""

	ANYBODY = "anybody"
	LINK = "everybody who has the link"
	SENDERS = "other systems, by their signature or secret"
	USERS = "signed-in users, for what they may read or change"
	HOSTS = "hosts and managers"

	def admit(self) -> None:
		"""Raise NotSignedIn or NotPermitted. Calls of strangers are counted, as those of public methods are: RateLimited.

		To Frappe, all methods are for Guest. Otherwise it would refuse the call with its own page instead of JSON.
		"""
		if self in (Who.USERS, Who.HOSTS) and (frappe.session.user == "Guest" or _has_left()):
			count_request(REQUESTS)
			raise NotSignedIn
		if self is Who.HOSTS and not has_app_permission():
			raise NotPermitted


def asks_for_all(whose: object) -> bool:
	"""Whether a manager asks for everybody's records. `whose` is "all" or nothing. Raises InvalidRequest and NotPermitted."""
	if whose not in (None, "", "all"):
		raise InvalidRequest(details={"whose": _("This must be “all”, or left out.")})
	if whose and not is_manager():
		raise NotPermitted
	return bool(whose)


def _has_left() -> bool:
	"""Whether the user is disabled. Frappe ends the sessions and keys of one, but not the access tokens of OAuth 2."""
	request = getattr(frappe.local, "request", None)
	if not request or not request.headers.get("Authorization"):
		return False
	return not frappe.db.get_value("User", frappe.session.user, "enabled")


@dataclass(frozen=True, slots=True)
class Door:
	"""A method's declaration: its verbs, who may call it, the status of a success, and how its calls are limited.

	`fields` are what the method takes besides the arguments that it names: dataclasses whose fields have kinds
	(`parsing/kinds.py`), or tables of kinds or of a DocType's fields (`parsing/payload.py`).
	"""

	verbs: tuple[str, ...]
	who: Who
	status: int = 200
	limit: Limit | None = None
	fields: tuple[Any, ...] = ()


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


@dataclass(frozen=True, slots=True)
class OnTop:
	"""A result without data, with keys that the caller looks for at the top of the answer."""

	keys: Mapping[str, object] = field(default_factory=dict)


def door(
	*verbs: str, who: Who, status: int = 200, limit: Limit | None = None, fields: Any = ()
) -> Callable[[Callable[..., object]], Callable[..., Any]]:
	"""Decorate a method, and whitelist it for these HTTP verbs.

	HTTP gets the envelope of docs/reference/api.md, with `status` for a success. A method that returns a Response is answered
	with it. Called in Python, as by Frappe's own tools of assistants and by server scripts, the method returns its data (a
	File as a dict, and the sentence of a Message without data), and raises what is refused. An error rolls back the
	transaction in both cases. An argument without a default is needed. If it is missing, the method gets None and refuses it.
	"""

	def decorate(method: Callable[..., object]) -> Callable[..., Any]:
		name = f"{method.__module__}.{method.__qualname__}"
		parameters = inspect.signature(method).parameters.values()
		needed = [it.name for it in parameters if it.default is it.empty and it.kind is not it.VAR_KEYWORD]

		@wraps(method)
		def call(*args: Any, **kwargs: Any) -> Any:
			is_http = is_asked_for(name)
			try:
				with refusals():
					if is_http:
						(speak_to_host if who in (Who.USERS, Who.HOSTS) else speak_to_visitor)()
					if limit:
						count_request(limit)
					who.admit()
					result = method(*args, **{**dict.fromkeys(needed[len(args) :]), **kwargs})
					if not is_http or isinstance(result, Response):
						return _data(result)
					commit_request()
					frappe.local.response.update(_envelope(result), http_status_code=status)
			except SchedulingError as error:
				if not is_http:
					raise
				frappe.local.response.update(as_json(error), http_status_code=error.http_status_code)
			return None

		# Frappe would check the values by the kinds, and refuse a wrong one with its own page.
		call.__annotations__ = {}
		own = fields if isinstance(fields, tuple) else (fields,)
		call.door = Door(verbs, who, status, limit, own)  # type: ignore[attr-defined]  # A function takes any attribute.
		whitelisted: Callable[..., Any] = frappe.whitelist(allow_guest=True, xss_safe=True, methods=[*verbs])(call)
		return whitelisted

	return decorate


def is_asked_for(name: str) -> bool:
	"""Whether the present HTTP request calls the method with this dotted name, as its address or its `cmd`."""
	request = getattr(frappe.local, "request", None)
	path = request.path.rstrip("/").rpartition("/")[2] if request else ""
	return name in (path, (getattr(frappe.local, "form_dict", None) or {}).get("cmd"))


def _envelope(result: object) -> dict[str, Any]:
	if isinstance(result, File):
		# Frappe adds the charset of texts itself.
		kind = result.content_type.partition(";")[0]
		file = {"filename": result.filename, "filecontent": result.content, "content_type": kind}
		return {"success": True, "data": None, "type": "download", **file}
	if isinstance(result, OnTop):
		return {**result.keys, "success": True, "data": {}}
	if not isinstance(result, Message):
		return {"success": True, "data": as_json(result)}
	data = {} if result.data is None else {"data": as_json(result.data)}
	return {"success": True, **data, "message": result.text}


def _data(result: object) -> Any:
	if isinstance(result, Response):
		return result
	if isinstance(result, File):
		return asdict(result)
	if isinstance(result, OnTop):
		return result.keys
	if not isinstance(result, Message):
		return as_json(result)
	return result.text if result.data is None else as_json(result.data)
