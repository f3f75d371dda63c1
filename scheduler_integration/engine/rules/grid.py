"""The grid: the starts that working hours alone would offer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter

from ..model.meeting_rules import MeetingRules
from ..model.refusals import Reason, Refusal
from ..time.hours import WorkingHours, without_weekly_hours
from ..time.intervals import Interval
from ..time.working_intervals import GridSegment, grid_segments
from ..time.zones import MINUTE

_ORIGIN = itemgetter(0)


class Grid:
	"""The starts in `[first, last)` that step from the beginning of their open interval and fit inside it.

	Steps are elapsed time. `extra` starts also belong to the grid if the meeting fits: starts right after a busy time
	(`fill_gaps`), and sessions that can be joined.

	With `given_starts` there are no steps: these starts are the extra ones, and fit unless the host closes the date or hour.

		open 09:00-12:00, duration 45, slot_interval 60, slot_offset 15        09:15  10:15  11:15
		(11:15 fits: the meeting ends at 12:00)
	"""

	def __init__(self, rules: MeetingRules, hours: WorkingHours, first: int, last: int, extra: Iterable[int] = ()):
		self.step = rules.step
		self._seconds = rules.seconds
		self._offset = rules.slot_offset * MINUTE
		self._range = first, last
		self._has_steps = rules.given_starts is None
		self._extra = frozenset(extra) if rules.given_starts is None else rules.given_starts
		self._segments = grid_segments(
			hours if self._has_steps else without_weekly_hours(hours), first, last + rules.seconds
		)

	def refusal(self, start: int) -> Refusal | None:
		segment = self._segment_around(start)
		if segment is None:
			return Refusal(Reason.OUTSIDE_HOURS)
		return None if self._is_on(segment, start) or start in self._extra else Refusal(Reason.OFF_GRID)

	def fits(self, start: int) -> bool:
		"""Whether a meeting at `start` lies inside the working hours, on the grid or not."""
		return self._segment_around(start) is not None

	def stretches(self) -> Iterator[tuple[int, int]]:
		"""Yield the first start and the end of each evenly stepped stretch of starts, in order. The end is no start."""
		first, last = self._range
		seconds, offset = self._seconds, self._offset
		for origin, starts_before, ends_by in self._segments if self._has_steps else ():
			start = origin + offset
			if start < first:
				start = first + (start - first) % self.step
			# Three comparisons instead of `min`, which would take longer than everything else here.
			end = ends_by - seconds + 1
			end = end if end < starts_before else starts_before
			end = end if end < last else last
			if start < end:
				yield start, end

	def around_missing(self, starts: set[int]) -> Interval | None:
		"""Return an interval around the stretches that have a start which isn't among `starts`; None if all starts are."""
		missing = [each for each in self.stretches() if not starts.issuperset(range(*each, self.step))]
		return (missing[0][0], missing[-1][1]) if missing else None

	def extra_starts(self) -> list[int]:
		"""Return the extra starts that fit and aren't in a stretch already."""
		first, last = self._range
		within = (start for start in self._extra if first <= start < last)
		return [
			start for start in within if (segment := self._segment_around(start)) and not self._is_on(segment, start)
		]

	def _segment_around(self, start: int) -> GridSegment | None:
		"""Return the segment in which the whole meeting fits."""
		index = bisect_right(self._segments, start, key=_ORIGIN) - 1
		if index < 0:
			return None
		segment = self._segments[index]
		return segment if start < segment.starts_before and start + self._seconds <= segment.ends_by else None

	def _is_on(self, segment: GridSegment, start: int) -> bool:
		since = start - segment.origin - self._offset
		return self._has_steps and since >= 0 and since % self.step == 0
