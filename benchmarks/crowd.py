"""Fills a site with hosts and their bookings, as three years of use leave it: two behind, one ahead.

Rows go in by the thousand, past the controllers: a million bookings by the guests' door would take days. What is
stored is what that door stores, in the tables that answer a slots request or grow with the bookings.
"""

from collections.abc import Iterator
from typing import NamedTuple

import frappe

DAY = 86400
HALF_HOUR = 1800
BUCKET = 300
YEARS_BEHIND, YEARS_AHEAD = 2, 1
CHUNK = 5000

USER = ("name", "email", "enabled", "full_name", "first_name", "user_type")
SCHEDULE = ("name", "user", "title", "timezone", "is_default")
RULE = ("name", "parent", "parenttype", "parentfield", "idx", "day_of_week", "start_time", "end_time", "is_available")
PAGE = ("name", "title", "slug", "page_type", "user", "timezone", "is_active")
TYPE = ("name", "title", "slug", "scheduling_page", "consultant", "duration_minutes", "is_active", "assignment")
BOOKING = (
	"name", "subject", "status", "meeting_type", "scheduling_page", "host", "starts_at", "ends_at",
	"attendee_name", "attendee_email", "timezone", "manage_key", "ical_uid",
)  # fmt: skip
HOST = (
	"name", "parent", "parenttype", "parentfield", "idx", "user", "meeting_type", "starts_at", "ends_at",
	"is_live", "is_first_day", "seats",
)  # fmt: skip
SLOT = ("name", "host", "bucket", "booking")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


class Crowd(NamedTuple):
	"""So many hosts with so many bookings each, around `now` (epoch seconds)."""

	hosts: int
	bookings_each: int
	now: int


def fill(crowd: Crowd) -> None:
	"""Inserts the crowd and commits as it goes."""
	numbers = range(crowd.hosts)
	_insert("User", USER, ((_user(n), _user(n), 1, f"Host {n}", "Host", "System User") for n in numbers))
	_insert("Host Calendar", ("name", "user"), ((_user(n), _user(n)) for n in numbers))
	_insert("Availability Schedule", SCHEDULE, ((f"crowd-{n}", _user(n), "Hours", "UTC", 1) for n in numbers))
	_insert("Availability Rule", RULE, (row for n in numbers for row in _rules(n)))
	_insert(
		"Scheduling Page",
		PAGE,
		((f"crowd-{n}", f"Host {n}", f"crowd-{n}", "Personal", _user(n), "UTC", 1) for n in numbers),
	)
	_insert(
		"Meeting Type",
		TYPE,
		((f"crowd-{n}", "Call", "call", f"crowd-{n}", _user(n), 30, 1, "Single Host") for n in numbers),
	)
	_insert("Booking", BOOKING, (_booking(n, name, start) for n, name, start in _starts(crowd)))
	_insert("Booking Host", HOST, (_host_row(n, name, start) for n, name, start in _starts(crowd)))
	_insert("Booking Slot", SLOT, (row for each in _starts(crowd) for row in _slots(*each, crowd.now)))


def _starts(crowd: Crowd) -> Iterator[tuple[int, str, int]]:
	"""The number of the host, the booking's name and its start: evenly over the years, at office hours, none overlapping."""
	first = crowd.now // DAY * DAY - YEARS_BEHIND * 365 * DAY
	days = (YEARS_BEHIND + YEARS_AHEAD) * 365
	for host in range(crowd.hosts):
		for number in range(crowd.bookings_each):
			day, turn = divmod(number * days, crowd.bookings_each)
			start = first + day * DAY + 9 * 3600 + (turn * 16 // crowd.bookings_each) * HALF_HOUR
			yield host, f"crowd-{host}-{number}", start


def _user(number: int) -> str:
	return f"host-{number}@crowd.example"


def _rules(number: int) -> Iterator[tuple]:
	for idx, day in enumerate(WEEKDAYS, 1):
		yield (
			f"crowd-{number}-{idx}", f"crowd-{number}", "Availability Schedule", "rules", idx, day, "09:00:00", "17:00:00", 1,
		)  # fmt: skip


def _booking(host: int, name: str, start: int) -> tuple:
	return (
		name, "Call", "Scheduled", f"crowd-{host}", f"crowd-{host}", _user(host), start, start + HALF_HOUR,
		"Ada Lovelace", f"{name}@guests.example", "UTC", name, f"{name}@crowd.example",
	)  # fmt: skip


def _host_row(host: int, name: str, start: int) -> tuple:
	parent = ("Booking", "hosts", 1)
	return (f"row-{name}", name, *parent, _user(host), f"crowd-{host}", start, start + HALF_HOUR, 1, 1, 1)


def _slots(host: int, name: str, start: int, now: int) -> Iterator[tuple]:
	"""The guard keeps rows of what is to come alone."""
	if start > now:
		for bucket in range(start // BUCKET, (start + HALF_HOUR) // BUCKET):
			yield (f"{name}-{bucket}", _user(host), bucket, name)


def _insert(doctype: str, fields: tuple[str, ...], rows: Iterator[tuple]) -> None:
	chunk: list[tuple] = []
	for row in rows:
		chunk.append(row)
		if len(chunk) == CHUNK:
			_store(doctype, fields, chunk)
			chunk = []
	if chunk:
		_store(doctype, fields, chunk)


def _store(doctype: str, fields: tuple[str, ...], rows: list[tuple]) -> None:
	frappe.db.bulk_insert(doctype, list(fields), rows)
	# A million rows in one transaction would fill the database's log.
	frappe.db.commit()
