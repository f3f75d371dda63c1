"""The stored records of several hosts, read at once, so that the offers of many meeting types share them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import frappe

from scheduler_integration import engine
from scheduler_integration.availability.blocked_times import blocked_query
from scheduler_integration.availability.booked_times import booked_query
from scheduler_integration.availability.busy_times import busy_query
from scheduler_integration.availability.days_off import StoredDaysOff, read_days_off
from scheduler_integration.availability.overrides import overrides_query
from scheduler_integration.platform.packed import Group, packed_together


class StoredTimes(NamedTuple):
	"""Everything in some users' calendars in a span, as the database has it."""

	overrides: Sequence[frappe._dict] = ()
	blocked: Sequence[Group] = ()
	busy: Sequence[Group] = ()
	booked: Sequence[Group] = ()


@dataclass(frozen=True)
class Records:
	"""The rows of some users' schedules, and everything in their calendars in a span."""

	schedules: Sequence[frappe._dict]
	times: StoredTimes
	days_off: StoredDaysOff


def read_records(
	schedules: Sequence[frappe._dict], users: Collection[str], span: engine.Interval, holiday_lists: Collection[str]
) -> Records:
	"""Return the records of the `users` in `span`, epoch seconds. `schedules` are what `find_schedules` has found."""
	if not users:
		return Records(schedules, StoredTimes(), StoredDaysOff())
	days_off = read_days_off(sorted(users), *engine.relevant_dates(span), holiday_lists)
	return Records(schedules, read_times(sorted(users), span), days_off)


def read_times(users: Iterable[str], span: engine.Interval, *, locks: bool = False) -> StoredTimes:
	"""Read the users' overrides, blocked times, busy times and bookings in `span`, with two queries, or three if it `locks`."""
	first_date, last_date = engine.relevant_dates(span)
	values = {
		"first": span[0],
		"last": span[1],
		"first_date": first_date,
		"last_date": last_date,
		"users": tuple(users),
	}
	overrides = frappe.db.sql(overrides_query(), values, as_dict=True)
	unlocked = {"blocked": blocked_query(), "busy": busy_query()}
	if not locks:
		return StoredTimes(overrides, **packed_together({**unlocked, "booked": booked_query()}, values))
	# The bookings get a statement of their own, so that only they are locked.
	booked = packed_together({"booked": booked_query(locks=True)}, values)
	return StoredTimes(overrides, **packed_together(unlocked, values), **booked)
