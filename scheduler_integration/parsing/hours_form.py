"""Reads the forms of the page of working hours, as a browser sends them, into what `parsing/hours.py` and the rooms take.

A day of the week has a checkbox `mon` and any number of fields `mon_from` and `mon_to`; the hours of dates have `from` and
`to`. Typed values are kept as they are, so that the page can show them again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from frappe import _

from scheduler_integration.catalogue.durations import GRID_MINUTES
from scheduler_integration.engine import Interval, instant_of
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import parse_date
from scheduler_integration.parsing.hours_text import TIME
from scheduler_integration.times import dates_between

# In the order of a week that begins on Monday.
DAY_KEYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAYS = DAY_KEYS[:5]
# All values of a field, in the order of the form.
Values = Callable[[str], Sequence[str]]
# From and until, as typed.
Span = tuple[str, str]
# More hours on one day are no working day.
MOST_SPANS = 24
_MOST_DAYS = 366
_NEW: Span = ("", "")
_RULE_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
OFFICE: Span = ("09:00", "17:00")


@dataclass(frozen=True)
class TypedDay:
	"""A day as it was typed. `spans` are kept while the day is off, so that ticking it again brings them back."""

	is_on: bool
	spans: tuple[Span, ...]

	@property
	def filled(self) -> list[Span]:
		return [span for span in self.spans if any(span)]


TypedWeek = dict[str, TypedDay]


def typed_week(values: Values) -> TypedWeek:
	"""Return the week as it was typed, with a key of `DAY_KEYS` for each day."""
	return {key: TypedDay(bool(values(key)), _spans(values, f"{key}_from", f"{key}_to")) for key in DAY_KEYS}


def edited_week(week: TypedWeek, action: str, ticked: Values) -> TypedWeek:
	"""Return the week after one of the form's buttons: `add:mon`, `remove:mon:0`, `copy:mon:all`.

	A copy goes to `all` days, to the `weekdays`, or to the days that are `chosen` by their checkboxes `copy_mon`. An
	unknown action changes nothing.
	"""
	verb, key, detail = (*action.split(":", 2), "", "")[:3]
	if key not in week:
		return week
	day = week[key]
	if verb == "add":
		return {**week, key: TypedDay(True, (*day.spans, _NEW))}
	if verb == "remove" and detail.isdecimal():
		# Compared as text: Python reads no number of thousands of digits.
		left = tuple(span for number, span in enumerate(day.spans) if str(number) != detail)
		return {**week, key: TypedDay(bool(left), left or (OFFICE,))}
	if verb == "copy":
		targets = {"all": DAY_KEYS, "weekdays": WEEKDAYS}.get(detail, ticked(f"copy_{key}"))
		return {**week, **{target: replace(day) for target in targets if target in week}}
	return week


def week_values(week: TypedWeek) -> dict[str, list[str]]:
	"""Return the fields that a browser would send for the week."""
	values: dict[str, list[str]] = {}
	for key, day in week.items():
		values[key] = ["1"] if day.is_on else []
		values[f"{key}_from"] = [start for start, _end in day.spans]
		values[f"{key}_to"] = [end for _start, end in day.spans]
	return values


def week_payload(week: TypedWeek) -> dict[str, Any]:
	"""Return the argument `rules` of `parse_hours`. Raises InvalidRequest that names the days with wrong hours."""
	wrong: dict[str, str] = {}
	rules: list[dict[str, str]] = []
	for key, day in week.items():
		if not day.is_on:
			continue
		if problem := _problem(day.filled):
			wrong[key] = problem
		rules += [{"day_of_week": key, "start_time": start, "end_time": end} for start, end in day.filled]
	if wrong:
		raise InvalidRequest(details=wrong)
	return {"rules": rules}


def typed_spans(values: Values) -> tuple[Span, ...]:
	"""Return the hours of dates as they were typed; office hours if nothing was."""
	return _spans(values, "from", "to") or (OFFICE,)


def date_spans(spans: Sequence[Span]) -> list[Span]:
	"""Return the hours of dates as times of Availability Override. Raises InvalidRequest about `from`."""
	filled = list(dict.fromkeys(span for span in spans if any(span)))
	if problem := _problem(filled):
		raise InvalidRequest(details={"from": problem})
	return [(f"{start[:5]}:00", f"{end[:5]}:00") for start, end in filled]


def typed_days(values: Values) -> list[date]:
	"""Return the dates that were ticked (`day`) and those from `date` to `end_date`. Raises InvalidRequest."""
	days = {parse_date("day", text) for text in values("day")}
	first, last = _one(values, "date"), _one(values, "end_date")
	if first or last:
		begin, end = parse_date("date", first or last), parse_date("end_date", last or first)
		if end < begin:
			raise InvalidRequest(details={"end_date": _("The last day is before the first.")})
		if (end - begin).days >= _MOST_DAYS:
			raise InvalidRequest(details={"end_date": _("Choose at most {0} days at a time.").format(_MOST_DAYS)})
		days.update(dates_between(begin, end))
	return sorted(days)


def buffer_payload(values: Values) -> dict[str, str]:
	"""Return the argument `buffer_minutes`: one of the choices, or the number beside "other"."""
	chosen = _one(values, "buffer")
	if not chosen:
		return {}
	return {"buffer_minutes": _one(values, "buffer_other") if chosen == "other" else chosen}


def block_span(first: date, last: date, start: str, end: str, zone: str) -> Interval:
	"""Return blocked time in epoch seconds, for dates and wall-clock times of `zone`. A missing time is midnight.

	An end at midnight is that of the last day. On one day, an end at or before the start is on the next day.
	"""
	start, end = start or "00:00", end or "00:00"
	if problem := _problem([(start, end)]):
		raise InvalidRequest(details={"start_time": problem})
	if end[:5] == "00:00" or (end[:5] <= start[:5] and last == first):
		last += timedelta(days=1)
	return _instant(first, start, zone), _instant(last, end, zone)


def _instant(day: date, clock: str, zone: str) -> int:
	minutes = int(clock[:2]) * 60 + int(clock[3:5])
	return instant_of(datetime.combine(day, time()) + timedelta(minutes=minutes), zone)


def repetition(kind: str, first: date, until: str) -> str:
	"""Return the rule for a block whose first day is `first`; empty if it isn't repeated. Raises InvalidRequest.

	`kind` is `weekly`, `fortnightly`, `monthly` (the same weekday of the month: the first Monday, the last Friday), or
	`yearly`. `until` is the last date, or empty.
	"""
	if not kind:
		return ""
	# The fifth Friday of a month is its last one, and most months have no fifth.
	which = (first.day - 1) // 7 + 1
	rules = {
		"weekly": "FREQ=WEEKLY",
		"fortnightly": "FREQ=WEEKLY;INTERVAL=2",
		"monthly": f"FREQ=MONTHLY;BYDAY={which if which < 5 else -1}{_RULE_DAYS[first.weekday()]}",
		"yearly": "FREQ=YEARLY",
	}
	if kind not in rules:
		raise InvalidRequest(details={"repeat": _("Choose one.")})
	return rules[kind] + (f";UNTIL={parse_date('repeat_until', until):%Y%m%d}" if until else "")


def _spans(values: Values, first: str, last: str) -> tuple[Span, ...]:
	starts, ends = list(values(first)), list(values(last))
	longest = max(len(starts), len(ends))
	if longest > MOST_SPANS:
		raise InvalidRequest(_("A day has at most {0} rows of hours.").format(MOST_SPANS))
	padded = ([*given, *[""] * (longest - len(given))] for given in (starts, ends))
	return tuple((start.strip(), end.strip()) for start, end in zip(*padded, strict=True))


def _problem(spans: Sequence[Span]) -> str | None:
	if not spans:
		return _("Enter the hours, or say that you are not available.")
	if not all(all(span) for span in spans):
		return _("Enter both times.")
	for text in (each for span in spans for each in span):
		if not TIME.fullmatch(text):
			return _("Write a time as 09:30.")
		if int(text[3:5]) % GRID_MINUTES and text[:5] != "23:59":
			return _("{0} is not in steps of {1} minutes.").format(text[:5], GRID_MINUTES)
	return None


def _one(values: Values, name: str) -> str:
	return next((text.strip() for text in values(name)), "")
