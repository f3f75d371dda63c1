"""Turns wall-clock working hours into intervals of instants, and into the segments on which starts are counted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
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

# Start and end in minutes after midnight.
Minutes = tuple[int, int]

# The length of the shortest week from Monday to Monday, clock changes included. A shorter interval contains no whole
# week.
_SHORTEST_WEEK = WEEK - DAY


class GridSegment(NamedTuple):
	"""A stretch of open time with one grid. Starts step from `origin`, lie before `starts_before`, and end by `ends_by`."""

	origin: int
	starts_before: int
	ends_by: int


def working_intervals(hours: WorkingHours, first: int, last: int) -> list[Interval]:
	"""Return the working hours in `[first, last)`, epoch seconds, as disjoint intervals in order.

	Raises UnknownTimeZone, and InstantOutOfRange for instants beyond the calendar.
	"""
	segments = grid_segments(hours, first, last) if first < last else ()
	return clip(merge((segment.origin, segment.starts_before) for segment in segments), first, last)


def grid_segments(hours: WorkingHours, first: int, last: int) -> tuple[GridSegment, ...]:
	"""Return the open intervals around `[first, last)`, in order, cut at each point at which the grid starts again.

	A grid starts at the beginning of its open interval. Hours that never close have no beginning. Therefore, if an
	interval is open from one Monday's midnight to the next, the grid starts again on that second Monday:

		time       Tue 4, 09:10    Mon 10          Mon 17           Mon 24
		open       ├───────────────┼───────────────┼────────────────┼───────────►
		segments   first ─────────────────────────►│second ────────►│third ─────►

	On Monday 10 the interval hasn't been open for a whole week from Monday to Monday yet, on Monday 17 it has. So the
	past two weeks decide where a grid begins, and a start has the same grid whichever range is asked for.
	"""
	tz = zone(hours.zone)
	monday = monday_of(local_date(first, tz))
	weeks = (monday_of(local_date(last, tz)) - monday) // 7 + 1
	return grid_segments_of_weeks(hours, monday, weeks)


@lru_cache(maxsize=512)
def grid_segments_of_weeks(hours: WorkingHours, monday: int, weeks: int) -> tuple[GridSegment, ...]:
	"""Return the segments of this many weeks from the `monday` (an ordinal).

	Whole weeks, so that many ranges share a result.
	"""
	# Nine days back: a whole week before the Monday before, and two days whose hours may run over into it. One more day
	# at the end if there are trips. A date may begin 25 hours earlier on a trip than at home.
	days = _LocalDays(hours, monday - 9, monday + 7 * weeks + bool(hours.trips))
	tz = zone(hours.zone)
	mondays = [utc_midnight(day) - offset_at_midnight(day, tz) for day in range(monday - 7, monday + 7 * weeks, 7)]
	segments: list[GridSegment] = []
	for start, end in _open_intervals(hours, days):
		origin = start
		for before, restart in pairwise(mondays) if end - start > _SHORTEST_WEEK else ():
			if start <= before and restart < end:
				segments.append(GridSegment(origin, restart, end))
				origin = restart
		segments.append(GridSegment(origin, end, end))
	return tuple(segments)


class _LocalDays:
	"""The dates `first` to `last` (ordinals, both included) by the host's clock, at home and on trips.

	If this midnight and the next two have the same offset, no clock changes in between, and minutes are simply added to
	midnight. That is fast, and enough for nearly all dates.
	"""

	def __init__(self, hours: WorkingHours, first: int, last: int):
		self.ordinals = range(first, last + 1)
		self._first = first
		self._home = tz = zone(hours.zone)
		self._offsets = [offset_at_midnight(day, tz) for day in range(first, last + 3)]
		self._away = {
			day: zone(trip.zone) for trip in hours.trips for day in _ordinals(trip.first, trip.last, self.ordinals)
		}

	def midnight(self, day: int) -> int:
		if day in self._away:
			return utc_midnight(day) - offset_at_midnight(day, self._away[day])
		return utc_midnight(day) - self._offsets[day - self._first]

	def intervals(self, day: int, spans: list[Minutes]) -> list[Interval]:
		"""Return the instants of the wall-clock `spans` of `day`. Each ends by the end of the next day."""
		tz = self._away.get(day, self._home)
		if day in self._away:
			offset, tomorrow, after = [offset_at_midnight(each, self._away[day]) for each in range(day, day + 3)]
		else:
			index = day - self._first
			offset, tomorrow, after = self._offsets[index : index + 3]
		if offset == tomorrow == after:
			midnight = utc_midnight(day) - offset
			return [(midnight + start * MINUTE, midnight + end * MINUTE) for start, end in spans]
		wall = datetime.fromordinal(day)
		return [(_instant_after(wall, start, tz), _instant_after(wall, end, tz)) for start, end in spans]


def _instant_after(midnight: datetime, minutes: int, tz: ZoneInfo) -> int:
	return instant_of(midnight + timedelta(minutes=minutes), tz)


def _ordinals(first: date, last: date, within: range) -> range:
	"""Return the ordinals of the dates `first` to `last`, both included, that lie `within` a range of ordinals."""
	return range(max(first.toordinal(), within.start), min(last.toordinal() + 1, within.stop))


def _open_intervals(hours: WorkingHours, days: _LocalDays) -> list[Interval]:
	weekly = _weekly_minutes(hours.weekly)
	overrides: dict[int, list[DateOverride]] = {}
	for override in hours.overrides:
		for day in _ordinals(override.first, override.last, days.ordinals):
			overrides.setdefault(day, []).append(override)
	opens: list[Interval] = []
	cuts: list[Interval] = []
	for day in days.ordinals:
		opened, cut = weekly[((day - 1) % 7)]
		if day in overrides:
			own = overrides[day]
			if any(override.replaces_the_day for override in own):
				# Hours and cuts that run over from the evening before end at this midnight.
				midnight = days.midnight(day)
				opens, cuts = _end_at(midnight, opens), _end_at(midnight, cuts)
				opened, cut = _own_minutes(own), []
			cut = cut + [override.minutes for override in own if not override.replaces_the_day]
		opens += days.intervals(day, opened)
		if cut:
			cuts += days.intervals(day, cut)
	return subtract(merge(opens), merge(cuts))


def _weekly_minutes(rules: tuple[WeeklyRule, ...]) -> list[tuple[list[Minutes], list[Minutes]]]:
	"""Return for Monday to Sunday the minutes that rules open and the minutes that rules cut."""
	week: list[tuple[list[Minutes], list[Minutes]]] = [([], []) for _ in range(7)]
	for rule in rules:
		opened, cut = week[rule.weekday]
		(opened if rule.is_available else cut).append(rule.minutes)
	return week


def _own_minutes(overrides: list[DateOverride]) -> list[Minutes]:
	"""Return the hours of a day whose overrides replace the weekly hours."""
	if any(override.closes_the_day for override in overrides):
		return []
	return [override.minutes for override in overrides if override.is_available]


def _end_at(midnight: int, intervals: list[Interval]) -> list[Interval]:
	return [(start, min(end, midnight)) for start, end in intervals if start < midnight]
