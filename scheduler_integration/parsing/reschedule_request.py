"""Requests to reschedule: reads the arguments of a caller, and checks every field."""

from __future__ import annotations

from dataclasses import dataclass

from frappe import _

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.booking_request import parse_key, parse_parts
from scheduler_integration.parsing.fields import (
	parse_field,
	parse_hold_key,
	parse_instant_of,
	parse_reason,
	parse_whole_number,
)
from scheduler_integration.parsing.series import parse_dates


@dataclass(frozen=True, slots=True)
class RescheduleRequest:
	"""A request to move a meeting to another time, whose fields are all valid.

	- `start` is in epoch seconds, `duration` in minutes; without `duration` the meeting stays as long as it is.
	- `parts` are the starts of the parts of a multi-day meeting, in epoch seconds, as the attendee was shown them.
	- `dates` are the new starts of the dates of a series, as the person has agreed to them; None for one that stays.
	- `hold` is the key of the attendee's own hold, `idempotency_key` the caller's own key.
	"""

	start: int
	duration: int | None = None
	parts: tuple[int, ...] = ()
	reason: str = ""
	hold: str | None = None
	idempotency_key: str | None = None
	dates: tuple[int | None, ...] = ()


def parse_reschedule_request(
	start: object,
	duration: object = None,
	parts: object = None,
	reason: object = None,
	hold: object = None,
	idempotency_key: object = None,
	dates: object = None,
) -> RescheduleRequest:
	"""Return the request. Raises InvalidRequest that names the first wrong field."""
	if start in (None, ""):
		raise InvalidRequest(details={"start": _("Choose a time.")})
	return RescheduleRequest(
		start=parse_instant_of("start", start),
		duration=parse_whole_number("duration", duration),
		parts=parse_field("parts", parts, parse_parts),
		reason=parse_reason(reason),
		hold=parse_hold_key(hold),
		idempotency_key=parse_field("idempotency_key", idempotency_key, parse_key),
		dates=parse_field("dates", dates, parse_dates),
	)
