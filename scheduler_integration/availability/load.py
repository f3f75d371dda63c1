"""Loads what the engine needs to know of some hosts, in a constant number of queries.

However many hosts, days, rules, bookings and busy times there are, `load_calendars` makes four queries.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.availability.recurrence import blocked_intervals
from scheduler_integration.availability.rules import meeting_rules
from scheduler_integration.availability.schedules import HostSchedule, load_schedules
from scheduler_integration.availability.wall_clock import minutes_of_day
from scheduler_integration.clock import utc

# The longest buffer a meeting type may have, in minutes: bookings that far off may matter.
WIDEST_BUFFER = 24 * 60
# A date begins at most 14 hours before it does in UTC and ends at most 12 hours after.
DATE_MARGIN = timedelta(days=2)


class HostCalendar(NamedTuple):
	"""A host with what stands in their calendar, and the meeting type's rules as they hold for this host."""

	rules: engine.MeetingRules
	host: engine.Host


def load_calendars(
	meeting_type: Document, users: Iterable[str], duration: int, first: int, last: int, *, lock: bool = False
) -> list[HostCalendar]:
	"""The calendars of the users for starts in `[first, last)`, epoch seconds; `duration` in minutes.

	A user without any schedule has no hours and is left out. With `lock` the bookings are read as they are at this
	moment and not as they were when the transaction began.
	"""
	schedules = load_schedules(meeting_type, users)
	if not schedules:
		return []
	rules = {user: meeting_rules(meeting_type, schedule, duration) for user, schedule in schedules.items()}
	span = _span(rules, schedules, first, last)
	overrides = _overrides(schedules, first, last)
	blocked = _blocked(schedules, span)
	booked = _booked(schedules, span, meeting_type.name, lock)
	return [
		HostCalendar(
			rules[user],
			engine.Host(
				user,
				engine.WorkingHours(schedule.zone, schedule.weekly, tuple(overrides[user])),
				blocked[user],
				booked[user],
			),
		)
		for user, schedule in schedules.items()
	]


def _span(
	rules: dict[str, engine.MeetingRules], schedules: dict[str, HostSchedule], first: int, last: int
) -> engine.Interval:
	spans = [
		engine.relevant_span(rules[user], schedule.zone, first, last, WIDEST_BUFFER)
		for user, schedule in schedules.items()
	]
	return min(span[0] for span in spans), max(span[1] for span in spans)


def _overrides(users: Iterable[str], first: int, last: int) -> dict[str, list[engine.DateOverride]]:
	row = DocType("Availability Override")
	rows = (
		frappe.qb.from_(row)
		.select(row.user, row.date, row.end_date, row.is_available, row.whole_day, row.start_time, row.end_time)
		.where(row.user.isin(list(users)))
		.where(row.end_date >= utc(first).date() - DATE_MARGIN)
		.where(row.date <= utc(last).date() + DATE_MARGIN)
		.run(as_dict=True)
	)
	found = defaultdict(list)
	for each in rows:
		found[each.user].append(_override(each))
	return found


def _override(row: frappe._dict) -> engine.DateOverride:
	if not row.whole_day:
		times = minutes_of_day(row.start_time), minutes_of_day(row.end_time)
	else:
		# The engine reads 00:00-00:00 as the whole day, and an unavailable date without times as blocked.
		times = (0, 0) if row.is_available else (None, None)
	return engine.DateOverride(row.date, row.end_date, bool(row.is_available), *times)


def _blocked(users: Iterable[str], span: engine.Interval) -> dict[str, list[engine.Busy]]:
	row = DocType("Blocked Time")
	rows = (
		frappe.qb.from_(row)
		.select(row.user, row.starts_at, row.ends_at, row.series, row.name)
		.where(row.user.isin(list(users)))
		.where((row.ends_at > span[0]) & (row.starts_at < span[1]))
		.run()
	)
	found = defaultdict(list)
	for user, start, end, series, name in rows:
		found[user] += [engine.Busy(*each, name) for each in blocked_intervals(start, end, series, span)]
	return found


def _booked(
	users: Iterable[str], span: engine.Interval, meeting_type: str, lock: bool
) -> dict[str, list[engine.Booked]]:
	row = DocType("Booking Host")
	query = (
		frappe.qb.from_(row)
		.select(
			row.user,
			row.starts_at,
			row.ends_at,
			row.buffer_before_minutes,
			row.buffer_after_minutes,
			row.meeting_type,
			row.parent,
		)
		.where(row.user.isin(list(users)) & (row.is_live == 1))
		.where((row.ends_at > span[0]) & (row.starts_at < span[1]))
	)
	found = defaultdict(list)
	for user, start, end, before, after, type_name, booking in (query.for_update() if lock else query).run():
		found[user].append(engine.Booked(start, end, before, after, type_name == meeting_type, booking))
	return found
