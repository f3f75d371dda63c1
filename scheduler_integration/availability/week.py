"""A week of hours as people see it: the open spans of each day, overlaps merged and cut hours taken out."""

from collections.abc import Iterable, Mapping
from typing import Any

from babel import Locale
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.wall_clock import minutes_of_day
from scheduler_integration.platform.language import current_locale
from scheduler_integration.times import WEEK

# Spans of each day, 0 is Monday, in minutes after its midnight: start < 1440, and start < end <= start + 1440.
Week = dict[int, list[engine.Interval]]

_DAY = 24 * 60


def week_of(rules: Iterable[Mapping[str, Any] | Document]) -> Week:
	"""Return the open spans of the rows of Availability Rule. A day that is off has no key.

	A span belongs to the day on which it begins: Friday 22:00 to 02:00 is `{4: [(1320, 1560)]}`. As rows of its own, the
	week opens the same instants as the original ones.
	"""
	opened: dict[int, list[engine.Interval]] = {}
	cut: list[engine.Interval] = []
	for row in rules:
		start, end = (minutes_of_day(str(row.get(field))) for field in ("start_time", "end_time"))
		rule = engine.WeeklyRule(WEEK.index(row.get("day_of_week")), start, end)
		if row.get("is_available"):
			opened.setdefault(rule.weekday, []).append(rule.minutes)
		else:
			cut.append((rule.weekday * _DAY + rule.minutes[0], rule.weekday * _DAY + rule.minutes[1]))
	# Hours that are cut on Sunday night may reach into Monday, and those of Sunday night may be cut on Monday.
	cuts = engine.merge([(start + shift, end + shift) for start, end in cut for shift in (-7 * _DAY, 0, 7 * _DAY)])
	pieces = [
		piece
		for day, spans in opened.items()
		for piece in engine.subtract(engine.merge((day * _DAY + a, day * _DAY + b) for a, b in spans), cuts)
	]
	return _by_day(pieces)


def _by_day(pieces: Iterable[engine.Interval]) -> Week:
	days: list[list[engine.Interval]] = [[] for _day in range(7)]
	for start, end in pieces:
		day, minute = divmod(start, _DAY)
		days[day % 7].append((minute, minute + end - start))
	# A row is at most 24 hours long, so the rest of a longer span is put into the next day, which may then be too long.
	for step in range(14):
		merged = engine.merge(days[step % 7])
		days[step % 7] = [(start, min(end, start + _DAY)) for start, end in merged]
		days[(step + 1) % 7] += [(start, end - _DAY) for start, end in merged if end - start > _DAY]
	return {day: spans for day, spans in enumerate(map(engine.merge, days)) if spans}


# Writes a week of hours in one line, in the reader's language, so that `parsing/hours_text.py` reads the same week.


def week_in_words(week: Week, *, first_day: int = 0, twelve_hours: bool = False) -> str:
	"""Return the week as `Monday–Friday 9:00–12:00, 13:00–17:30; Saturday 10:00–14:00`; empty if every day is off.

	`first_day` is the reader's first day of the week, 0 is Monday. `twelve_hours` writes 9:00 am, in English only: other languages' words for it can't be read back.
	"""
	locale = current_locale()
	halves = twelve_hours and locale.language == "en"
	groups: dict[tuple[engine.Interval, ...], list[int]] = {}
	for step in range(7):
		day = (first_day + step) % 7
		if week.get(day):
			groups.setdefault(tuple(week[day]), []).append(day)
	return "; ".join(
		f"{_days(days, locale)} {', '.join(_span(*span, halves) for span in spans)}" for spans, days in groups.items()
	)


def _days(days: list[int], locale: Locale) -> str:
	"""`Monday–Friday`, or `Monday, Wednesday–Friday`: three days in a row make a range."""
	names = locale.days["format"]["wide"]
	runs: list[list[int]] = []
	for day in days:
		if runs and (runs[-1][-1] + 1) % 7 == day:
			runs[-1].append(day)
		else:
			runs.append([day])
	words: list[str] = []
	for run in runs:
		words += [f"{names[run[0]]}–{names[run[-1]]}"] if len(run) > 2 else [names[day] for day in run]
	return ", ".join(words)


def _span(start: int, end: int, halves: bool) -> str:
	if halves:
		return f"{_half(start)}–{_half(end)}"
	last = "24:00" if end == _DAY else _clock(end)
	return f"{_clock(start)}–{last}"


def _clock(minutes: int) -> str:
	return f"{minutes // 60 % 24}:{minutes % 60:02}"


def _half(minutes: int) -> str:
	hour = minutes // 60 % 24
	return f"{hour % 12 or 12}:{minutes % 60:02} {'am' if hour < 12 else 'pm'}"
