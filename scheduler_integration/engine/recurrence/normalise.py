"""Checks a recurrence once, when it is saved, and writes it as a *normalised rule*.

A normalised rule is a text that has everything: start and end by the wall clock of a zone, the RRULE with its COUNT
replaced by the date of the last block, EXDATE and RDATE. Without COUNT, a later range is expanded without counting all
earlier blocks.

    DTSTART;TZID=Europe/Berlin:20260302T090000
    DTEND;TZID=Europe/Berlin:20260302T100000
    RRULE:FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20260316        (was COUNT=5)
    EXDATE;VALUE=DATE:20260309
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ..errors import InstantOutOfRange, InvalidRecurrence, RecurrenceProblem
from ..time.zones import utc_midnight, zone
from .expand import recurrence_bounds
from .recurrence import recurrence_of
from .rule_days import CYCLE_YEARS, rule_days
from .text import RecurrenceDate, RecurrenceRule, parse_recurrence

MOST_DAYS_EACH = 366

# A rule that begins later would reach the end of dateutil's calendar, the year 9999.
_LAST_YEAR = 9000
_WALL = "%Y%m%dT%H%M%S"


def normalised_rule(start: datetime, end: datetime, rule: str, zone_name: str | ZoneInfo) -> str:
	"""Return the normalised rule of a block from `start` to `end` that recurs by the text `rule`.

	`start` and `end` are naive wall-clock times in the zone. `rule` is an RRULE ("RRULE:" may be left out), and may have
	lines with EXDATE and RDATE.

	- The first block is always an occurrence, even if it doesn't match the rule, and COUNT counts it (RFC 5545, 3.3.10 and
	3.8.5.3; calendars do the same). EXDATE may exclude it.
	- UNTIL as a date includes that day.
	- A DATE in EXDATE excludes that day's occurrence; a DATE in RDATE adds one at the usual time.

	Raises InvalidRecurrence for a rule that can't be used, InstantOutOfRange and UnknownTimeZone.
	"""
	tz = zone(zone_name)
	start, end = start.replace(microsecond=0), end.replace(microsecond=0)
	if end <= start:
		raise InvalidRecurrence(RecurrenceProblem.ENDS_BEFORE_START)
	if end - start > timedelta(days=MOST_DAYS_EACH):
		raise InvalidRecurrence(RecurrenceProblem.TOO_LONG_EACH, MOST_DAYS_EACH)
	if end.year > _LAST_YEAR:
		raise InstantOutOfRange(utc_midnight(end.toordinal()))
	text = parse_recurrence(rule)
	recurrence = recurrence_of(start, end, tz, text)
	# Refuse a rule that never occurs, such as 30 February. It is tried in the last 400 years of the calendar, which have the
	# same weekdays as any other 400 years. There dateutil stops at the calendar's end, after a tenth of a second at the most.
	late = start.replace(year=start.year + (9999 - start.year) // CYCLE_YEARS * CYCLE_YEARS)
	if not any(day >= late.toordinal() for day in rule_days(text.rule, late, late.toordinal())):
		raise InvalidRecurrence(RecurrenceProblem.NEVER)
	lines = [
		f"DTSTART;TZID={tz.key}:{start:{_WALL}}",
		f"DTEND;TZID={tz.key}:{end:{_WALL}}",
		f"RRULE:{_rule_until(text.rule, recurrence.last)}",
		*_date_lines("EXDATE", text.excluded),
		*_date_lines("RDATE", text.added),
	]
	normalised = "\n".join(lines)
	if recurrence_bounds(normalised) is None:
		raise InvalidRecurrence(RecurrenceProblem.ALL_EXCLUDED)
	return normalised


def _rule_until(rule: RecurrenceRule, last: int | None) -> str:
	"""Return the RRULE with its end written as UNTIL."""
	parts = [(name, value) for name, value in rule.parts if name not in ("COUNT", "UNTIL")]
	if last is not None:
		parts.append(("UNTIL", f"{date.fromordinal(last):%Y%m%d}"))
	return ";".join(f"{name}={value}" for name, value in parts)


def _date_lines(name: str, dates: Iterable[RecurrenceDate]) -> list[str]:
	"""Return one line for the dates of each zone."""
	lines: dict[str, list[str]] = {}
	for each in dates:
		if each.time_of_day:
			head = f"{name};TZID={each.zone.key}" if each.zone else name
			value = f"{datetime.combine(each.day, each.time_of_day):{_WALL}}"
		else:
			head, value = f"{name};VALUE=DATE", f"{each.day:%Y%m%d}"
		lines.setdefault(head, []).append(value)
	return [f"{head}:{','.join(values)}" for head, values in lines.items()]
