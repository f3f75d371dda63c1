"""When people meet, in words: one stretch of time, or the days of a meeting that takes several."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from babel import Locale
from frappe import _

from scheduler_integration.engine import local_date

from . import dates


def when_view(stretches: Sequence[tuple[int, int]], zone: str, twelve_hours: bool, locale: Locale) -> dict:
	"""`date` and `time` of a meeting; of one that takes several days the first to the last, and each of the `days`."""
	days = [local_date(start, zone) for start, _end in stretches]
	hours = [dates.clock_range(start, end, zone, twelve_hours, locale) for start, end in stretches]
	if len(stretches) == 1:
		return {"date": dates.full_date(days[0], locale), "time": hours[0], "days": []}
	return {
		"date": dates.date_range(days[0], days[-1], locale),
		"time": dates.days(len(days), locale),
		"days": [{"date": dates.short_day(day, locale), "time": time} for day, time in zip(days, hours, strict=True)],
	}


def stretches(booking: dict) -> list[tuple[int, int]]:
	"""When the people of a booking meet, epoch seconds: its parts, or else all of it."""
	parts = booking.get("parts") or [booking]
	return [(dates.instant(part["start"]), dates.instant(part["end"])) for part in parts]


def days_in_short(stretches: Sequence[tuple[int, int]], zone: str, locale: Locale) -> str:
	"""`Mon 23 – Wed 25 Nov`, or each day by its name where some in between are off."""
	days = [local_date(start, zone) for start, _end in stretches]
	if days[-1] - days[0] == timedelta(days=len(days) - 1):
		return dates.short_range(days[0], days[-1], locale)
	return dates.listed([dates.short_day(day, locale) for day in days], locale)


def in_short(start: int, end: int, zone: str, twelve_hours: bool, locale: Locale) -> str:
	"""`Mon 23 Nov, 14:00 – 15:00`, with both days where they differ."""
	first, last = local_date(start, zone), local_date(end, zone)
	if first == last:
		return _("{0}, {1}").format(
			dates.short_day(first, locale), dates.clock_range(start, end, zone, twelve_hours, locale)
		)
	moments = (
		_("{0}, {1}").format(dates.short_day(day, locale), dates.clock_time(moment, zone, twelve_hours, locale))
		for day, moment in ((first, start), (last, end))
	)
	return " – ".join(moments)
