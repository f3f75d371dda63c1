"""The starts that working hours alone would offer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter

from .hours import WorkingHours
from .meeting import MeetingRules
from .reasons import Reason, Refusal
from .windows import Run, working_runs
from .zones import MINUTE

_ORIGIN = itemgetter(0)


class Grid:
	"""Starts in `[first, last)` that step from their window's start, in elapsed time, and fit inside it.

	`extra` starts belong to it wherever they fit: those that follow on a busy time, sessions that can be joined.
	"""

	def __init__(self, meeting: MeetingRules, hours: WorkingHours, first: int, last: int, extra: Iterable[int] = ()):
		self.step = meeting.step
		self._seconds = meeting.seconds
		self._offset = meeting.slot_offset * MINUTE
		self._range = first, last
		self._runs = working_runs(hours, first, last + meeting.seconds)
		self._extra = frozenset(extra)

	def refusal(self, start: int) -> Refusal | None:
		run = self._run_around(start)
		if run is None:
			return Refusal(Reason.OUTSIDE_HOURS)
		return None if self._is_on(run, start) or start in self._extra else Refusal(Reason.OFF_GRID)

	def fits(self, start: int) -> bool:
		"""Whether the meeting lies inside a window, on the grid or not."""
		return self._run_around(start) is not None

	def stretches(self) -> Iterator[tuple[int, int]]:
		"""First start and end of each evenly stepped stretch of starts, in order."""
		first, last = self._range
		seconds, offset = self._seconds, self._offset
		for origin, until, close in self._runs:
			start = origin + offset
			if start < first:
				start = first + (start - first) % self.step
			# Three comparisons: `min` takes longer than all the rest.
			end = close - seconds + 1
			end = end if end < until else until
			end = end if end < last else last
			if start < end:
				yield start, end

	def is_within(self, starts: set[int]) -> bool:
		"""Whether the stretches hold no other start than these."""
		return all(starts.issuperset(range(start, end, self.step)) for start, end in self.stretches())

	def extra_starts(self) -> list[int]:
		"""The extra starts that fit and that the stretches don't hold already."""
		first, last = self._range
		within = (start for start in self._extra if first <= start < last)
		return [start for start in within if (run := self._run_around(start)) and not self._is_on(run, start)]

	def _run_around(self, start: int) -> Run | None:
		index = bisect_right(self._runs, start, key=_ORIGIN) - 1
		if index < 0:
			return None
		run = self._runs[index]
		return run if start < run.until and start + self._seconds <= run.close else None

	def _is_on(self, run: Run, start: int) -> bool:
		since = start - run.origin - self._offset
		return since >= 0 and since % self.step == 0
