"""Writes dates, times and money in the visitor's locale, with CLDR's patterns (from Babel)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from babel import Locale, dates, lists

from scheduler_integration.engine import wall_clock
from scheduler_integration.platform import clock_words, zone_words
from scheduler_integration.platform.clock_words import TimeStyle, by_skeleton, clock_time


def clock_range(start: int, end: int, style: TimeStyle) -> str:
	"""`14:30 – 15:00`, in the locale's own way of writing a range."""
	first, last = (wall_clock(moment, style.zone).replace(tzinfo=None) for moment in (start, end))
	pattern = style.locale.interval_formats.get(None) or "{0} – {1}"
	fallback = pattern.format(clock_time(start, style), clock_time(end, style))
	try:
		text = dates.format_interval(first, last, style.skeleton, locale=style.locale)
	except (NotImplementedError, KeyError):  # Babel can't parse the patterns of some locales.
		return fallback
	# The Japanese range is 17時00分～17時30分, where a time alone is 17:00.
	return fallback if "時" in text else text


@lru_cache(maxsize=4096)
def full_date(day: date, locale: Locale) -> str:
	"""`Monday, 23 November 2026`."""
	return dates.format_date(day, "full", locale=locale)


def day_and_month(day: date, locale: Locale) -> str:
	"""`23 November`."""
	return _by_skeleton("MMMMd", day, locale)


def short_day(day: date, locale: Locale) -> str:
	"""`Mon 23 Nov`."""
	return _by_skeleton("MMMEd", day, locale)


def long_day(day: date, locale: Locale) -> str:
	"""`Mon 23 Nov 2026`."""
	return _by_skeleton("yMMMEd", day, locale)


def date_range(first: date, last: date, locale: Locale) -> str:
	"""`23 – 25 Nov 2026`."""
	return dates.format_interval(first, last, "yMMMd", locale=locale)


def short_range(first: date, last: date, locale: Locale) -> str:
	"""`Mon 23 – Wed 25 Nov`, with the years if they differ."""
	return dates.format_interval(first, last, "MMMEd" if first.year == last.year else "yMMMEd", locale=locale)


def listed(texts: list[str], locale: Locale, style: Literal["standard", "or"] = "standard") -> str:
	"""`Mon 23 Nov, Wed 25 Nov and Fri 27 Nov`, or with "or" before the last one."""
	return lists.format_list(texts, style=style, locale=locale)


def weekday(day: date, locale: Locale) -> str:
	"""`Monday`, in the form that some languages have for headings."""
	return dates.format_date(day, "cccc", locale=locale)


def month_title(month: date, locale: Locale) -> str:
	"""`November 2026`."""
	return _by_skeleton("yMMMM", month, locale)


def months_title(first: date, last: date, locale: Locale) -> str:
	"""`November – December 2026`, or the title of the month if both dates are in the same one."""
	if (first.year, first.month) == (last.year, last.month):
		return month_title(first, locale)
	return dates.format_interval(first, last, "yMMMM", locale=locale)


def sheet_title(first: date, last: date, locale: Locale) -> str:
	"""`November 2026`, or `Nov – Dec 2026` for a sheet that goes on into the next month."""
	if (first.year, first.month) == (last.year, last.month):
		return month_title(first, locale)
	return dates.format_interval(first, last, "yMMM", locale=locale)


def short_month(day: date, locale: Locale) -> str:
	"""`Dec`.

	Babel finds names that stand alone once for all languages that have no names of their own for it: after a page in Japanese, it
	would be 12月 in French. Of our languages, only German writes a short month otherwise if it stands alone.
	"""
	return dates.format_date(day, "LLL" if locale.language == "de" else "MMM", locale=locale)


@lru_cache(maxsize=128)
def weekday_names(locale: Locale) -> tuple[dict[str, str], ...]:
	"""Return the short and long names of the seven weekdays, beginning with the locale's first day of the week."""
	names = locale.days["stand-alone"]
	order = [(locale.first_week_day + offset) % 7 for offset in range(7)]
	return tuple({"short": names["abbreviated"][day], "long": names["wide"][day]} for day in order)


def offset_name(seconds: int, zone: str) -> str:
	"""`GMT+2`, or `GMT+5:30`."""
	offset = wall_clock(seconds, zone).utcoffset() or timedelta()
	hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
	sign = "-" if offset < timedelta() else "+"
	return f"GMT{sign}{hours}" + (f":{minutes:02}" if minutes else "")


city = zone_words.city
zone_text = clock_words.zone_text


def _by_skeleton(skeleton: str, day: date, locale: Locale) -> str:
	return by_skeleton(skeleton, datetime.combine(day, datetime.min.time()), locale)
