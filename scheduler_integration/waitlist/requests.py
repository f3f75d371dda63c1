"""Requests to wait for a time: reads the payload of a caller, and checks every field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.booking_request import BookingPayload, BookingRequest, parse_booking_request
from scheduler_integration.parsing.fields import Reader, parse_date_or, parse_json, parse_whole_number
from scheduler_integration.parsing.kinds import Clock, Date, NotifyBy, Weekdays, Whole
from scheduler_integration.parsing.text import Refused, whole_number
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.records import record
from scheduler_integration.times import DAY_MINUTES, EVERY_DAY, Bounds

DAY = 86400
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::00)?")
# People who name no last date wait for USUAL_DAYS. Nobody waits longer than MOST_DAYS.
USUAL_DAYS, MOST_DAYS = 60, 366
# After so many offers without an answer, the person is asked no more.
USUAL_UNANSWERED, MOST_UNANSWERED = 3, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitPayload:
	"""The unchecked values with which somebody says when they have time, as in docs/reference/api.md."""

	first_date: Date | None = None
	last_date: Date | None = None
	weekdays: Weekdays | None = None
	from_time: Clock | None = None
	to_time: Clock | None = None
	most_offers: Whole | None = None
	notify_by: NotifyBy | None = None

	@classmethod
	def of(cls, values: Mapping[str, object]) -> WaitPayload:
		"""Return the payload in `values`. Unknown names are ignored."""
		return record(cls, values)


@dataclass(frozen=True, slots=True)
class Wait:
	"""When somebody has time, how offers reach them, and after how many offers without an answer they are asked no more."""

	bounds: Bounds
	by_text: bool = False
	most_unanswered: int = USUAL_UNANSWERED


@dataclass(frozen=True, slots=True)
class WaitRequest:
	"""A request to wait for a time, whose fields are all valid.

	`person` has the fields of the booking form; its start means nothing. `details` are the same fields as they were typed:
	the booking is made of them, by the form as it is then.
	"""

	wait: Wait
	person: BookingRequest
	details: Mapping[str, Any]


# The fields of a BookingPayload that belong to the person, and not to a time or to one request.
_KEPT = (
	"duration", "attendee_name", "attendee_email", "attendee_phone", "attendee_company", "location", "notes", "answers",
	"timezone", "language", "source", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "reference",
)  # fmt: skip


def parse_wait_request(
	payload: BookingPayload, wait: WaitPayload, page: Document, meeting_type: Document, now: int
) -> WaitRequest:
	"""Return the request to wait for a time of this meeting type. Raises InvalidRequest that names every wrong field."""
	details: dict[str, str] = {}
	person, parsed = None, None
	try:
		# Some start, so that all other fields are checked as for a booking.
		person = parse_booking_request(replace(payload, start=iso(now + DAY, "UTC"), guests=None), page, meeting_type)
	except InvalidRequest as error:
		details |= error.details
	try:
		zone = person.timezone if person else page.timezone
		parsed = parse_wait(wait, zone, now)
	except InvalidRequest as error:
		details |= error.details
	if not details and parsed and parsed.by_text and not (person and person.attendee_phone):
		details["attendee_phone"] = _("Enter your phone number.")
	if details or not person or not parsed:
		raise InvalidRequest(details=details)
	kept = {name: value for name in _KEPT if (value := getattr(payload, name)) not in (None, "", [], {})}
	return WaitRequest(parsed, person, kept)


def parse_wait(payload: WaitPayload, zone: str, now: int) -> Wait:
	"""Return when somebody has time, by the clock of the `zone`. Raises InvalidRequest. `now` is in epoch seconds.

	Without dates it is from today on, for USUAL_DAYS.
	"""
	reader = Reader(partial(getattr, payload))
	today = engine.local_date(now, zone)
	first = reader.value("first_date", lambda value: parse_date_or("first_date", value, today), today)
	first = max(first, today)
	usual = max(first, today + timedelta(days=USUAL_DAYS))
	last = reader.value("last_date", lambda value: parse_date_or("last_date", value, usual), usual)
	if "last_date" not in reader.details and last < first:
		reader.details["last_date"] = _("Choose a later date or time.")
	if (last - today).days > MOST_DAYS:
		reader.details["last_date"] = _("Choose a date within a year.")
	weekdays = reader.value("weekdays", _weekdays, EVERY_DAY)
	from_minute = reader.value("from_time", lambda value: _minute(value, 0), 0)
	to_minute = reader.value("to_time", lambda value: _minute(value, DAY_MINUTES), DAY_MINUTES)
	if to_minute < from_minute:
		reader.details.setdefault("to_time", _("Choose a later date or time."))
	most = reader.value("most_offers", lambda value: parse_whole_number("most_offers", value), None)
	if most is not None and not 1 <= most <= MOST_UNANSWERED:
		reader.details["most_offers"] = _("Choose a number from {0} to {1}.").format(1, MOST_UNANSWERED)
	if payload.notify_by not in (None, "", "email", "text"):
		reader.details["notify_by"] = _("Choose one.")
	reader.check()
	bounds = Bounds(first, last, zone, weekdays, from_minute, to_minute)
	return Wait(bounds, payload.notify_by == "text", most or USUAL_UNANSWERED)


def _weekdays(value: object) -> frozenset[int]:
	"""Return ISO weekdays from a list, its JSON, or numbers with commas. None are all."""
	if isinstance(value, str) and not value.startswith("["):
		value = value.replace(",", " ").split()
	given = parse_json("weekdays", value, list) or []
	days = frozenset(whole_number(each) for each in given)
	if not days <= EVERY_DAY:
		raise Refused(_("Choose weekdays from 1 (Monday) to 7 (Sunday)."))
	return days or EVERY_DAY


def _minute(value: object, default: int) -> int:
	"""Return the minutes since midnight of a time such as 14:30."""
	if value in (None, ""):
		return default
	match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
	if not match or int(match[1]) * 60 + int(match[2]) > DAY_MINUTES:
		raise Refused(_("This is not a time. Write it as 14:30."))
	return int(match[1]) * 60 + int(match[2])
