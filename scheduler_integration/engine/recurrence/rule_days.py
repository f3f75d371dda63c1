"""The days on which a rule falls. python-dateutil computes them; this module makes it start near the wanted range.

dateutil would step from the rule's beginning to the range: 36,500 steps for a daily rule that began a century ago. So
this module gives dateutil a later beginning: the first day of the period (year, month or week) that contains the first
wanted day. If that period isn't a multiple of INTERVAL away from the rule's own first period, an earlier one is taken:

    FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH from Thursday 5 March 2026; wanted from Saturday 18 April

    week of    2 Mar   9 Mar   16 Mar   23 Mar   30 Mar   6 Apr   13 Apr   20 Apr   27 Apr
    in step    yes             yes               yes              yes               yes
                                                                  └ dateutil begins here, with Monday 13 April

Days before the range, and before the rule's start, are dropped afterwards. Days are ordinals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from itertools import dropwhile, takewhile
from typing import Any

from dateutil.rrule import WEEKLY, rrule, weekday

from .text import FREQUENCIES, RecurrenceRule

# The calendar repeats itself, weekdays included, after this many years.
CYCLE_YEARS = 400
_END_OF_CALENDAR = date(9999, 12, 31).toordinal()


def days_from(rule: RecurrenceRule, start: datetime, since: int) -> Iterator[int]:
	"""Yield the days of the rule from `since` on, ascending. The day of `start` counts even if it doesn't match the rule."""
	days = with_first(start.toordinal(), rule_days(rule, start, since))
	return dropwhile(lambda day: day < since, days)


def with_first(first: int, days: Iterable[int]) -> Iterator[int]:
	"""Yield `first`, then the later ones of `days`."""
	yield first
	yield from (day for day in days if day > first)


def rule_days(rule: RecurrenceRule, start: datetime, since: int) -> Iterator[int]:
	"""Yield the days that match the rule, ascending, from the period that contains `since`: some may be before `since`."""
	if rule.frequency == "WEEKLY" and "BYMONTH" not in rule.by:
		return _weekly_days(rule, start, since)
	enter = _ENTRIES[rule.frequency]
	frequency, every, begin = enter(rule, start.date(), date.fromordinal(max(since, start.toordinal())))
	days = rrule(
		FREQUENCIES.index(frequency),
		dtstart=datetime.combine(begin, time()),
		interval=every,
		wkst=rule.week_start,
		**{name.lower(): numbers for name, numbers in rule.by.items()},
		**_days_of(rule, start),
	)
	ordinals = (day.toordinal() for day in days)
	if rule.frequency == "DAILY":
		return (day for day in ordinals if (day - start.toordinal()) % rule.interval == 0)
	return ordinals


def _weekly_days(rule: RecurrenceRule, start: datetime, since: int) -> Iterator[int]:
	"""Yield the days of a weekly rule. Most rules are weekly, and their weeks are all alike, so dateutil computes only one.

	That week is one of the last of dateutil's calendar, so dateutil stops soon even if no day ever matches.
	"""
	begin = _enter_weeks(rule, start.date(), date.fromordinal(max(since, start.toordinal())))[2].toordinal()
	last_week = date.fromordinal(_END_OF_CALENDAR - 14)
	monday = _enter_weeks(replace(rule, interval=1), last_week, last_week)[2]
	names = {"bysetpos": rule.by.get("BYSETPOS"), "wkst": rule.week_start, **_days_of(rule, start)}
	days = (
		day.toordinal() - monday.toordinal() for day in rrule(WEEKLY, dtstart=datetime.combine(monday, time()), **names)
	)
	week = list(takewhile(lambda day: day < 7, days))
	return (first + day for first in range(begin, _END_OF_CALENDAR, 7 * rule.interval) for day in week)


def _days_of(rule: RecurrenceRule, start: datetime) -> dict[str, Any]:
	"""Return dateutil's arguments for BYDAY, or for the days that the rule takes from its start if it names none.

	dateutil would take these days from its `dtstart`, which isn't the rule's own start.
	"""
	if rule.days:
		return {"byweekday": [weekday(day, which) if which else day for which, day in rule.days]}
	names = rule.by.keys() - {"BYSETPOS", "BYMONTH"}
	if names - {"BYWEEKNO"}:
		return {}
	if rule.frequency == "DAILY":
		return {"byweekday": range(7)}
	if rule.frequency == "WEEKLY" or names:
		return {"byweekday": start.weekday()}
	if rule.frequency == "YEARLY" and "BYMONTH" not in rule.by:
		return {"bymonth": start.month, "bymonthday": start.day}
	return {"bymonthday": start.day}


# Each of these functions returns the frequency and interval for dateutil, and the day with which dateutil begins.


def _enter_years(rule: RecurrenceRule, start: date, since: date) -> tuple[str, int, date]:
	years = since.year - start.year
	return "YEARLY", rule.interval, date(since.year - years % rule.interval, 1, 1)


def _enter_months(rule: RecurrenceRule, start: date, since: date) -> tuple[str, int, date]:
	begun = start.year * 12 + start.month - 1
	month = since.year * 12 + since.month - 1
	year, month = divmod(month - (month - begun) % rule.interval, 12)
	return "MONTHLY", rule.interval, date(year, month + 1, 1)


def _enter_weeks(rule: RecurrenceRule, start: date, since: date) -> tuple[str, int, date]:
	"""Begin on the first day of a week (WKST): RFC 5545 counts BYSETPOS from there, but dateutil from its `dtstart`."""
	begun, week = (day.toordinal() - (day.weekday() - rule.week_start) % 7 for day in (start, since))
	return "WEEKLY", rule.interval, date.fromordinal(week - (week - begun) % (7 * rule.interval))


def _enter_days(_rule: RecurrenceRule, _start: date, since: date) -> tuple[str, int, date]:
	"""Let dateutil compute all days of the months that match. `rule_days` takes every nth of them.

	With a daily rule, dateutil would go to a far month one day at a time ("FREQ=DAILY;BYMONTH=2").
	"""
	return "MONTHLY", 1, since.replace(day=1)


_ENTRIES = {"YEARLY": _enter_years, "MONTHLY": _enter_months, "WEEKLY": _enter_weeks, "DAILY": _enter_days}
