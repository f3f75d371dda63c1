"""Keeps the numbers of each past day, and reads them. Nothing else writes Scheduling Daily Stat.

Whole days are counted, never differences added: counting a day twice changes nothing, and a job that dies leaves the day as
it was. A day that changed since it was counted, today and the days to come are counted from the bookings, so the figures are
right up to this moment. Days are those of the site's zone.
"""

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

import frappe
from frappe.model.document import bulk_insert
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Min, Sum
from pypika import Case, Table
from pypika.functions import Floor

from scheduler_integration.engine import local_date, local_midnight
from scheduler_integration.insights import stat_days
from scheduler_integration.insights.counts import QUARTER, Query, after_start, is_counted, is_late, was_made, worth
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.formulas import Money, Tally
from scheduler_integration.insights.scope import Scope
from scheduler_integration.platform.clock import site_zone
from scheduler_integration.platform.records import picked, set_or_none

# Counts bookings by day, host, page, meeting type and currency: what the daily stats store.

TALLIED = (
	"pending", "scheduled", "completed", "no_shows", "cancelled", "cancelled_after_start", "cancelled_late",
	"cancelled_by_host", "cancelled_by_attendee",
)  # fmt: skip
# The same numbers of a Tally.
OF_TALLY = {"cancelled_late": "late", "cancelled_by_host": "by_host", "cancelled_by_attendee": "by_attendee"}


class Key(NamedTuple):
	"""The subject of a row. An empty `host` is the whole site, whose rows have no page and type either.

	A meeting of several hosts is in the rows of each of them. `is_main` is set in those of its main host only.
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


@dataclass(slots=True)
class Day:
	"""The numbers of a day or month, of all or of one key. `booked` were booked on it, all others are of meetings that begin on it."""

	tally: Tally = field(default_factory=Tally)
	money: Money = field(default_factory=Money)
	booked: int = 0
	lead_seconds: int = 0

	@property
	def average_lead_hours(self) -> float | None:
		"""Return the mean time from the booking to the start, in hours, of what was booked on the day."""
		return round(self.lead_seconds / self.booked / 3600, 1) if self.booked else None

	def add(self, other: "Day") -> None:
		"""Add the numbers of another day."""
		self.tally.include(other.tally)
		self.money.revenue.update(other.money.revenue)
		self.money.open.update(other.money.open)
		self.booked += other.booked
		self.lead_seconds += other.lead_seconds

	def fields(self, currency: str) -> dict[str, Any]:
		"""Return the fields of a row."""
		revenue, open_value = next(
			((revenue, still_open) for each, revenue, still_open in self.money.rows() if each == currency), (0, 0)
		)
		tallied = {name: getattr(self.tally, OF_TALLY.get(name, name)) for name in TALLIED}
		return {**tallied, "revenue": revenue, "open_value": open_value, **picked(self, "booked", "lead_seconds")}


Counted = dict[date, dict[Key, Day]]


def count_days(first: date, last: date, zone: str, which: Which | None = None) -> Counted:
	"""Return the numbers of the days that have some. Makes four queries, or two if no host is asked for.

	Without `which` these are all rows: the site's, those of main hosts and those of other hosts.
	"""
	days: Counted = defaultdict(lambda: defaultdict(Day))
	span = local_midnight(first, zone), local_midnight(last + timedelta(days=1), zone)
	# Rows of hosts besides the main one are wanted only if one host is asked for.
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
	for column, name in (("scheduling_page", which.page), ("meeting_type", which.meeting_type)):
		if name:
			query = query.where(booking[column] == name)
	return query, host


_DOCTYPE = "Scheduling Daily Stat"
# A command may be committed this many seconds after the moment that it has noted.
SETTLED = 120
CHECKED_DAYS = 7
# The most days of one question: three years.
MOST_DAYS = 3 * 366


@dataclass(frozen=True, slots=True)
class History:
	"""The numbers of each day of a scope, without a gap. The scope's source doesn't matter: a caller may write anything there."""

	scope: Scope
	by_day: dict[date, Day]

	@property
	def total(self) -> Day:
		total = Day()
		for numbers in self.by_day.values():
			total.add(numbers)
		return total

	@property
	def by_month(self) -> dict[str, Day]:
		"""Return the numbers of each month, such as `2026-11`."""
		months: dict[str, Day] = defaultdict(Day)
		for day, numbers in self.by_day.items():
			months[f"{day:%Y-%m}"].add(numbers)
		return dict(months)


def history(scope: Scope, now: int) -> History:
	"""Return the numbers of the scope's days, up to this moment. The scope is one of the site's zone.

	Makes two queries, and two for each stretch of days that have to be counted from the bookings, four for a host.
	"""
	which = Which(scope.host, scope.page, scope.meeting_type)
	by_day = {day: Day() for day in scope.dates}
	yesterday = local_date(now, scope.zone) - timedelta(days=1)
	counted = stat_days.counted_days(scope.first, min(scope.last, yesterday))
	for day, numbers in _stored(scope, which):
		if day in counted:
			by_day[day].add(numbers)
	for first, last in _stretches([day for day in by_day if day not in counted]):
		for day, rows in count_days(first, last, scope.zone, which).items():
			for key, counts in rows.items():
				if which.has(key):
					by_day[day].add(counts)
	return History(scope, by_day)


def keep(clock: Callable[[], int], seconds: int) -> None:
	"""Count the past days that aren't counted, or have changed since, for about this many seconds. Commits after each day."""
	began = clock()
	today = local_date(began - SETTLED, site_zone().key)
	first = _first_day()
	for day in stat_days.waiting(first, today - timedelta(days=1)) if first else ():
		count_day(day)
		if clock() - began >= seconds:
			return


def count_day(day: date) -> None:
	"""Count one day from its bookings, and replace its rows. Commits."""
	rows_about_it = stat_days.begin(day)
	rows = count_days(day, day, site_zone().key).get(day, {})
	frappe.db.delete(_DOCTYPE, {"date": day})
	if rows:
		bulk_insert(_DOCTYPE, [_document(day, key, numbers) for key, numbers in rows.items()])
	stat_days.end(day, rows_about_it)
	frappe.db.commit()


def check(now: int, dice: random.Random) -> list[date] | None:
	"""Compare the rows of yesterday and of a random week with the bookings, once a day, and return the days that differ.

	These are counted again by the next job. Returns None if yesterday isn't counted yet, or the comparison was made.
	Commits.
	"""
	frappe.db.commit()
	yesterday = local_date(now - SETTLED, site_zone().key) - timedelta(days=1)
	first = _first_day()
	if not first or stat_days.is_checked(yesterday) or not stat_days.counted_days(yesterday, yesterday):
		return None
	begin = first + timedelta(days=dice.randrange(max(1, (yesterday - first).days)))
	days = stat_days.counted_days(begin, min(yesterday, begin + timedelta(days=CHECKED_DAYS - 1))) | {yesterday}
	wrong = sorted(day for day in days if _differs(day, now))
	stat_days.note(wrong)
	stat_days.set_checked(yesterday)
	frappe.db.commit()
	return wrong


def _differs(day: date, now: int) -> bool:
	"""Whether the rows of the site, or of its hosts together, say something else than the figures of the bookings."""
	scope = Scope(day, day, site_zone().key)
	live = dashboard(scope, now)
	wanted = (live.tally, live.money.rows(), sum(live.by_month.values()))
	site, hosts = Day(), Day()
	for _day, numbers in _stored(scope, Which()):
		site.add(numbers)
	for _day, numbers in _stored(scope, Which(), main_hosts=True):
		hosts.add(numbers)
	return any((each.tally, each.money.rows(), each.booked) != wanted for each in (site, hosts))


def _first_day() -> date | None:
	"""Return the day of the first booking, by its meeting or by the moment of the booking."""
	booking = DocType("Booking")
	[firsts] = frappe.qb.from_(booking).select(Min(booking.starts_at), Min(booking.booked_at)).run()
	moments = [moment for moment in firsts if moment]
	return local_date(min(moments), site_zone().key) if moments else None


def _stored(scope: Scope, which: Which, *, main_hosts: bool = False) -> Iterator[tuple[date, Day]]:
	"""Yield the numbers of the stored rows. With `main_hosts` those of all hosts instead of the site's."""
	row = DocType(_DOCTYPE)
	sums = [Sum(row[name]) for name in (*TALLIED, "booked", "lead_seconds", "revenue", "open_value")]
	query = (
		frappe.qb.from_(row)
		.select(row.date, row.currency, *sums)
		.where((row.date >= scope.first) & (row.date <= scope.last))
		.groupby(row.date, row.currency)
	)
	if which.host:
		query = query.where(row.host == which.host)
	elif which.page or which.meeting_type or main_hosts:
		query = query.where((row.is_main == 1) & row.host.isnotnull())
	else:
		query = query.where(row.host.isnull())
	for name, value in (("scheduling_page", which.page), ("meeting_type", which.meeting_type)):
		if value:
			query = query.where(row[name] == value)
	for day, currency, *numbers, booked, lead_seconds, revenue, open_value in query.run():
		tally = Tally(**{OF_TALLY.get(name, name): int(number) for name, number in zip(TALLIED, numbers, strict=True)})
		money = Money()
		money.add("Completed", currency, float(revenue))
		money.add("Scheduled", currency, float(open_value))
		yield day, Day(tally, money, int(booked), int(lead_seconds))


def _document(day: date, key: Key, numbers: Day) -> Any:
	name = hashlib.sha256("\n".join((str(day), *map(str, key))).encode()).hexdigest()[:20]
	return frappe.get_doc(
		{
			"doctype": _DOCTYPE,
			"name": name,
			"date": day,
			"is_main": int(key.is_main),
			"scheduling_page": key.page or None,
			**set_or_none(key, "host", "meeting_type", "currency"),
			**numbers.fields(key.currency),
		}
	)


def _stretches(days: list[date]) -> Iterator[tuple[date, date]]:
	"""Yield the first and last day of each stretch of days that follow each other."""
	for _gap, stretch in groupby(enumerate(days), key=lambda each: each[1].toordinal() - each[0]):
		group = [day for _number, day in stretch]
		yield group[0], group[-1]
