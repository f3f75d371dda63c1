"""The free times of one day, grouped the way people look for them."""

from __future__ import annotations

from datetime import date

from babel import Locale
from frappe import _

from scheduler_integration.engine.zones import local_date, wall_clock

from . import dates
from .query import Query

_NOON, _EVENING = 12, 17


def times_view(
	day: date, starts: list[int], zone: str, host_zone: str, query: Query, twelve_hours: bool, locale: Locale
) -> dict:
	"""What the column of times prints for a day of the guest's `zone`."""
	labels = [dates.clock_time(start, zone, twelve_hours, locale) for start in starts]
	notes = [host_date(start, zone, host_zone, locale) for start in starts]
	common = notes[0] if len(set(notes)) == 1 else None
	times = [
		{
			"start": start,
			"label": _unmistakable(label, labels, start, zone),
			"note": None if common else note,
			"url": query.url(start=dates.iso_instant(start, zone)),
		}
		for start, label, note in zip(starts, labels, notes, strict=True)
	]
	return {
		"weekday": dates.weekday(day, locale),
		"day": dates.day_and_month(day, locale),
		"groups": _by_part_of_day(times, zone),
		"count": len(times),
		"note": common,
	}


def host_date(start: int, zone: str, host_zone: str, locale: Locale) -> str | None:
	"""A note for a time at which the host's calendar shows another date than the guest's."""
	theirs = local_date(start, host_zone)
	if theirs == local_date(start, zone):
		return None
	return _("{0} for your host").format(dates.short_day(theirs, locale))


def _unmistakable(label: str, labels: list[str], start: int, zone: str) -> str:
	"""Adds the zone's abbreviation where autumn shows the same time twice."""
	return f"{label} {wall_clock(start, zone):%Z}" if labels.count(label) > 1 else label


def _by_part_of_day(times: list[dict], zone: str) -> list[dict]:
	parts: dict[str, list[dict]] = {}
	for time in times:
		parts.setdefault(_part_of_day(wall_clock(time["start"], zone).hour), []).append(time)
	return [{"title": title, "times": group} for title, group in parts.items()]


def _part_of_day(hour: int) -> str:
	if hour < _NOON:
		return _("Morning")
	return _("Afternoon") if hour < _EVENING else _("Evening")
