"""From wall-clock hours to the windows, in instants, in which a host can be met."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .hours import DateOverride, Trip, WeeklyRule, WorkingHours
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
	# On a trip a date may begin 25 hours earlier than at home: one more lies within the range.
	days = _Days(hours, monday - 9, monday + 7 * weeks + bool(hours.trips))
	tz = zone(hours.zone)
	mondays = [utc_midnight(day) - offset_at_midnight(day, tz) for day in range(monday - 7, monday + 7 * weeks, 7)]
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
	"""The dates `first` to `last` (ordinals, both included) by the host's clock, at home and on trips.

	Where this midnight and the next two have the same offset, no clock changes and minutes just add.
	"""

	def __init__(self, hours: WorkingHours, first: int, last: int):
		self.ordinals = range(first, last + 1)
		self._first = first
		self._home = tz = zone(hours.zone)
		self._offsets = [offset_at_midnight(day, tz) for day in range(first, last + 3)]
		self._away = _zones_by_day(hours.trips, self.ordinals)

	def midnight(self, day: int) -> int:
		if day in self._away:
			return utc_midnight(day) - offset_at_midnight(day, self._away[day])
		return utc_midnight(day) - self._offsets[day - self._first]

	def intervals(self, day: int, spans: list[Minutes]) -> list[Interval]:
		"""The instants of wall-clock `spans` of `day`, which end by the end of the day after."""
		tz = self._away.get(day, self._home)
		offset, tomorrow, after = self._offsets_from(day)
		if offset == tomorrow == after:
			midnight = utc_midnight(day) - offset
			return [(midnight + start * MINUTE, midnight + end * MINUTE) for start, end in spans]
		wall = datetime.fromordinal(day)
		return [tuple(instant_of(wall + timedelta(minutes=at), tz) for at in span) for span in spans]

	def _offsets_from(self, day: int) -> list[int]:
		if day in self._away:
			return [offset_at_midnight(each, self._away[day]) for each in range(day, day + 3)]
		index = day - self._first
		return self._offsets[index : index + 3]


def _zones_by_day(trips: tuple[Trip, ...], days: range) -> dict[int, ZoneInfo]:
	return {day: zone(trip.zone) for trip in trips for day in _ordinals(trip.first, trip.last, days)}


def _ordinals(first: date, last: date, within: range) -> range:
	"""The ordinals of the dates `first` to `last`, both included, that lie `within`."""
	return range(max(first.toordinal(), within.start), min(last.toordinal() + 1, within.stop))


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
		for day in _ordinals(override.first, override.last, days):
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
