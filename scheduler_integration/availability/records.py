"""What is stored about several hosts, read at once, so that the offers of many meeting types share it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import frappe

from scheduler_integration import engine
from scheduler_integration.availability.blocked_times import blocked_query
from scheduler_integration.availability.booked_times import booked_query
from scheduler_integration.availability.busy_times import busy_query
from scheduler_integration.availability.days_off import StoredDaysOff, read_days_off
from scheduler_integration.availability.overrides import overrides_query
from scheduler_integration.platform.packed import Group, packed_together


@dataclass(frozen=True)
class Records:
	"""The rows of some users' schedules, and everything in their calendars in a span, as the database has them."""

	schedules: Sequence[frappe._dict]
	groups: Mapping[str, list[Group]]
	days_off: StoredDaysOff


def read_records(
	schedules: Sequence[frappe._dict], users: Collection[str], span: engine.Interval, holiday_lists: Collection[str]
) -> Records:
	"""Return the records of the `users` in `span`, epoch seconds. `schedules` are what `find_schedules` has found."""
	if not users:
		return Records(schedules, {name: [] for name in _queries()}, StoredDaysOff())
	days_off = read_days_off(sorted(users), *engine.relevant_dates(span), holiday_lists)
	return Records(schedules, read_groups(sorted(users), span), days_off)


def read_groups(users: Iterable[str], span: engine.Interval, *, locks: bool = False) -> dict[str, list[Group]]:
	"""Read the users' overrides, blocked times, busy times and bookings in `span`, with one query, or two if it `locks`."""
	first_date, last_date = engine.relevant_dates(span)
	values = {
		"first": span[0],
		"last": span[1],
		"first_date": first_date,
		"last_date": last_date,
		"users": tuple(users),
	}
	queries = _queries()
	if not locks:
		return packed_together(queries, values)
	# The bookings get a statement of their own, so that only they are locked.
	del queries["booked"]
	return packed_together(queries, values) | packed_together({"booked": booked_query(locks=True)}, values)


def _queries() -> dict[str, str]:
	return {
		"overrides": overrides_query(),
		"blocked": blocked_query(),
		"busy": busy_query(),
		"booked": booked_query(),
	}
