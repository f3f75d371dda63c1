"""Tables of figures for spreadsheets, as CSV and Excel files."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from io import BytesIO
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

from scheduler_integration.exceptions import InvalidRequest, MeetingTypeNotFound, PageNotFound
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.funnel import funnel
from scheduler_integration.insights.providers import ProviderPerformance, provider_performance
from scheduler_integration.insights.scope import Scope, in_site_zone
from scheduler_integration.insights.sheets import FORMATS, Row, write
from scheduler_integration.insights.staff import staff_performance
from scheduler_integration.insights.visits import STEPS
from scheduler_integration.platform.clock import iso

# A request makes a file of so many rows. Larger ones are made by a job (`export_files.py`).
MOST_BOOKINGS = 100_000
# So many bookings are read at a time.
BATCH = 5_000
_BOOKING_FIELDS = (
	"host", "attendee_name", "attendee_email", "attendee_company", "source", "utm_source", "utm_medium", "utm_campaign",
	"price", "currency", "cancelled_by", "cancel_reason",
)  # fmt: skip

_PROVIDER_FIELDS = tuple(field.name for field in fields(ProviderPerformance))


def export(what: str, scope: Scope, now: int, format: str = "csv") -> bytes:
	"""Return a table of the scope as a file. `what` is a key of TABLES, `format` one of FORMATS.

	Raises InvalidRequest for another table or format, and for more than 100,000 bookings.
	"""
	check(what, format, scope)
	if what == "bookings" and is_large(scope):
		sentence = _("These are more than {0} rows. Choose fewer days, or have the file made in the background.")
		raise InvalidRequest(details={"end_date": sentence.format(MOST_BOOKINGS)})
	content = BytesIO()
	write(TABLES[what](scope, now), format, content)
	return content.getvalue()


def check(what: str, format: str, scope: Scope) -> None:
	"""Raise InvalidRequest unless there is such a format, and such a table of this scope.

	Raises PageNotFound or MeetingTypeNotFound if that of the scope doesn't exist: its table would be empty.
	"""
	for name, value, known in (("what", what, TABLES), ("format", format, FORMATS)):
		if value not in known:
			raise InvalidRequest(details={name: _("Must be one of: {0}.").format(", ".join(known))})
	if what == "video_providers" and (scope.page or scope.meeting_type or scope.source):
		raise InvalidRequest(details={"what": _("Providers of video calls are counted by date and host only.")})
	if scope.page and not frappe.db.exists("Scheduling Page", {"name": scope.page}):
		raise PageNotFound
	if scope.meeting_type and not frappe.db.exists("Meeting Type", {"name": scope.meeting_type}):
		raise MeetingTypeNotFound


def is_large(scope: Scope) -> bool:
	"""Return whether the scope has more bookings than a request may read."""
	booking = DocType("Booking")
	query = _bookings_of(scope, booking).select(booking.name).orderby(booking.starts_at)
	return bool(query.limit(1).offset(MOST_BOOKINGS).run())


def count_rows(what: str, scope: Scope) -> int:
	"""Return how many rows the table will have, 0 for a short one, whose rows are known only when it is made."""
	booking = DocType("Booking")
	return _bookings_of(scope, booking).select(Count("*")).run()[0][0] if what == "bookings" else 0


def _bookings(scope: Scope, now: int) -> Iterator[Row]:
	yield ("booking", "status", "start", "end", "booked_at", "meeting_type", *_BOOKING_FIELDS)
	place: tuple[int, str] | None = None
	while batch := _batch(scope, place):
		for name, status, starts_at, ends_at, booked_at, *others in batch:
			times = (iso(at, scope.zone) if at else "" for at in (starts_at, ends_at, booked_at))
			yield (name, status, *times, *others)
		place = batch[-1][2], batch[-1][0]


def _batch(scope: Scope, place: tuple[int, str] | None) -> list[tuple[Any, ...]]:
	"""Return the next bookings by start and name: those after `place`, the start and the name of the last one before."""
	booking, meeting_type = DocType("Booking"), DocType("Meeting Type")
	query = (
		_bookings_of(scope, booking)
		.left_join(meeting_type)
		.on(meeting_type.name == booking.meeting_type)
		.select(booking.name, booking.status, booking.starts_at, booking.ends_at, booking.booked_at, meeting_type.title)
		.select(*(booking[field] for field in _BOOKING_FIELDS))
		.orderby(booking.starts_at, booking.name)
		.limit(BATCH)
	)
	if place:
		start, name = place
		# The first condition is implied by the second one, and lets the database begin at the right place of the index.
		query = query.where(booking.starts_at >= start)
		query = query.where((booking.starts_at > start) | (booking.name > name))
	return query.run()


def _bookings_of(scope: Scope, booking: Any) -> Any:
	row, (start, end) = DocType("Booking Host"), scope.span
	query = frappe.qb.from_(booking).where((booking.starts_at >= start) & (booking.starts_at < end))
	if scope.host:
		own = frappe.qb.from_(row).select(row.parent).where(row.user == scope.host)
		query = query.where(booking.name.isin(own))
	for field, value in (
		("scheduling_page", scope.page),
		("meeting_type", scope.meeting_type),
		("source", scope.source),
	):
		if value:
			query = query.where(booking[field] == value)
	return query


def _daily(scope: Scope, now: int) -> Iterable[Row]:
	yield ("date", "bookings", "completed", "cancelled", "no_shows")
	for day, tally in dashboard(scope, now).by_day.items():
		yield (day.isoformat(), tally.total, tally.completed, tally.cancelled, tally.no_shows)


def _meeting_types(scope: Scope, now: int) -> Iterable[Row]:
	yield ("meeting_type_id", "name", "bookings", "completed", "cancelled", "no_shows", "currency", "revenue", "open")
	for meeting_type in dashboard(scope, now).types:
		tally = meeting_type.tally
		for money in meeting_type.money.rows() or [("", 0.0, 0.0)]:
			yield (
				meeting_type.meeting_type, meeting_type.name, tally.total, tally.completed, tally.cancelled, tally.no_shows, *money,
			)  # fmt: skip


def _staff(scope: Scope, now: int) -> Iterable[Row]:
	yield (
		"user", "name", "appointments", "completed", "cancelled", "no_shows", "hours", "currency", "revenue", "open",
		"completion_rate", "no_show_rate", "utilisation",
	)  # fmt: skip
	for host in staff_performance(scope):
		tally = host.tally
		for money in host.money.rows() or [("", 0.0, 0.0)]:
			yield (
				host.user, host.name, tally.total, tally.completed, tally.cancelled, tally.no_shows, host.hours, *money,
				tally.completion_rate, tally.no_show_rate, host.utilisation.rate,
			)  # fmt: skip


def _sources(scope: Scope, now: int) -> Iterable[Row]:
	yield ("source", "utm_source", "utm_medium", "utm_campaign", "bookings", "currency", "revenue", "open")
	for source in dashboard(scope, now).sources:
		for money in source.money.rows() or [("", 0.0, 0.0)]:
			yield (*source.origin, source.bookings, *money)


def _funnel(scope: Scope, now: int) -> Iterable[Row]:
	yield ("date", *STEPS)
	for day, numbers in funnel(in_site_zone(scope, now), now).by_day.items():
		yield (day.isoformat(), *numbers)


def _video_providers(scope: Scope, now: int) -> Iterable[Row]:
	yield _PROVIDER_FIELDS
	for provider in provider_performance(in_site_zone(scope, now).span, scope.host):
		yield [getattr(provider, name) for name in _PROVIDER_FIELDS]


TABLES: dict[str, Callable[[Scope, int], Iterable[Row]]] = {
	"bookings": _bookings,
	"daily": _daily,
	"meeting_types": _meeting_types,
	"staff": _staff,
	"sources": _sources,
	"funnel": _funnel,
	"video_providers": _video_providers,
}
