"""Reads Zoom's webhooks, called notices here: about meetings, people who join, and accounts.

https://developers.zoom.us/docs/api/webhooks/
"""

import json
from dataclasses import dataclass
from typing import Any

from frappe import _

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import Refused


@dataclass(frozen=True, slots=True)
class ZoomNotice:
	"""A notice. Facts that are missing, or not in the form that Zoom documents, are empty or None.

	`meeting` is Zoom's number of a meeting, and `start` and `end` are its instants, in epoch seconds. `participant` is the
	e-mail address of a person who joined at `joined_at`. `user` is the id of a user who removed the app. `token` is the
	text with which Zoom checks the address to which it sends notices.
	"""

	event: str
	meeting: str = ""
	start: int | None = None
	end: int | None = None
	participant: str = ""
	joined_at: int | None = None
	user: str = ""
	token: str = ""


def read_zoom_notice(body: bytes) -> ZoomNotice:
	"""Return the notice in the body of a request. Raises InvalidRequest if there is none."""
	try:
		told = json.loads(body)
	except (ValueError, RecursionError):
		told = None
	event = told.get("event") if isinstance(told, dict) else None
	if not isinstance(event, str):
		raise InvalidRequest(_("This isn't a notice."))
	payload = _inner(told, "payload")
	meeting = _inner(payload, "object")
	person = _inner(meeting, "participant")
	return ZoomNotice(
		event=event,
		meeting=_text(meeting.get("id")),
		start=_instant(meeting.get("start_time")),
		end=_instant(meeting.get("end_time")),
		participant=_text(person.get("email")),
		joined_at=_instant(person.get("join_time")),
		user=_text(payload.get("user_id")),
		token=_text(payload.get("plainToken")),
	)


def _inner(told: dict[str, Any], name: str) -> dict[str, Any]:
	value = told.get(name)
	return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
	"""Return the value as text. Zoom writes a meeting's number as a number or as text."""
	return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _instant(value: object) -> int | None:
	"""Return the epoch seconds of Zoom's `2026-03-02T09:00:00Z`, or None."""
	try:
		return parse_instant(value)
	except Refused:
		return None
