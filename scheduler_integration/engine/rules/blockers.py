"""The protocol of blockers, and the simple ones: notice, booking window, party size.

A blocker has the spans of starts that one rule blocks, and the reason. Listing skips the spans of every blocker, and a
check looks a start up in the same spans. So a rule that is written as a blocker always applies to listing and checking
alike.
"""

from __future__ import annotations

from typing import Protocol

from ..model.meeting_rules import MeetingRules
from ..model.refusals import Reason, Refusal
from ..time.intervals import BEGINNING, FOREVER, Interval
from ..time.zones import MINUTE


class Rule(Protocol):
	"""`refusal(start)` returns why the rule refuses `start`; None if it allows it."""

	def refusal(self, start: int) -> Refusal | None: ...


class Blocker(Rule, Protocol):
	"""`refusal(start)` must return a Refusal exactly if one of the `spans` contains `start`.

	Spans are half-open, in any order; they may overlap, but none may be empty.
	"""

	spans: list[Interval]


class TooSoon:
	"""Blocks starts in the past and starts within the minimum notice. A start exactly at the notice is allowed."""

	def __init__(self, rules: MeetingRules, now: int):
		self._now = now
		self._earliest = now + rules.minimum_notice * MINUTE
		self.spans = [(BEGINNING, self._earliest)]

	def refusal(self, start: int) -> Refusal | None:
		if start >= self._earliest:
			return None
		return Refusal(Reason.IN_THE_PAST if start < self._now else Reason.MINIMUM_NOTICE)


class PartyTooLarge:
	"""Blocks every start: the party needs more seats than a session has."""

	def __init__(self) -> None:
		self.spans = [(BEGINNING, FOREVER + 1)]

	def refusal(self, _start: int) -> Refusal:
		return Refusal(Reason.NO_SEATS)


class OutsideWindow:
	"""Blocks starts before and after the booking window, an interval of instants."""

	def __init__(self, window: Interval):
		self._first, self._end = window
		# Even without a window there is a span after every instant, so that each look-up finds a span.
		self.spans = [(self._end, FOREVER + 1)]
		if self._first > BEGINNING:
			self.spans.append((BEGINNING, self._first))

	def refusal(self, start: int) -> Refusal | None:
		if start < self._first:
			return Refusal(Reason.BEFORE_WINDOW)
		return Refusal(Reason.BEYOND_WINDOW) if start >= self._end else None
