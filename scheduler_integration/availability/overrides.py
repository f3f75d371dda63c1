"""The dates on which a host's hours differ from the weekly ones."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.utils import getdate

from scheduler_integration import engine
from scheduler_integration.availability.absences import overrides_of
from scheduler_integration.availability.wall_clock import minutes_of_day
from scheduler_integration.catalogue.stand_ins import absence_of
from scheduler_integration.platform.sql import value


class Differing(NamedTuple):
	"""The dates of a host that differ from the weekly hours: overrides, and trips to another zone."""

	overrides: tuple[engine.DateOverride, ...] = ()
	trips: tuple[engine.Trip, ...] = ()


# A row of the query or a record.
_Row: TypeAlias = frappe._dict | Document
_FIELDS = (
	"date", "end_date", "is_available", "whole_day", "start_time", "end_time", "is_travel", "is_away", "timezone", "reason",
)  # fmt: skip


@lru_cache
def overrides_query() -> str:
	"""Return the query of the `users` for the dates from `first_date` to `last_date`, both included."""
	row = DocType("Availability Override")
	sql: str = (
		frappe.qb.from_(row)
		.select(row.user, *(row[field] for field in _FIELDS))
		.where(row.user.isin(value("users")) & (row.end_date >= value("first_date")) & (row.date <= value("last_date")))
		.orderby(row.creation)
		.get_sql()
	)
	return sql


def read_overrides(rows: Iterable[frappe._dict]) -> dict[str, Differing]:
	"""Return the differing dates of each user, from the rows of the query. A user without any has an empty Differing."""
	records: dict[str, list[frappe._dict]] = defaultdict(list)
	for row in rows:
		records[row.user].append(row)
	return defaultdict(Differing, {user: differing_of(own) for user, own in records.items()})


def differing_of(records: Iterable[_Row]) -> Differing:
	"""Return the same of one user's records of Availability Override, oldest first."""
	rows = list(records)
	overrides = tuple(each for row in rows if not row.is_travel for each in _overrides(row))
	return Differing(
		overrides,
		tuple(engine.Trip(getdate(row.date), getdate(row.end_date), row.timezone) for row in rows if row.is_travel),
	)


def _overrides(row: _Row) -> list[engine.DateOverride]:
	if row.is_away:
		times = row.whole_day, row.start_time, row.end_time
		label = f"{_('Not available')}: {row.reason}" if row.reason else _("Not available")
		return overrides_of(absence_of("", row.date, row.end_date, *times), label)
	# For the engine, an available 00:00-00:00 is the whole day, and an unavailable override without times closes it.
	start, end = (0, 0) if row.is_available else (None, None)
	if not row.whole_day:
		start, end = minutes_of_day(row.start_time), minutes_of_day(row.end_time)
	first, last = getdate(row.date), getdate(row.end_date)
	return [engine.DateOverride(first, last, bool(row.is_available), start, end, row.reason or "")]
