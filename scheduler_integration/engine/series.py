"""The parts of a meeting that goes on over several dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache, reduce
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
		return list(_parts(start, self._meeting.days, self._meeting.seconds, self._zone, self._workdays))


@lru_cache(maxsize=1 << 14)  # Of fifty hosts with the same days off, all ask for the same.
def _parts(
	start: int, count: int, seconds: int, zone: ZoneInfo, workdays: frozenset[int] | None
) -> tuple[Interval, ...]:
	wall = wall_clock(start, zone).replace(tzinfo=None)
	days = _days(wall.toordinal(), count, workdays)
	starts = [start, *(_instant(day, wall, zone) for day in days[1:])]
	return tuple((at, at + seconds) for at in starts) if len(days) == count else ()


def _days(first: int, count: int, workdays: frozenset[int] | None) -> list[int]:
	if workdays is None:
		return list(range(first, first + count))
	later = range(first + 1, first + count + LONGEST_PAUSE_DAYS)
	return [first, *(day for day in later if day in workdays)][:count]


def _instant(day: int, wall: datetime, zone: ZoneInfo) -> int:
	return instant_of(datetime.combine(date.fromordinal(day), wall.time()), zone)


def _workdays(hours: Sequence[WorkingHours], zone: ZoneInfo, first: int, last: int) -> frozenset[int]:
	"""The ordinals of the dates on which every one of the `hours` is open."""
	worked = (_dates(working_intervals(each, first - DAY, last + DAY), zone) for each in hours)
	return frozenset(reduce(set.intersection, worked))


def _dates(intervals: list[Interval], zone: ZoneInfo) -> set[int]:
	return {
		day
		for start, end in intervals
		for day in range(local_date(start, zone).toordinal(), local_date(end - 1, zone).toordinal() + 1)
	}
