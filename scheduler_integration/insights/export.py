"""Tables of figures for spreadsheets, as CSV and Excel files."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils.xlsxutils import make_xlsx

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.funnel import funnel
from scheduler_integration.insights.scope import Scope, in_site_zone
from scheduler_integration.insights.staff import staff_performance
from scheduler_integration.insights.visits import STEPS
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.formulas import may_be_formula

Row = Sequence[object]
# The most rows of one file. A larger span has to be asked for in parts.
MOST_BOOKINGS = 100_000
# In a sheet of this name, Frappe stores texts as they are. In all others it takes the HTML out of them, after which a text
# can begin with what was hidden in a tag.
_SHEET = "Data Export"
# The media types of the formats.
FORMATS = {
	"csv": "text/csv; charset=utf-8",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export(what: str, scope: Scope, now: int, format: str = "csv") -> bytes:
	"""Return a table of the scope as a file. `what` is a key of TABLES, `format` one of FORMATS.

	CSV is in UTF-8 with a byte order mark, which Excel needs. Raises InvalidRequest for another table or format, and for
	more than 100,000 bookings.
	"""
	for name, value, known in (("what", what, TABLES), ("format", format, FORMATS)):
		if value not in known:
			raise InvalidRequest(details={name: _("Must be one of: {0}.").format(", ".join(known))})
	rows = ([safe(cell) for cell in row] for row in TABLES[what](scope, now))
	if format == "xlsx":
		return make_xlsx(rows, _SHEET).getvalue()
	text = io.StringIO()
	csv.writer(text).writerows(rows)
	return text.getvalue().encode("utf-8-sig")


def safe(cell: object) -> object:
	"""Return a cell that no spreadsheet runs as a formula: a text that could be one begins with an apostrophe."""
	return f"'{cell}" if isinstance(cell, str) and may_be_formula(cell) else cell


def _bookings(scope: Scope, now: int) -> Iterable[Row]:
	booking, meeting_type = DocType("Booking"), DocType("Meeting Type")
	row = DocType("Booking Host")
	start, end = scope.span
	query = (
		frappe.qb.from_(booking)
		.left_join(meeting_type)
		.on(meeting_type.name == booking.meeting_type)
		.select(
			booking.name, booking.status, booking.starts_at, booking.ends_at, booking.booked_at, meeting_type.title,
			booking.host, booking.attendee_name, booking.attendee_email, booking.attendee_company, booking.source,
			booking.utm_source, booking.utm_medium, booking.utm_campaign, booking.price, booking.currency,
			booking.cancelled_by, booking.cancel_reason,
		)
		.where((booking.starts_at >= start) & (booking.starts_at < end))
		.orderby(booking.starts_at, booking.name)
		.limit(MOST_BOOKINGS + 1)
	)  # fmt: skip
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
	rows = query.run()
	if len(rows) > MOST_BOOKINGS:
		raise InvalidRequest(
			details={"end_date": _("These are more than {0} rows. Choose fewer days.").format(MOST_BOOKINGS)}
		)
	yield (
		"booking", "status", "start", "end", "booked_at", "meeting_type", "host", "attendee_name", "attendee_email",
		"attendee_company", "source", "utm_source", "utm_medium", "utm_campaign", "price", "currency", "cancelled_by",
		"cancel_reason",
	)  # fmt: skip
	for name, status, starts_at, ends_at, booked_at, *others in rows:
		times = (iso(at, scope.zone) if at else "" for at in (starts_at, ends_at, booked_at))
		yield (name, status, *times, *others)


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
	yield ("user", "name", "appointments", "completed", "cancelled", "no_shows", "hours", "currency", "revenue", "open")
	for host in staff_performance(scope):
		tally = host.tally
		for money in host.money.rows() or [("", 0.0, 0.0)]:
			yield (
				host.user, host.name, tally.total, tally.completed, tally.cancelled, tally.no_shows, host.hours, *money,
			)  # fmt: skip


def _sources(scope: Scope, now: int) -> Iterable[Row]:
	yield ("source", "utm_source", "utm_medium", "utm_campaign", "bookings", "currency", "revenue", "open")
	for source in dashboard(scope, now).sources:
		for money in source.money.rows() or [("", 0.0, 0.0)]:
			yield (*source.origin, source.bookings, *money)


def _funnel(scope: Scope, now: int) -> Iterable[Row]:
	yield ("date", *STEPS)
	for day, numbers in funnel(in_site_zone(scope), now).by_day.items():
		yield (day.isoformat(), *numbers)


TABLES: dict[str, Callable[[Scope, int], Iterable[Row]]] = {
	"bookings": _bookings,
	"daily": _daily,
	"meeting_types": _meeting_types,
	"staff": _staff,
	"sources": _sources,
	"funnel": _funnel,
}
