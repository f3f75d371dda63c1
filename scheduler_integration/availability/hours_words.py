"""Writes a week of hours in one line, in the reader's language, so that `parsing/hours_text.py` reads the same week."""

from babel import Locale

from scheduler_integration import engine
from scheduler_integration.availability.week import Week
from scheduler_integration.platform.language import current_locale

_DAY = 24 * 60


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
