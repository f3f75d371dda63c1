"""The arithmetic of calendar sheets: a month as rows of seven days."""

from datetime import date, timedelta


def first_of(day: date) -> date:
	return day.replace(day=1)


def next_month(month: date) -> date:
	return first_of(first_of(month) + timedelta(days=31))


def previous_month(month: date) -> date:
	return first_of(first_of(month) - timedelta(days=1))


def last_of(month: date) -> date:
	return next_month(month) - timedelta(days=1)


def weeks_of(month: date, first_week_day: int) -> list[list[date | None]]:
	"""Return the days of the month in rows of seven, with None for days of the months before and after."""
	blank = (month.weekday() - first_week_day) % 7
	days: list[date | None] = [None] * blank
	days += [month.replace(day=number + 1) for number in range(last_of(month).day)]
	days += [None] * (-len(days) % 7)
	return [days[at : at + 7] for at in range(0, len(days), 7)]
