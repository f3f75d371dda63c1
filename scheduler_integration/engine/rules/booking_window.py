"""The booking window: from when and until when a meeting can be booked."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from ..model.host import Host
from ..model.meeting_rules import DateRange, MeetingRules, Until
from ..time.intervals import BEGINNING, FOREVER, Interval
from ..time.zones import local_date, local_midnight

ALWAYS = BEGINNING, FOREVER


def booking_window(rules: MeetingRules, host: Host, now: int) -> Interval:
	"""Return the interval (epoch seconds) in which the meeting may start. Dates are those of the host's zone.

	Minimum notice is a separate rule. HostPool must have replaced a `with_slots_only` window before: its end depends on all
	hosts.
	"""
	window, zone = rules.window, host.hours.zone
	if window is None:
		return ALWAYS
	if isinstance(window, DateRange):
		return (
			local_midnight(window.first, zone) if window.first else BEGINNING,
			midnight_after(window.last.toordinal(), zone) if window.last else FOREVER,
		)
	if isinstance(window, Until):
		return BEGINNING, window.instant
	# The ordinal of the window's last date.
	today = local_date(now, host.hours.zone).toordinal()
	if window.business_only:
		# The ordinal of the `count`-th date after today that is one of the `weekdays`.
		# Any seven days have each weekday once, so whole weeks are skipped in one step. Example: ten business days, Monday to
		# Friday. One week with five of them is skipped, and the other five are counted day by day.
		weeks = max(window.days - 1, 0) // len(host.hours.weekdays)
		last_day = today + 7 * weeks
		for _step in range(window.days - weeks * len(host.hours.weekdays)):
			last_day = next(
				later for later in range(last_day + 1, last_day + 8) if (later - 1) % 7 in host.hours.weekdays
			)
	else:
		last_day = today + window.days
	return BEGINNING, midnight_after(last_day, zone)


def midnight_after(day: int, zone: str | ZoneInfo) -> int:
	"""Return the instant at which the date after `day` (an ordinal) begins."""
	return local_midnight(date.fromordinal(day + 1), zone) if day + 1 < date.max.toordinal() else FOREVER
