"""A closure is one rule's say on starts: the spans of starts that it closes, and why.

Listing skips the spans of every closure and a check looks into the same spans, so a rule that is written
as a closure can't be known to one and not to the other.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from .intervals import BEGINNING, FOREVER, Interval
from .meeting import MeetingRules
from .reasons import Reason, Refusal
from .zones import MINUTE, local_date, local_midnight


class Closure(Protocol):
	"""`refusal(start)` is something exactly where one of `spans` holds `start`.

	The spans are in any order and may overlap; none is empty.
	"""

	spans: list[Interval]

	def refusal(self, start: int) -> Refusal | None: ...


class TooSoon:
	"""Starts before now, or closer to it than the minimum notice; exactly the notice is enough."""

	def __init__(self, meeting: MeetingRules, now: int):
		self._now = now
		self._earliest = now + meeting.minimum_notice * MINUTE
		self.spans = [(BEGINNING, self._earliest)]

	def refusal(self, start: int) -> Refusal | None:
		if start >= self._earliest:
			return None
		return Refusal(Reason.IN_THE_PAST if start < self._now else Reason.MINIMUM_NOTICE)


class TooFar:
	"""Starts on dates, the host's, that lie more than the booking window after today."""

	def __init__(self, meeting: MeetingRules, zone: str, now: int):
		self._end = _end_of_window(meeting, zone, now)
		# Without a window too, something is closed after every instant: a look-up always finds a span.
		self.spans = [(self._end, FOREVER + 1)]

	def refusal(self, start: int) -> Refusal | None:
		return Refusal(Reason.BEYOND_WINDOW) if start >= self._end else None


def booking_window(meeting: MeetingRules, zone: str, now: int) -> Interval:
	"""The starts that minimum notice and booking window leave, in the host's `zone`; perhaps none."""
	return now + meeting.minimum_notice * MINUTE, _end_of_window(meeting, zone, now)


def _end_of_window(meeting: MeetingRules, zone: str, now: int) -> int:
	if meeting.max_days_in_advance is None:
		return FOREVER
	day = local_date(now, zone).toordinal() + meeting.max_days_in_advance + 1
	return local_midnight(date.fromordinal(day), zone) if day < date.max.toordinal() else FOREVER
