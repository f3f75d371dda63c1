"""Loads what the engine needs to know about hosts, in a constant number of queries.

`load_members` makes five queries, for schedules, overrides, blocked times, busy times and bookings, and `load_days_off`
at most three more. The number of hosts, days, rules and bookings doesn't change that.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from operator import attrgetter
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
from scheduler_integration.packed import packed, packed_rows
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


class _DifferingRow(NamedTuple):
	"""A record of Availability Override. Its fields have the names of the DocType's."""

	creation: str
	date: str
	end_date: str
	is_available: int
	whole_day: int
	start_time: str
	end_time: str
	is_travel: int
	timezone: str
	reason: str | None


def _overrides(users: Iterable[str], span: engine.Interval) -> dict[str, Differing]:
	first, last = engine.relevant_dates(span)
	found: dict[str, Differing] = defaultdict(Differing)
	for (user,), rows in packed_rows(_overrides_query(), {"users": tuple(users), "first": first, "last": last}):
		found[user] = _differing(sorted((_DifferingRow(*row) for row in rows), key=attrgetter("creation")))
	return found


@lru_cache
def _overrides_query() -> str:
	row = DocType("Availability Override")
	return (
		frappe.qb.from_(row)
		.select(*packed([row.user], [row[field] for field in _DifferingRow._fields]))
		.where(row.user.isin(value("users")) & (row.end_date >= value("first")) & (row.date <= value("last")))
		.groupby(row.user)
		.get_sql()
	)


def _differing(rows: list[_DifferingRow]) -> Differing:
	overrides = tuple(_override(row) for row in rows if not row.is_travel)
	return Differing(overrides, tuple(_trip(row) for row in rows if row.is_travel))


def _trip(row: _DifferingRow) -> engine.Trip:
	return engine.Trip(date.fromisoformat(row.date), date.fromisoformat(row.end_date), row.timezone)


def _override(row: _DifferingRow) -> engine.DateOverride:
	start, end = _times(row)
	first, last = date.fromisoformat(row.date), date.fromisoformat(row.end_date)
	return engine.DateOverride(first, last, bool(row.is_available), start, end, row.reason or "")


def _times(row: _DifferingRow) -> tuple[int, int] | tuple[None, None]:
	if not row.whole_day:
		return minutes_of_day(row.start_time), minutes_of_day(row.end_time)
	# For the engine, an available 00:00-00:00 is the whole day, and an unavailable override without times closes it.
	return (0, 0) if row.is_available else (None, None)


def _blocked(users: Iterable[str], span: engine.Interval) -> dict[str, list[engine.Busy]]:
	found: dict[str, list[engine.Busy]] = defaultdict(list)
	groups = packed_rows(_blocked_query(), {"users": tuple(users), "first": span[0], "last": span[1]})
	for (user,), rows in groups:
		found[user] = [engine.Busy(start, end, name) for start, end, series, name in rows if not series]
		for *_times, series, name in rows:
			if series:
				found[user] += [engine.Busy(*each, name) for each in engine.occurrences(series, *span)]
	return found


@lru_cache
def _blocked_query() -> str:
	row = DocType("Blocked Time")
	return (
		frappe.qb.from_(row)
		.select(*packed([row.user], [row.starts_at, row.ends_at, row.series, row.name]))
		.where(row.user.isin(value("users")) & (row.ends_at > value("first")) & (row.starts_at < value("last")))
		.groupby(row.user)
		.get_sql()
	)


def _booked(
	users: Iterable[str], span: engine.Interval, meeting_type: str | None, lock: bool, without: str | None
) -> dict[str, list[engine.Booked]]:
	query = _booked_query(lock and not sees_commits())
	groups = packed_rows(query, {"users": tuple(users), "first": span[0], "last": span[1]})
	found: dict[str, list[engine.Booked]] = defaultdict(list)
	for (user,), rows in groups:
		found[user] += [_booking(row, meeting_type) for row in rows if row[0] != without]
	return found


# As `_booking` expects them.
_BOOKED_FIELDS = (
	"parent", "starts_at", "ends_at", "buffer_before_minutes", "buffer_after_minutes", "meeting_type", "seats", "session",
	"is_first_day",
)  # fmt: skip


def _booking(row: list, meeting_type: str | None) -> engine.Booked:
	name, start, end, before, after, type_name, seats, session, is_first_day = row
	counts = type_name == meeting_type
	return engine.Booked(
		start, end, before, after, counts, name, seats or 1, session or "", is_first_day=bool(is_first_day)
	)


@lru_cache
def _booked_query(locks: bool) -> str:
	row = DocType("Booking Host")
	query = (
		frappe.qb.from_(row)
		.select(*packed([row.user], [row[field] for field in _BOOKED_FIELDS]))
		.where(
			row.user.isin(value("users"))
			& (row.is_live == 1)
			& (row.ends_at > value("first"))
			& (row.starts_at < value("last"))
		)
		.groupby(row.user)
	)
	return (query.for_update() if locks else query).get_sql()
