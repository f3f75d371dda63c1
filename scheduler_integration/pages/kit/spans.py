"""Times in words: of a meeting or an absence, and a list of times by part of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from babel import Locale
from frappe import _

from scheduler_integration.availability.away import Notice
from scheduler_integration.engine import Interval, local_date, wall_clock
from scheduler_integration.pages.kit import dates
from scheduler_integration.platform import lengths
from scheduler_integration.times import Absence


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


_WHOLE_DAY = 24 * 60


def absence_in_words(absence: Absence, style: dates.TimeStyle) -> str:
	"""Return the days, and the times of day if the absence doesn't begin and end at midnight, by the host's clock."""
	first, last, start, end = absence[1:]
	if not start and end >= _WHOLE_DAY:
		return dates.long_day(first, style.locale) if first == last else dates.date_range(first, last, style.locale)
	if first == last:
		return f"{dates.long_day(first, style.locale)}, {_clock(start, style)} – {_clock(end, style)}"
	begin, until = (dates.short_day(day, style.locale) for day in (first, last))
	return f"{begin}, {_clock(start, style)} – {until}, {_clock(end, style)}"


def notice_view(notice: Notice, style: dates.TimeStyle) -> dict:
	"""Return what visitors read about a host who is away: when, who takes the meetings meanwhile, and the host's words."""
	told = [_("{0} is away: {1}.").format(notice.host, absence_in_words(notice.absence, style))]
	if notice.colleagues:
		names = dates.listed(list(notice.colleagues), style.locale)
		told.append(_("Meanwhile you meet {0}.").format(names))
	return {"text": " ".join(told), "message": notice.message}


def _clock(minutes: int, style: dates.TimeStyle) -> str:
	return dates.clock_time(minutes % _WHOLE_DAY * 60, replace(style, zone="UTC"))


# The hours at which the parts of a day begin.
_WAKING, _NOON, _EVENING, _NIGHT = 8, 12, 17, 22


def by_part_of_day(times: list[dict], style: dates.TimeStyle) -> list[dict]:
	"""Return the groups. Each time has its `start` in epoch seconds; those before 8:00 are folded, unless there are no others."""
	early = _("Before {0}").format(dates.clock_time(_WAKING * 3600, replace(style, zone="UTC")))
	titles = {_WAKING: early, _NOON: _("Morning"), _EVENING: _("Afternoon"), _NIGHT: _("Evening")}
	parts: dict[str, list[dict]] = {}
	for time in times:
		hour = wall_clock(time["start"], style.zone).hour
		title = next((title for end, title in titles.items() if hour < end), _("Night"))
		parts.setdefault(title, []).append(time)
	return [
		{"title": title, "times": group, "is_folded": title == early, "is_open": len(parts) == 1}
		for title, group in parts.items()
	]
