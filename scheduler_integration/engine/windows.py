"""From wall-clock hours to the windows, in instants, in which a host can be met."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .hours import DateOverride, WeeklyRule, WorkingHours
from .intervals import Interval, clip, merge, subtract
from .zones import (
	DAY,
	MINUTE,
	WEEK,
	instant_of,
	local_date,
	monday_of,
	offset_at_midnight,
	utc_midnight,
	zone,
)

Minutes = tuple[int, int]

# Nearly every window is shorter, and then there is no Monday to look for.
_SHORTEST_WEEK = WEEK - DAY


class Run(NamedTuple):
	"""A stretch of a window on one grid: starts step from `origin`, come before `until`, end by `close`."""

	origin: int
	until: int
	close: int


def working_intervals(hours: WorkingHours, first: int, last: int) -> list[Interval]:
	"""The working hours in `[first, last)` as disjoint intervals in order; those that touch are one.

	Raises UnknownTimeZone, and InstantOutOfRange for instants beyond the calendar.
	"""
	runs = working_runs(hours, first, last) if first < last else ()
	return clip(merge((run.origin, run.until) for run in runs), first, last)


def working_runs(hours: WorkingHours, first: int, last: int) -> tuple[Run, ...]:
	"""The windows around `[first, last)`, cut where their grid starts anew.

	A grid starts where its window does. A window that never closes has no start, so where one stays open
	through a whole week, Monday to Monday, the grid starts anew on that second Monday's midnight. Hence
	the past two weeks decide, and any range that holds a start gives it the same grid.
	"""
	tz = zone(hours.zone)
	monday = monday_of(local_date(first, tz))
	weeks = (monday_of(local_date(last, tz)) - monday) // 7 + 1
	return known_runs(hours, monday, weeks)


@lru_cache(maxsize=512)
def known_runs(hours: WorkingHours, monday: int, weeks: int) -> tuple[Run, ...]:
	days = _Days(zone(hours.zone), monday - 9, monday + 7 * weeks)
	mondays = [days.midnight(monday + 7 * week) for week in range(-1, weeks)]
	runs: list[Run] = []
	for start, end in _windows(hours, days):
		origin = start
		for before, restart in pairwise(mondays) if end - start > _SHORTEST_WEEK else ():
			if start <= before and restart < end:
				runs.append(Run(origin, restart, end))
				origin = restart
		runs.append(Run(origin, end, end))
	return tuple(runs)


class _Days:
	"""The dates `first` to `last` (ordinals, both included) of one zone.

	Where this midnight and the next two have the same offset, no clock changes and minutes just add.
	"""

	def __init__(self, tz: ZoneInfo, first: int, last: int):
		self.ordinals = range(first, last + 1)
		self._tz = tz
		self._first = first
		self._offsets = [offset_at_midnight(day, tz) for day in range(first, last + 3)]

	def midnight(self, day: int) -> int:
		return utc_midnight(day) - self._offsets[day - self._first]

	def intervals(self, day: int, spans: list[Minutes]) -> list[Interval]:
		"""The instants of wall-clock `spans` of `day`, which end by the end of the day after."""
		index = day - self._first
		offset, tomorrow, after = self._offsets[index : index + 3]
		if offset == tomorrow == after:
			midnight = utc_midnight(day) - offset
			return [(midnight + start * MINUTE, midnight + end * MINUTE) for start, end in spans]
		wall, tz = datetime.fromordinal(day), self._tz
		return [tuple(instant_of(wall + timedelta(minutes=at), tz) for at in span) for span in spans]


def _windows(hours: WorkingHours, days: _Days) -> list[Interval]:
	weekly = _weekly_minutes(hours.weekly)
	overrides = _overrides_by_day(hours.overrides, days.ordinals)
	opens: list[Interval] = []
	cuts: list[Interval] = []
	for day in days.ordinals:
		opened, cut = weekly[_weekday(day)]
		if day in overrides:
			own = overrides[day]
			if any(override.replaces_the_day for override in own):
				midnight = days.midnight(day)
				opens, cuts = _ended_by(opens, midnight), _ended_by(cuts, midnight)
				opened, cut = _own_minutes(own), []
			cut = cut + [override.minutes for override in own if not override.replaces_the_day]
		opens += days.intervals(day, opened)
		if cut:
			cuts += days.intervals(day, cut)
	return subtract(merge(opens), merge(cuts))


def _weekly_minutes(rules: tuple[WeeklyRule, ...]) -> list[tuple[list[Minutes], list[Minutes]]]:
	"""For Monday to Sunday, the minutes that are opened and those that are cut."""
	week: list[tuple[list[Minutes], list[Minutes]]] = [([], []) for _ in range(7)]
	for rule in rules:
		opened, cut = week[rule.weekday]
		(opened if rule.is_available else cut).append(rule.minutes)
	return week


def _overrides_by_day(overrides: tuple[DateOverride, ...], days: range) -> dict[int, list[DateOverride]]:
	by_day: dict[int, list[DateOverride]] = {}
	for override in overrides:
		first, last = override.first.toordinal(), override.last.toordinal()
		for day in range(max(first, days.start), min(last + 1, days.stop)):
			by_day.setdefault(day, []).append(override)
	return by_day


def _own_minutes(overrides: list[DateOverride]) -> list[Minutes]:
	"""The hours of a day that its overrides rule."""
	if any(override.closes_the_day for override in overrides):
		return []
	return [override.minutes for override in overrides if override.is_available]


def _ended_by(intervals: list[Interval], midnight: int) -> list[Interval]:
	return [(start, min(end, midnight)) for start, end in intervals if start < midnight]


def _weekday(day: int) -> int:
	return (day - 1) % 7  # Ordinal 1, the first day of the year 1, is a Monday.
