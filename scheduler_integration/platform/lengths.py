"""Writes lengths of time in a locale, with CLDR's units (from Babel)."""

from babel import Locale, units

_LONGEST_IN_MINUTES = 120


def duration(minutes: int, locale: Locale) -> str:
	"""`30 min`, `2 hr`."""
	if minutes >= _LONGEST_IN_MINUTES and minutes % 60 == 0:
		return units.format_unit(minutes // 60, "duration-hour", length="short", locale=locale)
	return units.format_unit(minutes, "duration-minute", length="short", locale=locale)


def days(count: int, locale: Locale) -> str:
	"""`3 days`."""
	text = units.format_unit(count, "duration-day", length="long", locale=locale)
	# Babel has no long form in some locales (Japanese, Arabic) and writes "3 duration-day".
	return (
		text if "duration-day" not in text else units.format_unit(count, "duration-day", locale=locale, length="short")
	)
