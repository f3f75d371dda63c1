"""The time of a meeting in words: one interval, or each day of a multi-day meeting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from babel import Locale
from frappe import _

from scheduler_integration.engine import Interval, local_date
from scheduler_integration.pages.kit import dates
from scheduler_integration.platform import lengths


def when_view(stretches: Sequence[Interval], style: dates.TimeStyle) -> dict:
	"""Return `date`, `time` and `days` of a meeting.

	For a multi-day meeting, `date` is the range of dates, `time` the number of days, `days` each day with its hours.
	"""
	locale = style.locale
	days = [local_date(start, style.zone) for start, _end in stretches]
	hours = [dates.clock_range(start, end, style) for start, end in stretches]
	if len(stretches) == 1:
		return {"date": dates.full_date(days[0], locale), "time": hours[0], "days": []}
	return {
		"date": dates.date_range(days[0], days[-1], locale),
		"time": lengths.days(len(days), locale),
		"days": [{"date": dates.short_day(day, locale), "time": time} for day, time in zip(days, hours, strict=True)],
	}


def days_in_short(stretches: Sequence[Interval], zone: str, locale: Locale) -> str:
	"""`Mon 23 – Wed 25 Nov`, or a list of the days if they aren't consecutive."""
	days = [local_date(start, zone) for start, _end in stretches]
	if days[-1] - days[0] == timedelta(days=len(days) - 1):
		return dates.short_range(days[0], days[-1], locale)
	return dates.listed([dates.short_day(day, locale) for day in days], locale)


def in_short(start: int, end: int, style: dates.TimeStyle) -> str:
	"""`Mon 23 Nov, 14:00 – 15:00`, or `Mon 23 Nov, 23:30 – Tue 24 Nov, 00:30`."""
	day = local_date(start, style.zone)
	if day == local_date(end, style.zone):
		return _("{0}, {1}").format(dates.short_day(day, style.locale), dates.clock_range(start, end, style))
	return f"{moment_in_short(start, style)} – {moment_in_short(end, style)}"


def moment_in_short(instant: int, style: dates.TimeStyle) -> str:
	"""`Mon 23 Nov, 14:00`."""
	day = dates.short_day(local_date(instant, style.zone), style.locale)
	return _("{0}, {1}").format(day, dates.clock_time(instant, style))
