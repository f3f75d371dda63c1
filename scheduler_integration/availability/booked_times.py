"""The times of hosts' bookings."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

import frappe
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.platform.packed import Group, packed, text
from scheduler_integration.platform.sql import value


@lru_cache
def booked_query(*, locks: bool = False) -> str:
	"""Return the query of the `users` for bookings that end after `first` and begin before `last`, epoch seconds.

	With `locks` it reads the newest committed state, and locks the rows.
	"""
	row = DocType("Booking Host")
	buffers = (row.buffer_before_minutes, row.buffer_after_minutes)
	# In the order that `_booking` expects.
	of_booking = [text(row.parent), row.starts_at, row.ends_at, *buffers, text(row.meeting_type), row.seats]
	query = (
		frappe.qb.from_(row)
		.select(*packed([text(row.user), *of_booking, text(row.session), row.is_first_day]))
		.where(
			row.user.isin(value("users"))
			& (row.is_live == 1)
			& (row.ends_at > value("first"))
			& (row.starts_at < value("last"))
		)
	)
	sql: str = (query.for_update() if locks else query).get_sql()
	return sql


def read_booked(
	groups: Iterable[Group], meeting_type: str | None, without: Collection[str]
) -> dict[str, list[engine.Booked]]:
	"""Return each user's bookings, without the bookings named in `without`. Bookings of the type `meeting_type` get `counts`."""
	booked: dict[str, list[engine.Booked]] = defaultdict(list)
	for _shared, rows in groups:
		for user, *row in rows:
			if row[0] not in without:
				booked[user].append(_booking(row, meeting_type))
	return booked


def _booking(row: list[Any], meeting_type: str | None) -> engine.Booked:
	name, start, end, before, after, type_name, seats, session, is_first_day = row
	counts = type_name == meeting_type
	return engine.Booked(
		start, end, before, after, counts, name, seats or 1, session or "", bool(is_first_day), kind=type_name or ""
	)
