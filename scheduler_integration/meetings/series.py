"""Series: bookings of one attendee that were made together, every few weeks at the same time of day.

Each date is a booking of its own. It keeps the series and its `series_date`, the start by the rule, when it is moved.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Min

from scheduler_integration.meetings.changes import Changes
from scheduler_integration.meetings.payment import AMOUNTS, Amounts, amounts_of
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.tokens import manage_url

# How much of a series a command changes: one date, this one and all later ones, or all dates that are to come.
ONE, LATER, ALL = SCOPES = ("one", "later", "all")
_FIELDS = ("name", "status", "starts_at", "ends_at", "series_date", "manage_key", "rescheduled_from")


@dataclass(frozen=True, slots=True)
class DateOfSeries:
	"""One date of a series as its attendee sees it: the booking's id and state, its time in epoch seconds, its link, and its
	share of the payment, None if nothing is asked for."""

	id: str
	status: str
	start: int
	end: int
	manage_url: str
	amounts: Amounts | None = None


@dataclass(frozen=True, slots=True)
class Series:
	"""A series as its attendee sees it: every `weeks` weeks, by the clock of `zone`. `dates` ascend; moved ones are new dates.

	`amounts` are those of all dates together, None if nothing is asked for.
	"""

	id: str
	weeks: int
	zone: str
	dates: tuple[DateOfSeries, ...]
	amounts: Amounts | None = None


class Rule(NamedTuple):
	"""The rule of a series' dates: every `weeks` weeks, by the clock of `zone`."""

	weeks: int
	zone: str


def rule_of(series: str) -> Rule:
	return Rule(*frappe.db.get_value("Booking Series", series, ["weeks", "zone"]))


def moves_with(booking: Document, other: Document) -> bool:
	"""Whether another date moves when the booking does. One that has got another host or length stays."""
	return (booking.host_users(), booking.duration_minutes) == (other.host_users(), other.duration_minutes)


def series_of(booking: Document) -> Series | None:
	"""Return the series of the booking, or None without asking the database if it has none."""
	if not booking.series:
		return None
	rule, rows = rule_of(booking.series), rows_of(booking.series, *AMOUNTS)
	dates = [
		DateOfSeries(row.name, row.status, row.starts_at, row.ends_at, manage_url(row), amounts_of([row]))
		for row in rows
	]
	return Series(booking.series, rule.weeks, rule.zone, tuple(dates), amounts_of(rows))


def rows_of(series: str, *fields: str) -> list[frappe._dict]:
	"""Return the series' bookings in order of time, without those in whose place others are. One query."""
	row = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(row).select(*(row[field] for field in (*_FIELDS, *fields))).where(row.series == series)
	found = query.orderby(row.starts_at).run(as_dict=True)
	replaced = {each.rescheduled_from for each in found}
	return [each for each in found if each.name not in replaced]


def names_in_scope(booking: Document, scope: str, now: int) -> list[str]:
	"""Return the names of the booking and of the open dates of its series in the scope that begin after `now`, in order."""
	if scope == ONE or not booking.series:
		return [booking.name]
	since = booking.starts_at if scope == LATER else 0
	rows = [row for row in rows_of(booking.series) if row.status in OPEN and row.starts_at > now]
	return [row.name for row in rows if row.starts_at >= since or row.name == booking.name]


def later_dates(bookings: Collection[Document]) -> set[str]:
	"""Return the names of those bookings that aren't the first date of their series. Asks only if there are series."""
	series = sorted({booking.series for booking in bookings if booking.series})
	if not series:
		return set()
	row = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(row).select(row.series, Min(row.series_date)).where(row.series.isin(series))
	first = dict(query.groupby(row.series).run())
	return {each.name for each in bookings if each.series and each.series_date != first[each.series]}


def once_per_series(changes: Changes) -> list[tuple[Any, list[Document]]]:
	"""Return one change for each attendee's series or single booking, with all the bookings of it that the command changed."""
	groups: dict[str, list[Any]] = {}
	for change in changes:
		groups.setdefault(change.booking.series or change.booking.name, []).append(change)
	return [(group[0], [each.booking for each in group]) for group in groups.values()]


def sequence_of(series: str) -> int:
	"""Return the SEQUENCE of the series' invitation, which grows with each change of one of its bookings."""
	return sum(frappe.get_all("Booking", {"series": series}, pluck="sequence"))
