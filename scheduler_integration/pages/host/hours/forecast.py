"""The strip of the next two weeks: a bar for each day, with what is offered, busy and blocked in it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from frappe import _

from scheduler_integration.availability.fortnight import ForecastDay
from scheduler_integration.engine import Interval, hull, wall_clock
from scheduler_integration.pages.host.hours.week import clock_words
from scheduler_integration.pages.kit import dates

# The bars show at least these hours of the day, and more if something happens earlier or later.
_EARLIEST, _LATEST = 8 * 60, 18 * 60
_DAY = 24 * 60
_KINDS = ("offered", "busy", "blocked")


def forecast_view(days: Sequence[ForecastDay], meeting_type: str | None, style: dates.TimeStyle) -> dict:
	"""Return the strip. Each day leads to the page that explains the times of `meeting_type`, a record's name."""
	spans = {day.day: {kind: _minutes(getattr(day, kind), style.zone) for kind in _KINDS} for day in days}
	all_spans = [span for kinds in spans.values() for shades in kinds.values() for span in shades]
	# Time that is blocked all night says nothing about the hours.
	begin, end = hull([(_EARLIEST, _LATEST), *(span for span in all_spans if span != (0, _DAY))])
	first, last = begin // 120 * 120, -(-end // 120) * 120
	return {
		"width": last - first,
		"first": first,
		"hours": [clock_words(minutes, style) for minutes in (first, (first + last) // 2 // 60 * 60, last)],
		"days": [_day(day, spans[day.day], (first, last), meeting_type, style) for day in days],
	}


def _day(
	day: ForecastDay,
	spans: dict[str, list[Interval]],
	span: Interval,
	meeting_type: str | None,
	style: dates.TimeStyle,
) -> dict:
	bars = [
		{"kind": kind, "x": max(start, span[0]) - span[0], "width": min(end, span[1]) - max(start, span[0])}
		for kind in _KINDS
		for start, end in spans[kind]
		if start < span[1] and end > span[0]
	]
	offered = spans["offered"]
	if not meeting_type:
		url = None
	else:
		minutes = offered[0][0] if offered else 9 * 60
		asked = {"type": meeting_type, "date": day.day.isoformat(), "time": f"{minutes // 60:02}:{minutes % 60:02}"}
		url = f"/scheduling/why?{urlencode(asked)}"
	return {
		"date": day.day.isoformat(),
		"label": dates.short_day(day.day, style.locale),
		"words": _words(day, spans, style),
		"closed": _closed(day) if day.closed_by is not None else "",
		"is_off": not offered,
		"bars": bars,
		"url": url,
	}


def _words(day: ForecastDay, spans: dict[str, list[Interval]], style: dates.TimeStyle) -> str:
	"""Return the day's bars in words, for those who don't see them."""
	names = {"offered": _("offered {0}"), "busy": _("busy {0}"), "blocked": _("blocked {0}")}
	parts = [
		names[kind].format(", ".join(f"{clock_words(a, style)} – {clock_words(b, style)}" for a, b in spans[kind]))
		for kind in _KINDS
		if spans[kind]
	]
	if not spans["offered"]:
		parts.insert(0, _closed(day))
	return "; ".join(parts)


def _closed(day: ForecastDay) -> str:
	if day.closed_by is None:
		return _("no times offered")
	return _("not available: {0}").format(day.closed_by) if day.closed_by else _("not available")


def _minutes(intervals: Sequence[Interval], zone: str) -> list[Interval]:
	"""Return wall-clock minutes of the day. The end of the day is 1440."""
	minutes = []
	for start, end in intervals:
		first, last = wall_clock(start, zone), wall_clock(end, zone)
		until = last.hour * 60 + last.minute
		minutes.append((first.hour * 60 + first.minute, until if last.date() == first.date() else _DAY))
	return minutes
