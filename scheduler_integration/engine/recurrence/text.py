"""Reads the text of a recurrence: one RRULE, dates that EXDATE excludes, dates that RDATE adds (RFC 5545, 3.8.5).

    RRULE:FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261231
    EXDATE;VALUE=DATE:20261026
    RDATE;TZID=Europe/Berlin:20261027T090000

Every part is read and checked here. The days of a rule are found in rule_days.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from ..errors import EngineError, InvalidRecurrence, RecurrenceProblem
from ..time.zones import instant_of, zone

T = TypeVar("T")

LONGEST_TEXT = 40_000
MOST_DATES = 2_000
MOST_COUNTED = 5_000

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# In the order of dateutil's constants, of which YEARLY is 0.
FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
_FINER = {"HOURLY", "MINUTELY", "SECONDLY", "BYHOUR", "BYMINUTE", "BYSECOND"}
# The largest number in each list. Negative numbers count from the end, except in the lists of _FORWARD_ONLY.
_LISTS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_FORWARD_ONLY = {"BYMONTH"}
# By frequency, the parts that have no meaning with it (the table in RFC 5545, 3.3.10).
_WITHOUT_MEANING = {
	"DAILY": {"BYYEARDAY", "BYWEEKNO", "BYSETPOS"},
	"WEEKLY": {"BYYEARDAY", "BYWEEKNO", "BYMONTHDAY"},
	"MONTHLY": {"BYYEARDAY", "BYWEEKNO"},
	"YEARLY": set(),
}

_LINE = re.compile(r"(?:(RRULE|EXDATE|RDATE)((?:;[^:;]+)*):)?([^:]+)", re.IGNORECASE)
_NAME = re.compile(r"([A-Z-]+)[;:]", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.IGNORECASE)
_DAY = re.compile(rf"([+-]?\d{{1,2}})?({'|'.join(DAYS)})")
_NUMBER = re.compile(r"[+-]?\d{1,3}")


@dataclass(frozen=True, slots=True)
class RecurrenceDate:
	"""A date, or a date and time by the clock of `zone`. `zone` None is the recurrence's own zone."""

	day: date
	time_of_day: time | None = None
	zone: ZoneInfo | None = None

	@property
	def wall(self) -> datetime:
		"""The naive wall-clock time; midnight for a date without a time."""
		return datetime.combine(self.day, self.time_of_day or time())

	def instant(self, own_zone: ZoneInfo, default: time) -> int:
		"""Return the instant (epoch seconds). A date without a time gets the time `default`."""
		return instant_of(datetime.combine(self.day, self.time_of_day or default), self.zone or own_zone)


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
	"""An RRULE.

	- `parts`: names and values as they are in the text. All other fields are read from them.
	- `days`: BYDAY as pairs (n, weekday): the nth such weekday of the month or year (0 is each, -1 the last); 0 is Monday.
	- `by`: the other lists of numbers, by the part's name, such as {"BYMONTHDAY": (1, -1)}.
	"""

	parts: tuple[tuple[str, str], ...]
	frequency: str
	interval: int
	count: int | None
	until: RecurrenceDate | None
	week_start: int
	days: tuple[tuple[int, int], ...]
	by: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class RecurrenceText:
	rule: RecurrenceRule
	excluded: tuple[RecurrenceDate, ...]
	added: tuple[RecurrenceDate, ...]


def parse_recurrence(text: str) -> RecurrenceText:
	"""Return the recurrence that `text` describes. "RRULE:" may be left out. Raises InvalidRecurrence."""
	if len(text) > LONGEST_TEXT:
		raise InvalidRecurrence(RecurrenceProblem.TOO_LONG, LONGEST_TEXT)
	rules: list[str] = []
	dates: dict[str, list[RecurrenceDate]] = {"EXDATE": [], "RDATE": []}
	# The lines. A line that begins with a blank continues the line before it (RFC 5545, 3.1).
	lines = re.sub(r"\r?\n[ \t]", "", text.strip()).splitlines()
	unfolded = [line.strip() for line in lines if line.strip()]
	for line in unfolded:
		name, parameters, value = _split(line)
		if name == "RRULE":
			rules.append(value)
		else:
			dates[name] += _dates(value, parameters)
	if sum(map(len, dates.values())) > MOST_DATES:
		raise InvalidRecurrence(RecurrenceProblem.TOO_MANY_DATES, MOST_DATES)
	if len(rules) != 1:
		raise InvalidRecurrence(RecurrenceProblem.SEVERAL_RULES if rules else RecurrenceProblem.NO_RULE)
	return RecurrenceText(_rule(rules[0]), tuple(dates["EXDATE"]), tuple(dates["RDATE"]))


def _split(line: str) -> tuple[str, str, str]:
	"""Return name, parameters and value. A line without a name is the rule."""
	if match := _LINE.fullmatch(line):
		name, parameters, value = match.groups()
		return (name or "RRULE").upper(), parameters or "", value
	if (match := _NAME.match(line)) and match[1].upper() not in ("RRULE", "EXDATE", "RDATE"):
		raise InvalidRecurrence(RecurrenceProblem.UNKNOWN_PART, match[1])
	raise InvalidRecurrence(RecurrenceProblem.UNREADABLE, line)


def _dates(value: str, parameters: str) -> list[RecurrenceDate]:
	given = dict(_pair(parameter) for parameter in parameters.split(";") if parameter)
	if given.keys() - {"TZID", "VALUE"} or given.get("VALUE", "DATE").upper() not in ("DATE", "DATE-TIME"):
		raise InvalidRecurrence(RecurrenceProblem.UNREADABLE, parameters.lstrip(";"))
	try:
		own = zone(given["TZID"].strip('"')) if "TZID" in given else None
	except EngineError:
		raise InvalidRecurrence(RecurrenceProblem.UNREADABLE, given["TZID"]) from None
	return [parse_date(text.strip(), own) for text in value.split(",")]


def parse_date(text: str, own: ZoneInfo | None = None) -> RecurrenceDate:
	"""Return a DATE or DATE-TIME of RFC 5545 (3.3.4, 3.3.5); a final Z is UTC, otherwise `own` applies.

	Raises InvalidRecurrence.
	"""
	try:
		if not (match := _DATE.fullmatch(text)):
			raise ValueError
		year, month, day, hour, minute, second, utc = match.groups()
		at = time(int(hour), int(minute), int(second)) if hour else None
		return RecurrenceDate(date(int(year), int(month), int(day)), at, zone("UTC") if utc else own)
	except ValueError:
		raise InvalidRecurrence(RecurrenceProblem.UNREADABLE, text) from None


def _rule(value: str) -> RecurrenceRule:
	pairs = [_pair(part) for part in value.strip(";").split(";")]
	parts = dict(pairs)
	if len(parts) < len(pairs):
		names = [name for name, _value in pairs]
		raise InvalidRecurrence(RecurrenceProblem.REPEATED_PART, max(names, key=names.count))
	for name in parts:
		if name in _FINER:
			raise InvalidRecurrence(RecurrenceProblem.TOO_FINE, name)
		if name not in {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_LISTS}:
			raise InvalidRecurrence(RecurrenceProblem.UNKNOWN_PART, name)
	rule = RecurrenceRule(
		parts=tuple(parts.items()),
		frequency=_frequency(parts.get("FREQ", "")),
		interval=_interval(parts.get("INTERVAL", "1")),
		count=_count(parts["COUNT"]) if "COUNT" in parts else None,
		until=parse_date(parts["UNTIL"]) if "UNTIL" in parts else None,
		week_start=DAYS.index(_one_of(parts.get("WKST", "MO"), DAYS)),
		days=tuple(_each(parts.get("BYDAY"), _weekday)),
		by={name: tuple(_each(parts.get(name), partial(_listed, name))) for name in _LISTS if name in parts},
	)
	_check_together(rule)
	return rule


def _pair(part: str) -> tuple[str, str]:
	name, equals, value = part.partition("=")
	if not (equals and name.strip() and value.strip()):
		raise InvalidRecurrence(RecurrenceProblem.UNREADABLE, part)
	name = name.strip().upper()
	return name, value.strip() if name == "TZID" else value.strip().upper()


def _check_together(rule: RecurrenceRule) -> None:
	if rule.count and rule.until:
		raise InvalidRecurrence(RecurrenceProblem.COUNT_AND_UNTIL)
	if misplaced := _misplaced(rule):
		raise InvalidRecurrence(RecurrenceProblem.OUT_OF_PLACE, misplaced)


def _misplaced(rule: RecurrenceRule) -> str | None:
	"""Return a part that has no meaning in this rule, if there is one."""
	if misplaced := _WITHOUT_MEANING[rule.frequency] & rule.by.keys():
		return min(misplaced)
	# "2MO" needs a month or year to count in. BYSETPOS needs another list from which to choose.
	counts_days = any(which for which, _day in rule.days)
	has_weeks = rule.frequency in ("WEEKLY", "DAILY") or (rule.frequency == "YEARLY" and "BYWEEKNO" in rule.by)
	if counts_days and has_weeks:
		return f"BYDAY={dict(rule.parts)['BYDAY']}"
	return "BYSETPOS" if rule.by.keys() == {"BYSETPOS"} and not rule.days else None


def _frequency(text: str) -> str:
	if text in _FINER:
		raise InvalidRecurrence(RecurrenceProblem.TOO_FINE, text)
	return _one_of(text, FREQUENCIES)


def _interval(text: str) -> int:
	if not re.fullmatch(r"\d{1,4}", text):
		raise InvalidRecurrence(RecurrenceProblem.UNREADABLE, f"INTERVAL={text}")
	if not int(text):
		raise InvalidRecurrence(RecurrenceProblem.INTERVAL_ZERO)
	return int(text)


def _count(text: str) -> int:
	if not re.fullmatch(r"\d{1,9}", text) or not int(text):
		raise InvalidRecurrence(RecurrenceProblem.UNREADABLE, f"COUNT={text}")
	if int(text) > MOST_COUNTED:
		raise InvalidRecurrence(RecurrenceProblem.TOO_MANY_COUNTED, MOST_COUNTED)
	return int(text)


def _one_of(text: str, choices: tuple[str, ...]) -> str:
	if text not in choices:
		raise InvalidRecurrence(RecurrenceProblem.UNREADABLE if text else RecurrenceProblem.NO_RULE, text)
	return text


def _each(text: str | None, read_one: Callable[[str], T]) -> list[T]:
	return [read_one(item.strip()) for item in text.split(",")] if text else []


def _weekday(text: str) -> tuple[int, int]:
	match = _DAY.fullmatch(text)
	if not match or (match[1] and not 0 < abs(int(match[1])) <= _LISTS["BYWEEKNO"]):
		raise InvalidRecurrence(RecurrenceProblem.UNREADABLE, f"BYDAY={text}")
	return int(match[1] or 0), DAYS.index(match[2])


def _listed(name: str, text: str) -> int:
	lowest = 1 if name in _FORWARD_ONLY else -_LISTS[name]
	if not _NUMBER.fullmatch(text) or not lowest <= int(text) <= _LISTS[name] or not int(text):
		raise InvalidRecurrence(RecurrenceProblem.UNREADABLE, f"{name}={text}")
	return int(text)
