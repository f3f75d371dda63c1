"""How far ahead, and from when on, a meeting can be booked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice

from .host import Host
from .intervals import BEGINNING, FOREVER, Interval
from .meeting import DateRange, MeetingRules, RollingDays
from .openings import Openings
from .zones import by_local_date, local_date, local_days, local_midnight

# Dates with room are looked for this far ahead, a month at a time.
HORIZON_DAYS = 366
_STRIDE_DAYS = 31
ALWAYS = BEGINNING, FOREVER


def booking_window(meeting: MeetingRules, host: Host, now: int) -> Interval:
	"""The instants from which and before which the meeting may start, by the dates of the host's zone.

	Notice is a rule of its own. Where only dates with room count, the host must carry what stands in the
	calendar until `HORIZON_DAYS` after now.
	"""
	window, zone = meeting.window, host.hours.zone
	if window is None:
		return ALWAYS
	if isinstance(window, DateRange):
		return (
			local_midnight(window.first, zone) if window.first else BEGINNING,
			_midnight_after(window.last.toordinal(), zone) if window.last else FOREVER,
		)
	return BEGINNING, _midnight_after(_last_day(window, meeting, host, now), zone)


def _last_day(window: RollingDays, meeting: MeetingRules, host: Host, now: int) -> int:
	"""The ordinal of the window's last date."""
	today = local_date(now, host.hours.zone).toordinal()
	if window.with_room_only:
		return _nth_with_room(window.days, meeting, host, now, today)
	if window.business_only:
		return _nth_business_day(window.days, host.hours.weekdays, today)
	return today + window.days


def _nth_business_day(count: int, weekdays: frozenset[int], today: int) -> int:
	"""The ordinal of the `count`-th date after today that is one of the `weekdays`."""
	# Any seven days hold each weekday once, so whole weeks needn't be walked.
	weeks = max(count - 1, 0) // len(weekdays)
	day = today + 7 * weeks
	for _step in range(count - weeks * len(weekdays)):
		day = next(later for later in range(day + 1, day + 8) if (later - 1) % 7 in weekdays)
	return day


def _nth_with_room(count: int, meeting: MeetingRules, host: Host, now: int, today: int) -> int:
	days = list(islice(_days_with_room(replace(meeting, window=None), host, now, today), count))
	if len(days) < count:
		return today + HORIZON_DAYS
	return days[-1] if days else today


def _days_with_room(meeting: MeetingRules, host: Host, now: int, today: int) -> Iterator[int]:
	"""The ordinals of the dates after today on which something can be booked."""
	zone = host.hours.zone
	for day in range(today + 1, today + HORIZON_DAYS, _STRIDE_DAYS):
		first, last = local_days(day, min(_STRIDE_DAYS, today + HORIZON_DAYS - day), zone)
		starts = Openings(meeting, host, now, ALWAYS, first, last).starts()
		yield from (day.toordinal() for day, _starts in by_local_date(starts, zone))


def _midnight_after(day: int, zone: str) -> int:
	return local_midnight(date.fromordinal(day + 1), zone) if day + 1 < date.max.toordinal() else FOREVER
