"""Says in words when a host is away."""

from __future__ import annotations

from dataclasses import replace

from frappe import _

from scheduler_integration.availability.away import Notice
from scheduler_integration.pages.kit import dates
from scheduler_integration.times import Absence

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
