"""Counts bookings by day, host, page, meeting type and currency: what the daily stats store."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Sum
from pypika import Case, Table
from pypika.functions import Floor

from scheduler_integration.engine import local_date, local_midnight
from scheduler_integration.insights.counts import QUARTER, Query, after_start, is_counted, is_late, was_made, worth
from scheduler_integration.insights.formulas import Money, Tally

TALLIED = (
	"pending", "scheduled", "completed", "no_shows", "cancelled", "cancelled_after_start", "cancelled_late",
	"cancelled_by_host", "cancelled_by_attendee",
)  # fmt: skip
# The same numbers of a Tally.
OF_TALLY = {"cancelled_late": "late", "cancelled_by_host": "by_host", "cancelled_by_attendee": "by_attendee"}


class Key(NamedTuple):
	"""What a row is about. An empty `host` is the whole site, whose rows have no page and type either.

	A meeting of several hosts is in the rows of each of them, `is_main` in those of its main host only.
	"""

	host: str
	is_main: bool
	page: str
	meeting_type: str
	currency: str


@dataclass(frozen=True, slots=True)
class Which:
	"""Which rows are wanted: those of a host, page and meeting type; without any of them, those of the whole site."""

	host: str | None = None
	page: str | None = None
	meeting_type: str | None = None

	def has(self, key: Key) -> bool:
		if self.host:
			is_wanted = key.host == self.host
		elif self.page or self.meeting_type:
			is_wanted = bool(key.host) and key.is_main
		else:
			is_wanted = not key.host
		return is_wanted and self.page in (None, key.page) and self.meeting_type in (None, key.meeting_type)


class Numbers:
	"""The numbers of one day and key. `booked` were booked on the day; all others are of meetings that begin on it."""

	def __init__(self) -> None:
		self.tally, self.money = Tally(), Money()
		self.booked, self.lead_seconds = 0, 0

	def fields(self, currency: str) -> dict[str, Any]:
		"""Return the fields of a row."""
		revenue, open_value = next(
			((revenue, still_open) for each, revenue, still_open in self.money.rows() if each == currency), (0, 0)
		)
		tallied = {name: getattr(self.tally, OF_TALLY.get(name, name)) for name in TALLIED}
		money = {"revenue": revenue, "open_value": open_value}
		return {**tallied, **money, "booked": self.booked, "lead_seconds": self.lead_seconds}


Counted = dict[date, dict[Key, Numbers]]


def count_days(first: date, last: date, zone: str, which: Which | None = None) -> Counted:
	"""Return the numbers of the days that have some. Makes four queries, or two if no host is asked for.

	Without `which` these are all rows: the site's, those of main hosts and those of other hosts.
	"""
	days: Counted = defaultdict(lambda: defaultdict(Numbers))
	span = local_midnight(first, zone), local_midnight(last + timedelta(days=1), zone)
	# Rows of other hosts are wanted only if a host is.
	for is_main in (True, False) if which is None or which.host else (True,):
		for quarter, host, page, meeting_type, currency, status, by, late, too_late, count, price in _beginning(
			span, which or Which(), is_main
		):
			day = days[local_date(int(quarter) * QUARTER, zone)]
			for key in _keys(host, is_main, page, meeting_type, currency):
				numbers = day[key]
				numbers.tally.add(status, count, by=by or "", is_late=bool(late), after_start=bool(too_late))
				if is_main:
					numbers.money.add(status, currency, float(price or 0))
		for quarter, host, page, meeting_type, currency, count, lead in _made(span, which or Which(), is_main):
			day = days[local_date(int(quarter) * QUARTER, zone)]
			for key in _keys(host, is_main, page, meeting_type, currency):
				day[key].booked += count
				day[key].lead_seconds += int(lead or 0)
	return {day: dict(rows) for day, rows in days.items()}


def _keys(host: str, is_main: bool, page: str | None, meeting_type: str | None, currency: str | None) -> list[Key]:
	"""Return the rows in which a booking counts."""
	own = Key(host, is_main, page or "", meeting_type or "", currency or "")
	return [own, Key("", True, "", "", currency or "")] if is_main else [own]


def _beginning(span: tuple[int, int], which: Which, is_main: bool) -> Sequence[Sequence[Any]]:
	booking, meeting_type = DocType("Booking"), DocType("Meeting Type")
	query, host = _of_hosts(booking, which, is_main)
	keys = (
		Floor(booking.starts_at / QUARTER), host, booking.scheduling_page, booking.meeting_type, booking.currency,
		booking.status, booking.cancelled_by, is_late(booking, meeting_type), after_start(booking),
	)  # fmt: skip
	return (
		query.left_join(meeting_type)
		.on(meeting_type.name == booking.meeting_type)
		.select(*keys, Count("*"), Sum(worth(booking)))
		.where((booking.starts_at >= span[0]) & (booking.starts_at < span[1]) & is_counted(booking))
		.groupby(*keys)
		.run()
	)


def _made(span: tuple[int, int], which: Which, is_main: bool) -> Sequence[Sequence[Any]]:
	booking = DocType("Booking")
	lead = Case().when(booking.starts_at >= booking.booked_at, booking.starts_at - booking.booked_at).else_(0)
	query, host = _of_hosts(booking, which, is_main)
	keys = (
		Floor(booking.booked_at / QUARTER), host, booking.scheduling_page, booking.meeting_type, booking.currency,
	)  # fmt: skip
	return (
		query.select(*keys, Count("*"), Sum(lead))
		.where((booking.booked_at >= span[0]) & (booking.booked_at < span[1]) & was_made(booking))
		.groupby(*keys)
		.run()
	)


def _of_hosts(booking: Table, which: Which, is_main: bool) -> tuple[Query, Any]:
	"""Return a query of the bookings with their main host, or with each of their other hosts."""
	query: Query = frappe.qb.from_(booking)
	host = booking.host
	if not is_main:
		row = DocType("Booking Host")
		query = query.join(row).on((row.parent == booking.name) & (row.is_first_day == 1) & (row.user != booking.host))
		host = row.user
	if which.host:
		query = query.where(host == which.host)
	for field, name in (("scheduling_page", which.page), ("meeting_type", which.meeting_type)):
		if name:
			query = query.where(booking[field] == name)
	return query, host
