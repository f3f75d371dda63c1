"""Decides how far ahead busy times are read.

The window ends after the last day that can be booked, and moves: when it has become too short, the whole calendar is read
again. Both ends are midnights in UTC, so that two readings on one day have the same window.
"""

from datetime import date

import frappe

from scheduler_integration import engine
from scheduler_integration.catalogue.repeats import repeat_of
from scheduler_integration.platform.clock import utc

DAY = 86400
# A margin for times that change while they are read. (A long event that began before the window is found anyway.)
_BEFORE = 2 * DAY
# Read this much further than needed. When half of that is used up, read the whole window again.
_SLACK = 14 * DAY
# However short or long the booking window is. Later times of a host with a calendar can't be booked yet.
_LEAST_DAYS = 30
_MOST_DAYS = 366
# Read everything again after a week, even if each reading of changes succeeded.
FULL_EVERY = 7 * DAY


def window_for(user: str, now: int) -> engine.Interval:
	"""Return the instants from and until which the user's calendars are read."""
	today = now - now % DAY
	return today - _BEFORE, today + _days_ahead(user, utc(now).date()) * DAY + _SLACK


def is_due_for_full(full_at: int | None, window_until: int | None, wanted: engine.Interval, now: int) -> bool:
	"""Whether the window must be read as a whole: for the first time, after a week, or because it is too short."""
	if not full_at or not window_until:
		return True
	return now - full_at >= FULL_EVERY or window_until < wanted[1] - _SLACK // 2


def _days_ahead(user: str, today: date) -> int:
	"""Return the days from today that can be booked of this host, by their schedules and by any active meeting type.

	The longest window of all types is taken. There are few types, and their hosts depend on the pages.
	"""
	days = [
		row or _MOST_DAYS
		for row in frappe.get_all("Availability Schedule", {"user": user}, pluck="max_days_in_advance")
	]
	fields = ["window_type", "max_days_in_advance", "window_to", "only_days_with_slots", "uses_host_defaults"]
	fields += ["repeats", "repeat_weeks", "repeat_count"]
	types = frappe.get_all("Meeting Type", {"is_active": 1}, fields)
	days += [_days_of_type(row, today) for row in types if not row.uses_host_defaults]
	# The window binds the first date of a series only.
	longest = max((repeat.longest_weeks for row in types if (repeat := repeat_of(row))), default=0)
	return min(max([_LEAST_DAYS, *days]) + longest * 7, _MOST_DAYS)


def _days_of_type(row: frappe._dict, today: date) -> int:
	if row.window_type == "Fixed Range":
		return (row.window_to - today).days + 1 if row.window_to else _MOST_DAYS
	if row.window_type == "Indefinite" or row.only_days_with_slots:
		return _MOST_DAYS
	# Business days: a week has five of them, and there are holidays.
	return row.max_days_in_advance * 2 if row.window_type == "Rolling Business Days" else row.max_days_in_advance
