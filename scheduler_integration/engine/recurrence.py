"""Blocks that recur by the wall clock of one zone (RFC 5545): from the rule's text to intervals.

A rule is kept as a *series*, a text that `series` makes and checks once, when the rule is saved: start and end, the rule
with its COUNT turned into the day it ends on, EXDATE and RDATE. What is asked of it later costs in proportion to the
days asked for, however long ago it began: the rule is entered at the period that holds the first of them.
python-dateutil says on which days a rule falls.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, dropwhile, islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import WEEKLY, rrule, weekday

from .errors import EngineError, InstantOutOfRange, InvalidRecurrence
from .intervals import Interval
from .recurrence_text import FREQUENCIES, Problem, RecurrenceText, Rule, Stamp, read, stamp
from .zones import DAY, WEEK, instant_of, local_date, offset_at_midnight, utc_midnight, wall_clock, zone

MOST_DAYS_EACH = 366
# Stands for the end of what has none.
FOREVER = utc_midnight(date(9999, 1, 1).toordinal())

# What begins later would meet the end of dateutil's calendar.
_LAST_YEAR = 9000
_LAST_DAY = date(9998, 12, 1).toordinal()
_END_OF_CALENDAR = date(9999, 12, 31).toordinal()
# The calendar repeats itself, weekdays included, after so many years.
_CYCLE_YEARS = 400
_SECOND = timedelta(seconds=1)
_HEAD = re.compile(r"DTSTART;TZID=([^:]+):(\d{8}T\d{6})\nDTEND;TZID=[^:]+:(\d{8}T\d{6})\n")
_WALL = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class _Series:
	"""A recurrence that can be expanded. Days are ordinals; `last` None has no end.

	A block starts `seconds` after midnight by the wall clock, is `length` seconds long on it and passes so many `midnights`.
	"""

	start: datetime
	seconds: int
	length: int
	midnights: int
	zone: ZoneInfo
	rule: Rule
	last: int | None
	excluded: frozenset[int]
	excluded_days: frozenset[int]
	added: tuple[datetime, ...]


def series(start: datetime, end: datetime, rule: str, zone_name: str | ZoneInfo) -> str:
	"""The series of a block from `start` to `end`, naive wall-clock times in the zone, that recurs by the text `rule`.

	`rule` is an RRULE (its name may be left out), with lines of EXDATE and RDATE if need be. The first block is an
	occurrence even where it doesn't match the rule, and COUNT counts it, as the RFC says (3.3.10, 3.8.5.3) and calendars
	do; EXDATE may take it away. UNTIL as a date includes that day. A DATE in EXDATE takes that day's occurrence away, one
	in RDATE adds one at the usual time.
	Raises InvalidRecurrence for what can't be kept, InstantOutOfRange, UnknownTimeZone.
	"""
	tz = zone(zone_name)
	start, end = start.replace(microsecond=0), end.replace(microsecond=0)
	_check_span(start, end)
	text = read(rule)
	found = _series(start, end, tz, text)
	_check_occurs(found)
	made = "\n".join(
		[
			f"DTSTART;TZID={tz.key}:{start:{_WALL}}",
			f"DTEND;TZID={tz.key}:{end:{_WALL}}",
			f"RRULE:{_rule_until(text.rule, found.last)}",
			*_lines("EXDATE", text.excluded),
			*_lines("RDATE", text.added),
		]
	)
	if bounds(made) is None:
		raise InvalidRecurrence(Problem.ALL_EXCLUDED)
	return made


def occurrences(series: str, first: int, last: int) -> list[Interval]:
	"""The occurrences that overlap `[first, last)`, ascending by start. They may overlap each other.

	A block lasts from the first instant its wall clock times cover to the last: where clocks go forward over its start,
	it starts with the time that comes after the gap; where they go back over its end, it lasts through the second pass.
	A block that lies in the gap whole moves forward by it.
	"""
	if first >= last:
		return []
	since, until = first - first % WEEK, last + -last % WEEK
	return [each for each in _expanded(series, since, until) if each[0] < last and first < each[1]]


@lru_cache(maxsize=1024)
def bounds(series: str) -> Interval | None:
	"""The first occurrence's start and the last one's end, FOREVER where there is no last; None without any."""
	found = _read_series(series)
	# Each date of EXDATE takes one occurrence at most.
	excluded = len(found.excluded) + len(found.excluded_days)
	head = _intervals(found, islice(_days(found, found.start.toordinal()), excluded + 1))
	starts = list(chain(head[:1], _added(found)))
	if not starts:
		return None
	end = FOREVER if found.last is None else max(each[1] for each in chain(_tail(found), starts))
	return min(each[0] for each in starts), end


def _tail(found: _Series) -> list[Interval]:
	"""The last occurrences of a rule that ends: looked for from the end, in ever longer stretches."""
	first, reach = found.start.toordinal(), 32
	while True:
		since = max(first, found.last - reach)
		if (tail := _intervals(found, _days(found, since))) or since == first:
			return tail
		reach *= 8


@lru_cache(maxsize=1024)
def _expanded(series: str, first: int, last: int) -> tuple[Interval, ...]:
	found = _read_series(series)
	since = local_date(first, found.zone).toordinal() - found.midnights - 1
	until = local_date(last, found.zone).toordinal() + 1
	days = takewhile(lambda day: day <= until, _days(found, since))
	return tuple(sorted({*_intervals(found, days), *_added(found)}))


@lru_cache(maxsize=2048)
def _read_series(text: str) -> _Series:
	head = _HEAD.match(text)
	if not head:
		raise EngineError("This is not a series.")
	start, end = (stamp(each).wall for each in head.groups()[1:])
	return _series(start, end, zone(head[1]), read(text[head.end() :]))


def _series(start: datetime, end: datetime, tz: ZoneInfo, text: RecurrenceText) -> _Series:
	at = time(start.hour, start.minute, start.second)
	found = _Series(
		start=start,
		seconds=_seconds(start),
		length=(end - start) // _SECOND,
		midnights=end.toordinal() - start.toordinal(),
		zone=tz,
		rule=text.rule,
		last=_last_day(text.rule, start, tz),
		excluded=frozenset(each.instant(tz, at) for each in text.excluded if each.time),
		excluded_days=frozenset(each.day.toordinal() for each in text.excluded if not each.time),
		added=tuple(_wall(each.instant(tz, at), tz) for each in text.added),
	)
	if found.last is not None and found.last < start.toordinal():
		raise InvalidRecurrence(Problem.UNTIL_BEFORE_START)
	return found


def _check_span(start: datetime, end: datetime) -> None:
	if end <= start:
		raise InvalidRecurrence(Problem.ENDS_BEFORE_START)
	if end - start > timedelta(days=MOST_DAYS_EACH):
		raise InvalidRecurrence(Problem.TOO_LONG_EACH, MOST_DAYS_EACH)
	if end.year > _LAST_YEAR:
		raise InstantOutOfRange(utc_midnight(end.toordinal()))


def _check_occurs(found: _Series) -> None:
	"""Refuses a rule whose days never come. It is tried in the calendar's last 400 years, which are as all others."""
	cycles = (9999 - found.start.year) // _CYCLE_YEARS
	start = found.start.replace(year=found.start.year + cycles * _CYCLE_YEARS)
	if not any(day >= start.toordinal() for day in _rule_days(found.rule, start, start.toordinal())):
		raise InvalidRecurrence(Problem.NEVER)


def _last_day(rule: Rule, start: datetime, tz: ZoneInfo) -> int | None:
	"""The ordinal of the last day on which the rule may start a block."""
	if rule.count:
		first = start.toordinal()
		days = islice(_with_first(first, _rule_days(rule, start, first)), rule.count)
		*_before, last = takewhile(lambda day: day < first + _CYCLE_YEARS * 366, days)
		return last
	if not rule.until:
		return None
	last = rule.until.day.toordinal()
	if rule.until.time:
		until = _wall(rule.until.instant(tz, time()), tz)
		last = until.toordinal() - (_seconds(until) < _seconds(start))
	return min(last, _LAST_DAY)


def _days(found: _Series, since: int) -> Iterator[int]:
	"""The days, from `since` on, on which a block of the rule starts, excluded ones too."""
	first = found.start.toordinal()
	last = _LAST_DAY if found.last is None else found.last
	days = _with_first(first, _rule_days(found.rule, found.start, since))
	return takewhile(lambda day: day <= last, dropwhile(lambda day: day < since, days))


def _with_first(first: int, days: Iterable[int]) -> Iterator[int]:
	yield first
	yield from (day for day in days if day > first)


def _rule_days(rule: Rule, start: datetime, since: int) -> Iterator[int]:
	"""The days of the rule from about `since` on, some before it too."""
	if rule.frequency == "WEEKLY" and "BYMONTH" not in rule.by:
		return _weekly_days(rule, start, since)
	frequency, every, begin = _ENTRIES[rule.frequency](
		rule, start.date(), date.fromordinal(max(since, start.toordinal()))
	)
	days = rrule(
		FREQUENCIES.index(frequency),
		dtstart=datetime.combine(begin, time()),
		interval=every,
		wkst=rule.week_start,
		**{name.lower(): numbers for name, numbers in rule.by.items()},
		**_days_of(rule, start),
	)
	found = (day.toordinal() for day in days)
	if rule.frequency == "DAILY":
		return (day for day in found if (day - start.toordinal()) % rule.interval == 0)
	return found


def _weekly_days(rule: Rule, start: datetime, since: int) -> Iterator[int]:
	"""By far most rules: each week is as the others, so that dateutil is asked for one, the calendar's last."""
	begin = _enter_weeks(rule, start.date(), date.fromordinal(max(since, start.toordinal())))[2].toordinal()
	last_week = date.fromordinal(_END_OF_CALENDAR - 14)
	monday = _enter_weeks(replace(rule, interval=1), last_week, last_week)[2]
	names = {"bysetpos": rule.by.get("BYSETPOS"), "wkst": rule.week_start, **_days_of(rule, start)}
	days = (
		day.toordinal() - monday.toordinal() for day in rrule(WEEKLY, dtstart=datetime.combine(monday, time()), **names)
	)
	week = list(takewhile(lambda day: day < 7, days))
	return (first + day for first in range(begin, _END_OF_CALENDAR, 7 * rule.interval) for day in week)


def _days_of(rule: Rule, start: datetime) -> dict[str, Any]:
	"""BYDAY, or what the start says where the rule doesn't. dateutil would take it from the period it is entered at."""
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


def _enter_years(rule: Rule, start: date, since: date) -> tuple[str, int, date]:
	years = since.year - start.year
	return "YEARLY", rule.interval, date(since.year - years % rule.interval, 1, 1)


def _enter_months(rule: Rule, start: date, since: date) -> tuple[str, int, date]:
	begun = start.year * 12 + start.month - 1
	month = since.year * 12 + since.month - 1
	year, month = divmod(month - (month - begun) % rule.interval, 12)
	return "MONTHLY", rule.interval, date(year, month + 1, 1)


def _enter_weeks(rule: Rule, start: date, since: date) -> tuple[str, int, date]:
	"""Weeks begin at WKST: the positions of BYSETPOS count from there, and dateutil's from where it is entered."""
	begun, week = (day.toordinal() - (day.weekday() - rule.week_start) % 7 for day in (start, since))
	return "WEEKLY", rule.interval, date.fromordinal(week - (week - begun) % (7 * rule.interval))


def _enter_days(_rule: Rule, _start: date, since: date) -> tuple[str, int, date]:
	"""Months list the days, of which `_rule_days` takes each nth. dateutil's own days would step singly to a far one."""
	return "MONTHLY", 1, since.replace(day=1)


_ENTRIES = {"YEARLY": _enter_years, "MONTHLY": _enter_months, "WEEKLY": _enter_weeks, "DAILY": _enter_days}


def _intervals(found: _Series, days: Iterable[int]) -> list[Interval]:
	"""The blocks that start on these days, without the excluded ones."""
	blocks = (_block(found, day) for day in days if day not in found.excluded_days)
	return [block for start, block in blocks if start not in found.excluded]


def _added(found: _Series) -> list[Interval]:
	blocks = []
	for wall in found.added:
		if wall.toordinal() in found.excluded_days or instant_of(wall, found.zone) in found.excluded:
			continue
		blocks.append(_covered(wall, wall + timedelta(seconds=found.length), found.zone))
	return blocks


def _block(found: _Series, day: int) -> tuple[int, Interval]:
	"""The instant of the wall-clock start on `day`, and the interval that is blocked."""
	tz, last = found.zone, day + found.midnights
	offset = end_offset = offset_at_midnight(day, tz)
	steady = offset == offset_at_midnight(day + 1, tz)
	if steady and last > day:
		end_offset = offset_at_midnight(last, tz)
		steady = end_offset == offset_at_midnight(last + 1, tz)
	if steady:
		start = utc_midnight(day) + found.seconds
		return start - offset, (start - offset, start + found.length - end_offset)
	wall = datetime.fromordinal(day) + timedelta(seconds=found.seconds)
	return instant_of(wall, tz), _covered(wall, wall + timedelta(seconds=found.length), tz)


def _covered(start: datetime, end: datetime, tz: ZoneInfo) -> Interval:
	last = end - _SECOND
	begin = instant_of(start, tz)
	if _jump(start, tz) < 0:
		if _jump(last, tz) < 0:
			return begin, instant_of(last, tz) + 1
		begin = _after_gap(start, tz)
	repeated = _jump(last, tz)
	return begin, instant_of(last, tz) + repeated + 1 if repeated > 0 else instant_of(end, tz)


def _jump(wall: datetime, tz: ZoneInfo) -> int:
	"""By how many seconds clocks go back over `wall`; less than 0 where they go forward, and skip it."""
	gone = tz.utcoffset(wall) - tz.utcoffset(wall.replace(fold=1))
	return gone.days * DAY + gone.seconds


def _after_gap(wall: datetime, tz: ZoneInfo) -> int:
	"""The first instant after the gap that swallows `wall`."""
	late = instant_of(wall, tz)
	early = late + _jump(wall, tz)
	return early + bisect_left(range(early, late), wall, key=lambda instant: _wall(instant, tz))


def _wall(instant: int, tz: ZoneInfo) -> datetime:
	return wall_clock(instant, tz).replace(tzinfo=None, fold=0)


def _seconds(wall: datetime) -> int:
	return wall.hour * 3600 + wall.minute * 60 + wall.second


def _rule_until(rule: Rule, last: int | None) -> str:
	parts = [(name, value) for name, value in rule.parts if name not in ("COUNT", "UNTIL")]
	if last is not None:
		parts.append(("UNTIL", f"{date.fromordinal(last):%Y%m%d}"))
	return ";".join(f"{name}={value}" for name, value in parts)


def _lines(name: str, stamps: Iterable[Stamp]) -> list[str]:
	"""A line for the stamps of each zone."""
	lines: dict[str, list[str]] = {}
	for each in stamps:
		head, value = _line(name, each)
		lines.setdefault(head, []).append(value)
	return [f"{head}:{','.join(values)}" for head, values in lines.items()]


def _line(name: str, stamp: Stamp) -> tuple[str, str]:
	if not stamp.time:
		return f"{name};VALUE=DATE", f"{stamp.day:%Y%m%d}"
	value = f"{datetime.combine(stamp.day, stamp.time):{_WALL}}"
	return (f"{name};TZID={stamp.zone.key}" if stamp.zone else name), value
