"""A closure is one rule's say on starts: the spans of starts that it closes, and why.

Listing skips the spans of every closure and a check looks into the same spans, so a rule that is written
as a closure can't be known to one and not to the other.
"""

from __future__ import annotations

from typing import Protocol

from .intervals import BEGINNING, FOREVER, Interval
from .meeting import MeetingRules
from .reasons import Reason, Refusal
from .zones import MINUTE


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


class TooLarge:
	"""Every start, for a party that is larger than any session."""

	def __init__(self) -> None:
		self.spans = [(BEGINNING, FOREVER + 1)]

	def refusal(self, _start: int) -> Refusal:
		return Refusal(Reason.NO_SEATS)


class OutsideWindow:
	"""Starts before or after the booking window, an interval of instants."""

	def __init__(self, window: Interval):
		self._first, self._end = window
		# Without a window too, something is closed after every instant: a look-up always finds a span.
		self.spans = [(self._end, FOREVER + 1)]
		if self._first > BEGINNING:
			self.spans.append((BEGINNING, self._first))

	def refusal(self, start: int) -> Refusal | None:
		if start < self._first:
			return Refusal(Reason.BEFORE_WINDOW)
		return Refusal(Reason.BEYOND_WINDOW) if start >= self._end else None
