"""The arithmetic of calendar sheets: a month, or five weeks near its end, as rows of seven days."""

from datetime import date, timedelta

from scheduler_integration.times import dates_between

# From this day of a month on, most of its sheet would be over.
_ENDING = 20


def first_of(day: date) -> date:
	return day.replace(day=1)


def next_month(month: date) -> date:
	return first_of(first_of(month) + timedelta(days=31))


def previous_month(month: date) -> date:
	return first_of(first_of(month) - timedelta(days=1))


def last_of(month: date) -> date:
	return next_month(month) - timedelta(days=1)


def week_begins(day: date, first_week_day: int) -> date:
	"""Return the first day of the day's week. `first_week_day` is 0 for Monday."""
	return day - timedelta(days=(day.weekday() - first_week_day) % 7)


def sheet_of(month: date, today: date, first_week_day: int) -> tuple[date, date]:
	"""Return the first and last date that visitors see for a month: all of it, or five weeks from today's near its end.

	On 22 November 2026 the sheet of November goes from Sunday 22 November to Saturday 26 December.
	"""
	if month != first_of(today) or today.day < _ENDING:
		return month, last_of(month)
	since = week_begins(today, first_week_day)
	return since, since + timedelta(days=34)


def month_showing(day: date, today: date, first_week_day: int) -> date:
	"""Return the month whose sheet shows this day: the present one if possible."""
	this_month = first_of(today)
	first, last = sheet_of(this_month, today, first_week_day)
	return this_month if first <= day <= last else first_of(day)


def weeks_between(first: date, last: date, first_week_day: int) -> list[list[date | None]]:
	"""Return these days, both included, in rows of seven, with None for days before and after them."""
	days: list[date | None] = [None] * ((first.weekday() - first_week_day) % 7)
	days += dates_between(first, last)
	days += [None] * (-len(days) % 7)
	return [days[at : at + 7] for at in range(0, len(days), 7)]
