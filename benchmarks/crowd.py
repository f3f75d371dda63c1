"""Fills a site with hosts and their bookings, as three years of use leave it: two behind, one ahead.

Rows are inserted by the thousand, without the controllers: to book a million meetings over HTTP would take days. The
rows are those that booking stores, in the tables that a slots request or a booking reads.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import frappe

DAY = 86400
HALF_HOUR = 1800
BUCKET = 300
YEARS_BEHIND, YEARS_AHEAD = 2, 1
# The values of one statement. SQLite takes at most 32,766.
VALUES = 30_000

USER = ("name", "email", "enabled", "full_name", "first_name", "user_type")
SCHEDULE = ("name", "user", "title", "timezone", "is_default", "buffer_minutes")
RULE = ("name", "parent", "parenttype", "parentfield", "idx", "day_of_week", "start_time", "end_time", "is_available")
PAGE = ("name", "title", "slug", "page_type", "user", "timezone", "is_active")
TYPE = ("name", "title", "slug", "scheduling_page", "consultant", "duration_minutes", "is_active", "assignment")
BOOKING = (
	"name", "subject", "status", "meeting_type", "scheduling_page", "host", "starts_at", "ends_at",
	"booked_at", "attendee_name", "attendee_email", "contact", "timezone", "manage_key", "ical_uid", "source", "utm_source",
	"utm_campaign", "price", "currency", "cancelled_by", "cancelled_at",
)  # fmt: skip
HOST = (
	"name", "parent", "parenttype", "parentfield", "idx", "user", "meeting_type", "starts_at", "ends_at",
	"is_live", "is_first_day", "seats",
)  # fmt: skip
SLOT = ("name", "host", "bucket", "booking")
CONNECTION = ("name", "user", "provider", "is_active", "status", "next_sync_at")
CONTACT = ("name", "first_name", "last_name", "email_id")
CONTACT_EMAIL = ("name", "parent", "parenttype", "parentfield", "idx", "email_id", "is_primary")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


# Every tenth booking was cancelled, every twelfth attendee of the others didn't come, and each attendee books four times.
CANCELLED_EACH = 10
MISSED_EACH = 12
VISITS = 4
# The origins of bookings, and their prices.
SOURCES = (
	("page", None, None),
	("page", "newsletter", "spring"),
	("page", "newsletter", "autumn"),
	("embed", "ads", "spring"),
	("desk", None, None),
)
PRICES = ((0, None), (49.5, "EUR"), (120, "USD"))


class Crowd(NamedTuple):
	"""Hosts, by their numbers, with `bookings_each` bookings each, around `now` (epoch seconds)."""

	hosts: range
	bookings_each: int
	now: int


class Meeting(NamedTuple):
	"""One booking: the number of its host, its own number among that host's, and its start in epoch seconds."""

	host: int
	number: int
	start: int

	@property
	def name(self) -> str:
		return f"crowd-{self.host}-{self.number}"

	@property
	def guest(self) -> str:
		return f"guest-{self.host}-{self.number // VISITS}"

	@property
	def is_live(self) -> bool:
		return self.number % CANCELLED_EACH != 0


def fill(crowd: Crowd) -> None:
	"""Insert the crowd, what attendees are in the CRM, and the rows that guard coming bookings. Commits along the way."""
	fill_bookings(crowd)
	guests = [meeting.guest for meeting in _meetings(crowd) if meeting.number % VISITS == 0]
	_insert("Contact", CONTACT, ((guest, "Ada", "Lovelace", _email(guest)) for guest in guests))
	_insert("Contact Email", CONTACT_EMAIL, (_contact_email(guest) for guest in guests))
	_insert("Booking Slot", SLOT, (row for meeting in _meetings(crowd) for row in _slots(meeting, crowd.now)))


def fill_bookings(crowd: Crowd) -> None:
	"""Insert hosts and their bookings. Commits along the way."""
	hosts = crowd.hosts
	_insert("User", USER, ((_user(n), _user(n), 1, f"Host {n}", "Host", "System User") for n in hosts))
	_insert("Host Calendar", ("name", "user"), ((_user(n), _user(n)) for n in hosts))
	_insert("Availability Schedule", SCHEDULE, ((f"crowd-{n}", _user(n), "Hours", "UTC", 1, 0) for n in hosts))
	_insert("Availability Rule", RULE, (row for n in hosts for row in _rules(n)))
	_insert(
		"Scheduling Page",
		PAGE,
		((f"crowd-{n}", f"Host {n}", f"crowd-{n}", "Personal", _user(n), "UTC", 1) for n in hosts),
	)
	_insert(
		"Meeting Type",
		TYPE,
		((f"crowd-{n}", "Call", "call", f"crowd-{n}", _user(n), 30, 1, "Single Host") for n in hosts),
	)
	_insert("Booking", BOOKING, (_booking(meeting, crowd.now) for meeting in _meetings(crowd)))
	_insert("Booking Host", HOST, (_host_row(meeting) for meeting in _meetings(crowd)))


def connect(crowd: Crowd) -> None:
	"""Give each host a calendar that is due to be read. Commits along the way."""
	rows = ((f"crowd-{n}", _user(n), "Google", 1, "Connected", crowd.now) for n in crowd.hosts)
	_insert("Calendar Connection", CONNECTION, rows)


def remove() -> None:
	"""Delete the rows of an earlier run, and what was booked with its hosts. Commits along the way."""
	for table, column in (
		*((name, "user") for name in ("Host Calendar", "Availability Schedule", "Booking Host", "Calendar Connection")),
		("Scheduling Page", "user"), ("Meeting Type", "consultant"), ("Booking", "host"), ("Booking Slot", "host"),
	):  # fmt: skip
		_delete(table, column, "host-%@crowd.example")
	_delete("User", "name", "host-%@crowd.example")
	_delete("Availability Rule", "parent", "crowd-%")
	_delete("Contact", "name", "guest-%-%")
	_delete("Contact Email", "parent", "guest-%-%")
	frappe.clear_cache()


def _delete(table: str, column: str, pattern: str) -> None:
	# A million rows in one transaction would fill the database's log. SQLite has no limit here, and its sites are new.
	limit = " limit 50000" if frappe.db.db_type == "mariadb" else ""
	while True:
		frappe.db.sql(f"delete from `tab{table}` where `{column}` like %s{limit}", (pattern,))
		deleted = frappe.db._cursor.rowcount if limit else 0
		frappe.db.commit()
		if deleted < 50_000:
			return


def _meetings(crowd: Crowd) -> Iterator[Meeting]:
	"""Yield bookings spread evenly over the years, weekends too, at office hours. Those of one host don't overlap."""
	first = crowd.now // DAY * DAY - YEARS_BEHIND * 365 * DAY
	days = (YEARS_BEHIND + YEARS_AHEAD) * 365
	for host in crowd.hosts:
		for number in range(crowd.bookings_each):
			day, turn = divmod(number * days, crowd.bookings_each)
			start = first + day * DAY + 9 * 3600 + (turn * 16 // crowd.bookings_each) * HALF_HOUR
			yield Meeting(host, number, start)


def _user(number: int) -> str:
	return f"host-{number}@crowd.example"


def _rules(number: int) -> Iterator[tuple]:
	for idx, day in enumerate(WEEKDAYS, 1):
		yield (
			f"crowd-{number}-{idx}", f"crowd-{number}", "Availability Schedule", "rules", idx, day, "09:00:00", "17:00:00", 1,
		)  # fmt: skip


def _email(guest: str) -> str:
	return f"{guest}@guests.example"


def _contact_email(guest: str) -> tuple:
	return (f"mail-{guest}", guest, "Contact", "email_ids", 1, _email(guest), 1)


def _booking(meeting: Meeting, now: int) -> tuple:
	page, name, start = f"crowd-{meeting.host}", meeting.name, meeting.start
	cancelled = (None, None) if meeting.is_live else ("Attendee", start - meeting.number % 4 * DAY // 2)
	return (
		name, "Call", _status(meeting, now), page, page, _user(meeting.host),
		start, start + HALF_HOUR, start - (meeting.number % 15 + 1) * DAY, "Ada Lovelace", _email(meeting.guest), meeting.guest, "UTC", name,
		f"{name}@crowd.example", *SOURCES[meeting.number % len(SOURCES)], *PRICES[meeting.host % len(PRICES)], *cancelled,
	)  # fmt: skip


def _status(meeting: Meeting, now: int) -> str:
	if not meeting.is_live:
		return "Cancelled"
	if meeting.start > now:
		return "Scheduled"
	return "Completed" if meeting.number % MISSED_EACH else "No Show"


def _host_row(meeting: Meeting) -> tuple:
	return (
		f"row-{meeting.name}", meeting.name, "Booking", "hosts", 1, _user(meeting.host), f"crowd-{meeting.host}",
		meeting.start, meeting.start + HALF_HOUR, int(meeting.is_live), 1, 1,
	)  # fmt: skip


def _slots(meeting: Meeting, now: int) -> Iterator[tuple]:
	"""Yield the guard's rows of a booking. It keeps rows only of future meetings that are live."""
	if meeting.is_live and meeting.start > now:
		for bucket in range(meeting.start // BUCKET, (meeting.start + HALF_HOUR) // BUCKET):
			yield (f"{meeting.name}-{bucket}", _user(meeting.host), bucket, meeting.name)


def _insert(doctype: str, fields: tuple[str, ...], rows: Iterable[tuple]) -> None:
	columns, places = ", ".join(f"`{field}`" for field in fields), f"({', '.join(['%s'] * len(fields))})"
	rows = iter(rows)
	while chunk := list(islice(rows, VALUES // len(fields))):
		# Not by `bulk_insert`: the query builder takes longer to write the statement than the database to run it.
		query = f"insert into `tab{doctype}` ({columns}) values {', '.join([places] * len(chunk))}"
		frappe.db.sql(query, [value for row in chunk for value in row])
		# A million rows in one transaction would fill the database's log.
		frappe.db.commit()
