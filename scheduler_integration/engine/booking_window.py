"""How far ahead, and from when on, a meeting can be booked."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from .host import Host
from .intervals import BEGINNING, FOREVER, Interval
from .meeting import DateRange, MeetingRules, RollingDays, Until
from .zones import local_date, local_midnight

ALWAYS = BEGINNING, FOREVER


def booking_window(meeting: MeetingRules, host: Host, now: int) -> Interval:
	"""The instants from which and before which the meeting may start, by the dates of the host's zone.

	Notice is a rule of its own. Where only dates with room count, Team tells the window: no host knows it alone.
	"""
	window, zone = meeting.window, host.hours.zone
	if window is None:
		return ALWAYS
	if isinstance(window, DateRange):
		return (
			local_midnight(window.first, zone) if window.first else BEGINNING,
			midnight_after(window.last.toordinal(), zone) if window.last else FOREVER,
		)
	if isinstance(window, Until):
		return BEGINNING, window.instant
	return BEGINNING, midnight_after(_last_day(window, host, now), zone)


def _last_day(window: RollingDays, host: Host, now: int) -> int:
	"""The ordinal of the window's last date."""
	today = local_date(now, host.hours.zone).toordinal()
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


def midnight_after(day: int, zone: str | ZoneInfo) -> int:
	"""The instant at which the date after the one with this ordinal begins."""
	return local_midnight(date.fromordinal(day + 1), zone) if day + 1 < date.max.toordinal() else FOREVER
