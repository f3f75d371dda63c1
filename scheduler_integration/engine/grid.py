"""The starts that working hours alone would offer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter

from .hours import WorkingHours
from .meeting import MeetingRules
from .reasons import Reason, Refusal
from .windows import working_runs

_ORIGIN = itemgetter(0)


class Grid:
	"""Starts in `[first, last)` that step from their window's start, in elapsed time, and fit inside it."""

	def __init__(self, meeting: MeetingRules, hours: WorkingHours, first: int, last: int):
		self.step = meeting.step
		self._seconds = meeting.seconds
		self._range = first, last
		self._runs = working_runs(hours, first, last + meeting.seconds)

	def refusal(self, start: int) -> Refusal | None:
		index = bisect_right(self._runs, start, key=_ORIGIN) - 1
		if index < 0:
			return Refusal(Reason.OUTSIDE_HOURS)
		origin, until, close = self._runs[index]
		if start >= until or start + self._seconds > close:
			return Refusal(Reason.OUTSIDE_HOURS)
		return Refusal(Reason.OFF_GRID) if (start - origin) % self.step else None

	def stretches(self) -> Iterator[tuple[int, int]]:
		"""First start and end of each evenly stepped stretch of starts, in order."""
		first, last = self._range
		for origin, until, close in self._runs:
			start = origin if origin >= first else first + (origin - first) % self.step
			end = min(until, close - self._seconds + 1, last)
			if start < end:
				yield start, end
