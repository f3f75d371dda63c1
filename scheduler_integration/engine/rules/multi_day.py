"""Multi-day meetings: on which dates a meeting takes place. The time on one of its dates is a *part*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..model.meeting_rules import MeetingRules
from ..time.hours import WorkingHours
from ..time.intervals import Interval
from ..time.working_intervals import working_intervals
from ..time.zones import DAY, instant_of, local_date, wall_clock

# A meeting may skip this many days off in total. If there are more, it has too few working days.
LONGEST_PAUSE_DAYS = 21


def longest_span(rules: MeetingRules) -> int:
	"""Return how many seconds after its start the last part of the meeting may start, at most."""
	if rules.days == 1:
		return 0
	# One day more than the dates: with a clock change a day has 25 hours, and on a trip a date's hours may be later.
	return (rules.days + (LONGEST_PAUSE_DAYS if rules.skips_days_off else 0) + 1) * DAY


def one_day(rules: MeetingRules) -> MeetingRules:
	"""Return the rules that each date of a multi-day meeting must meet on its own."""
	daily = tuple(limit for limit in rules.limits if limit.period == "day")
	return replace(rules, days=1, minimum_notice=0, window=None, limits=daily)


class MeetingDates:
	"""The dates, by the clock of `zone`, of meetings that start in `[first, last)`.

	`hours` are those of all hosts of the meeting. A date on which any of them doesn't work is a day off, which
	`skips_days_off` skips. Three days from Thursday 6 March, with hours from Monday to Friday:

		skips_days_off      Thu 6   Fri 7   ──   ──   Mon 10
		otherwise           Thu 6   Fri 7   Sat 8               (Saturday has no hours, so the meeting can't be booked)
	"""

	def __init__(self, rules: MeetingRules, hours: Sequence[WorkingHours], zone: ZoneInfo, first: int, last: int):
		self._rules = rules
		self._zone = zone
		self._workdays = _workdays(hours, zone, first, last + longest_span(rules)) if rules.skips_days_off else None

	def parts(self, start: int) -> list[Interval]:
		"""Return each date's part, at the time of day of `start`; empty if too few working days follow.

		Across a clock change the parts keep their wall time: 10:00 stays 10:00 in `zone`.
		"""
		return list(_parts(start, self._rules.days, self._rules.seconds, self._zone, self._workdays))


@lru_cache(maxsize=1 << 14)  # Fifty hosts with the same days off ask for the same parts.
def _parts(
	start: int, count: int, seconds: int, zone: ZoneInfo, workdays: frozenset[int] | None
) -> tuple[Interval, ...]:
	wall = wall_clock(start, zone).replace(tzinfo=None)
	# The ordinals of the meeting's dates. The first one is always the date of the start.
	first = wall.toordinal()
	if workdays is None:
		days = list(range(first, first + count))
	else:
		later = range(first + 1, first + count + LONGEST_PAUSE_DAYS)
		days = [first, *(day for day in later if day in workdays)][:count]
	starts = [start, *(instant_of(datetime.combine(date.fromordinal(day), wall.time()), zone) for day in days[1:])]
	return tuple((at, at + seconds) for at in starts) if len(days) == count else ()


def _workdays(hours: Sequence[WorkingHours], zone: ZoneInfo, first: int, last: int) -> frozenset[int]:
	"""Return the ordinals of the dates on which all of the `hours` are open at some time."""
	worked = (_dates(working_intervals(each, first - DAY, last + DAY), zone) for each in hours)
	return frozenset(set.intersection(*worked))


def _dates(intervals: list[Interval], zone: ZoneInfo) -> set[int]:
	return {
		day
		for start, end in intervals
		for day in range(local_date(start, zone).toordinal(), local_date(end - 1, zone).toordinal() + 1)
	}
