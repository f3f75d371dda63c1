"""The dates on which a host's hours differ from the weekly ones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.availability.absences import overrides_of
from scheduler_integration.availability.wall_clock import minutes_of_day
from scheduler_integration.catalogue.stand_ins import absence_of
from scheduler_integration.platform.packed import Group, packed
from scheduler_integration.platform.sql import value


class Differing(NamedTuple):
	"""The dates of a host that differ from the weekly hours: overrides, and trips to another zone."""

	overrides: tuple[engine.DateOverride, ...] = ()
	trips: tuple[engine.Trip, ...] = ()


class _DifferingRow(NamedTuple):
	"""A record of Availability Override. The fields have the same names as in the DocType."""

	creation: str
	date: str
	end_date: str
	is_available: int
	whole_day: int
	start_time: str
	end_time: str
	is_travel: int
	is_away: int
	timezone: str
	reason: str | None


@lru_cache
def overrides_query() -> str:
	"""Return the query of the `users` for the dates from `first_date` to `last_date`, both included."""
	row = DocType("Availability Override")
	sql: str = (
		frappe.qb.from_(row)
		.select(*packed([row.user], [row[field] for field in _DifferingRow._fields]))
		.where(row.user.isin(value("users")) & (row.end_date >= value("first_date")) & (row.date <= value("last_date")))
		.groupby(row.user)
		.get_sql()
	)
	return sql


def read_overrides(groups: Iterable[Group]) -> dict[str, Differing]:
	"""Return the differing dates of each user. A user without any has an empty Differing."""
	overrides: dict[str, Differing] = defaultdict(Differing)
	for (user,), rows in groups:
		overrides[user] = _differing(sorted((_DifferingRow(*row) for row in rows), key=attrgetter("creation")))
	return overrides


def differing_of(records: Iterable[Mapping[str, Any] | Document]) -> Differing:
	"""Return the same of one user's records of Availability Override, oldest first."""
	return _differing(
		[_DifferingRow(*(_as_text(record.get(field)) for field in _DifferingRow._fields)) for record in records]
	)


def _as_text(value: Any) -> Any:
	"""Return dates and times as the database's text, and other values as they are."""
	return value if value is None or isinstance(value, int) else str(value)


def _differing(rows: list[_DifferingRow]) -> Differing:
	overrides = tuple(each for row in rows if not row.is_travel for each in _overrides(row))
	return Differing(overrides, tuple(_trip(row) for row in rows if row.is_travel))


def _trip(row: _DifferingRow) -> engine.Trip:
	return engine.Trip(date.fromisoformat(row.date), date.fromisoformat(row.end_date), row.timezone)


def _overrides(row: _DifferingRow) -> list[engine.DateOverride]:
	if row.is_away:
		times = row.whole_day, row.start_time, row.end_time
		label = f"{_('Away')}: {row.reason}" if row.reason else _("Away")
		return overrides_of(absence_of("", row.date, row.end_date, *times), label)
	start, end = _times(row)
	first, last = date.fromisoformat(row.date), date.fromisoformat(row.end_date)
	return [engine.DateOverride(first, last, bool(row.is_available), start, end, row.reason or "")]


def _times(row: _DifferingRow) -> tuple[int, int] | tuple[None, None]:
	if not row.whole_day:
		return minutes_of_day(row.start_time), minutes_of_day(row.end_time)
	# For the engine, an available 00:00-00:00 is the whole day, and an unavailable override without times closes it.
	return (0, 0) if row.is_available else (None, None)
