"""The parts of a meeting that goes on over several dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import reduce
from zoneinfo import ZoneInfo

from .hours import WorkingHours
from .intervals import Interval
from .meeting import MeetingRules
from .windows import working_intervals
from .zones import DAY, instant_of, local_date, wall_clock

# Within how many more dates than the meeting has days the next working ones are looked for.
LONGEST_PAUSE_DAYS = 21


def reach(meeting: MeetingRules) -> int:
	"""How long after its start, in seconds and at most, the last part of the meeting may start."""
	if meeting.days == 1:
		return 0
	# A wall clock's day has up to 25 hours, and on a trip's date a window may lie further still.
	return (meeting.days + (LONGEST_PAUSE_DAYS if meeting.skips_days_off else 0) + 1) * DAY


class Series:
	"""The dates, by the clock of `zone`, on which a meeting that starts in `[first, last)` goes on.

	Of `hours` each must be open on a date for the date not to be a day off.
	"""

	def __init__(self, meeting: MeetingRules, hours: Sequence[WorkingHours], zone: ZoneInfo, first: int, last: int):
		self._meeting = meeting
		self._zone = zone
		self._workdays = _workdays(hours, zone, first, last + reach(meeting)) if meeting.skips_days_off else None

	def parts(self, start: int) -> list[Interval]:
		"""Each date's part, at the time of day of `start`; empty where too few working dates follow."""
		wall = wall_clock(start, self._zone).replace(tzinfo=None)
		days = self._days(wall.toordinal())
		starts = [start, *(self._instant(day, wall) for day in days[1:])]
		return [(at, at + self._meeting.seconds) for at in starts] if len(days) == self._meeting.days else []

	def _days(self, first: int) -> list[int]:
		count = self._meeting.days
		if self._workdays is None:
			return list(range(first, first + count))
		later = range(first + 1, first + count + LONGEST_PAUSE_DAYS)
		return [first, *(day for day in later if day in self._workdays)][:count]

	def _instant(self, day: int, wall: datetime) -> int:
		return instant_of(datetime.combine(date.fromordinal(day), wall.time()), self._zone)


def _workdays(hours: Sequence[WorkingHours], zone: ZoneInfo, first: int, last: int) -> set[int]:
	"""The ordinals of the dates on which every one of the `hours` is open."""
	return reduce(set.intersection, (_dates(working_intervals(each, first - DAY, last + DAY), zone) for each in hours))


def _dates(intervals: list[Interval], zone: ZoneInfo) -> set[int]:
	return {
		day
		for start, end in intervals
		for day in range(local_date(start, zone).toordinal(), local_date(end - 1, zone).toordinal() + 1)
	}
