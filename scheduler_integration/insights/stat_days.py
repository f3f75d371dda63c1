"""Which days of the daily stats are counted, and which have changed since. Nothing else writes Scheduling Stat Day.

A day that is counted has a row with its date as the name. A later change adds a row of its own, in the transaction of the
change: no two commands wait for each other, and no change gets lost. When the day is counted again, these rows are deleted.

	2026-11-21    is_counted 1    counted on the 22nd, at 00:05
	9f3c…         is_counted 0    at 09:10, a host says that yesterday's attendee didn't come
"""

from datetime import date
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Min

from scheduler_integration.engine import local_date
from scheduler_integration.meetings.changes import Change, Changes, Fields, Kind
from scheduler_integration.platform.clock import site_zone
from scheduler_integration.platform.sql import insert_rows
from scheduler_integration.times import dates_between

_DOCTYPE = "Scheduling Stat Day"
# These change which host, or which of two bookings, counts as booked on the day of the booking.
_CHANGES_BOOKED = (Kind.RESCHEDULED, Kind.REASSIGNED, Kind.UNDONE)


def note_changes(changes: Changes) -> dict[str, Fields]:
	"""Note the past days whose numbers a command changes. Runs in its transaction; most commands are about days to come."""
	zone, now = site_zone().key, changes[0].now
	today = local_date(now, zone)
	days = {local_date(moment, zone) for change in changes for moment in _moments(change)}
	note(sorted(day for day in days if day < today))
	return {}


def note(days: list[date]) -> None:
	"""Note that these days have to be counted again."""
	if days:
		insert_rows(_DOCTYPE, *_rows([(frappe.generate_hash(length=20), day) for day in days]))


def _moments(change: Change) -> set[int]:
	bookings = [change.booking, *([change.moved_from] if change.moved_from else [])]
	moments = {booking.starts_at for booking in bookings}
	if change.kind in _CHANGES_BOOKED:
		moments |= {booking.booked_at for booking in bookings if booking.booked_at}
	return moments


def counted_days(first: date, last: date) -> set[date]:
	"""Return the days of this range that are counted and haven't changed since."""
	row = DocType(_DOCTYPE)
	query = (
		frappe.qb.from_(row)
		.select(row.date, Min(row.is_counted))
		.where((row.date >= first) & (row.date <= last))
		.groupby(row.date)
	)
	return {day for day, is_counted in query.run() if is_counted}


def waiting(first: date, last: date) -> list[date]:
	"""Return the days of this range that have to be counted, the newest first."""
	counted = counted_days(first, last)
	return [day for day in reversed(dates_between(first, last)) if day not in counted]


def begin(day: date) -> list[str]:
	"""Begin to count a day, and return the rows about it. Others who want to count it wait for the end of the transaction.

	Everything that this transaction reads from now on includes the changes whose rows are returned. Commits before.
	"""
	if not frappe.db.exists(_DOCTYPE, str(day)):
		insert_rows(_DOCTYPE, *_rows([(str(day), day)]))
	frappe.db.commit()
	frappe.db.get_value(_DOCTYPE, str(day), "name", for_update=True)
	return frappe.get_all(_DOCTYPE, {"date": day}, pluck="name")


def end(day: date, names: list[str]) -> None:
	"""Note that the day is counted, with the changes of the rows that `begin` returned."""
	frappe.db.delete(_DOCTYPE, {"name": ["in", [name for name in names if name != str(day)] or [""]]})
	frappe.db.set_value(_DOCTYPE, str(day), "is_counted", 1)


def is_checked(day: date) -> bool:
	"""Whether the numbers were compared with the bookings after this day was counted."""
	return bool(frappe.db.get_value(_DOCTYPE, str(day), "is_checked"))


def set_checked(day: date) -> None:
	"""Note that the numbers were compared."""
	frappe.db.set_value(_DOCTYPE, str(day), "is_checked", 1)


def _rows(named: list[tuple[str, date]]) -> tuple[list[str], list[list[Any]]]:
	return ["name", "date", "is_counted", "is_checked"], [[name, day, 0, 0] for name, day in named]
