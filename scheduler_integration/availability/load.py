"""Loads what the engine needs to know about hosts, in a constant number of queries.

`load_members` makes five queries, for schedules, overrides, blocked times, busy times and bookings, and `load_days_off`
at most three more. The number of hosts, days, rules and bookings doesn't change that.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.availability.busy_times import load_busy_times
from scheduler_integration.availability.days_off import load_days_off
from scheduler_integration.availability.holds import held_slots
from scheduler_integration.availability.rules import meeting_rules
from scheduler_integration.availability.schedules import NO_HOURS, HostSchedule, load_schedules
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.wall_clock import minutes_of_day
from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.isolation import sees_commits
from scheduler_integration.prepared import value

# The longest buffer of any meeting type, in minutes. A booking this far from a start can still block it.
WIDEST_BUFFER = 24 * 60


def load_members(
	meeting_type: Document,
	hosts: Iterable[TypeHost],
	request: SlotRequest,
	first: int,
	last: int,
	now: int,
	*,
	lock: bool = False,
) -> list[engine.Member]:
	"""Return the hosts, in their order, with rules and calendars for starts in `[first, last)`, epoch seconds.

	A host without a schedule has no working hours. With `lock` the bookings are read as they are committed now,
	not as they were when the transaction began. The caller has locked the hosts then.
	"""
	required = {host.user: host.is_required for host in hosts}
	found = load_schedules(meeting_type.availability_schedule, required)
	schedules = {user: found.get(user, NO_HOURS) for user in required}
	rules = {user: meeting_rules(meeting_type, schedule, request) for user, schedule in schedules.items()}
	span = _span(rules, schedules, first, last, now)
	calendars = load_hosts(schedules, span, meeting_type.name, now, own=request.hold, without=request.moving, lock=lock)
	return [engine.Member(rules[host.name], host, required[host.name]) for host in calendars]


def load_hosts(
	schedules: dict[str, HostSchedule],
	span: engine.Interval,
	meeting_type: str | None,
	now: int,
	*,
	own: str | None = None,
	without: str | None = None,
	lock: bool = False,
) -> list[engine.Host]:
	"""Return the users of `schedules`, in their order, with their calendars in `span` (epoch seconds, half-open).

	`meeting_type` is a record's name: its bookings and holds get `counts`. `own` is the key of a hold to ignore,
	`without` the name of a booking to ignore. `lock` as for `load_members`.
	"""
	differing = _overrides(schedules, span)
	overrides = {user: each.overrides for user, each in differing.items()}
	days_off = load_days_off(schedules, *engine.relevant_dates(span), overrides)
	blocked = _blocked(schedules, span)
	busy = load_busy_times(schedules, span, now)
	booked = _booked(schedules, span, meeting_type, lock, without)
	held = held_slots(schedules, meeting_type, now, own=own)
	return [
		engine.Host(
			user,
			engine.WorkingHours(
				schedule.zone,
				schedule.weekly,
				(*differing[user].overrides, *days_off.get(user, ())),
				differing[user].trips,
			),
			blocked[user] + busy[user],
			booked[user] + held[user],
		)
		for user, schedule in schedules.items()
	]


def _span(
	rules: dict[str, engine.MeetingRules], schedules: dict[str, HostSchedule], first: int, last: int, now: int
) -> engine.Interval:
	spans = [
		engine.relevant_span(rules[user], schedule.zone, now, first, last, WIDEST_BUFFER)
		for user, schedule in schedules.items()
	]
	return min(span[0] for span in spans), max(span[1] for span in spans)


class Differing(NamedTuple):
	"""The dates of a host that differ from the weekly hours: overrides, and trips to another zone."""

	overrides: tuple[engine.DateOverride, ...] = ()
	trips: tuple[engine.Trip, ...] = ()


def _overrides(users: Iterable[str], span: engine.Interval) -> dict[str, Differing]:
	first, last = engine.relevant_dates(span)
	rows = frappe.db.sql(_overrides_query(), {"users": tuple(users), "first": first, "last": last}, as_dict=True)
	found: dict[str, list] = defaultdict(list)
	for each in rows:
		found[each.user].append(_trip(each) if each.is_travel else _override(each))
	return defaultdict(Differing, {user: _sorted_apart(items) for user, items in found.items()})


@lru_cache
def _overrides_query() -> str:
	row = DocType("Availability Override")
	return (
		frappe.qb.from_(row)
		.select(
			row.user,
			row.date,
			row.end_date,
			row.is_available,
			row.whole_day,
			row.start_time,
			row.end_time,
			row.is_travel,
			row.timezone,
			row.reason,
		)
		.where(row.user.isin(value("users")) & (row.end_date >= value("first")) & (row.date <= value("last")))
		.orderby(row.creation)
		.get_sql()
	)


def _sorted_apart(items: list[engine.DateOverride | engine.Trip]) -> Differing:
	trips = tuple(item for item in items if isinstance(item, engine.Trip))
	return Differing(tuple(item for item in items if isinstance(item, engine.DateOverride)), trips)


def _trip(row: frappe._dict) -> engine.Trip:
	return engine.Trip(row.date, row.end_date, row.timezone)


def _override(row: frappe._dict) -> engine.DateOverride:
	start, end = _times(row)
	return engine.DateOverride(row.date, row.end_date, bool(row.is_available), start, end, row.reason or "")


def _times(row: frappe._dict) -> tuple[int, int] | tuple[None, None]:
	if not row.whole_day:
		return minutes_of_day(row.start_time), minutes_of_day(row.end_time)
	# For the engine, an available 00:00-00:00 is the whole day, and an unavailable override without times closes it.
	return (0, 0) if row.is_available else (None, None)


def _blocked(users: Iterable[str], span: engine.Interval) -> dict[str, list[engine.Busy]]:
	rows = frappe.db.sql(_blocked_query(), {"users": tuple(users), "first": span[0], "last": span[1]})
	found: dict[str, list[engine.Busy]] = defaultdict(list)
	for user, start, end, series, name in rows:
		if series:
			found[user] += [engine.Busy(*each, name) for each in engine.occurrences(series, *span)]
		else:
			found[user].append(engine.Busy(start, end, name))
	return found


@lru_cache
def _blocked_query() -> str:
	row = DocType("Blocked Time")
	return (
		frappe.qb.from_(row)
		.select(row.user, row.starts_at, row.ends_at, row.series, row.name)
		.where(row.user.isin(value("users")) & (row.ends_at > value("first")) & (row.starts_at < value("last")))
		.get_sql()
	)


def _booked(
	users: Iterable[str], span: engine.Interval, meeting_type: str | None, lock: bool, without: str | None
) -> dict[str, list[engine.Booked]]:
	rows = frappe.db.sql(
		_booked_query(lock and not sees_commits()), {"users": tuple(users), "first": span[0], "last": span[1]}
	)
	found: dict[str, list[engine.Booked]] = defaultdict(list)
	for user, start, end, before, after, type_name, booking, seats, session, is_first_day in rows:
		if booking == without:
			continue
		counts = type_name == meeting_type
		found[user].append(
			engine.Booked(
				start, end, before, after, counts, booking, seats or 1, session or "", is_first_day=bool(is_first_day)
			)
		)
	return found


@lru_cache
def _booked_query(locks: bool) -> str:
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
			row.seats,
			row.session,
			row.is_first_day,
		)
		.where(
			row.user.isin(value("users"))
			& (row.is_live == 1)
			& (row.ends_at > value("first"))
			& (row.starts_at < value("last"))
		)
	)
	return (query.for_update() if locks else query).get_sql()
