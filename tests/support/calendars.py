"""Hosts' own calendars in tests: connected, read and written, and the times that are left. 2 March 2026 is a Monday."""

from datetime import date
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.calendars.queue import claim_due
from scheduler_integration.calendars.sync import sync
from scheduler_integration.jobs import outbox
from tests.support import door
from tests.support.calendar_servers import CalendarServer
from tests.support.door import slots_between
from tests.support.factories import at, hour, payload

NOW = at("2026-03-01 06:00")
MONDAY = date(2026, 3, 2)
NINE = at("2026-03-02 09:00")
HOUR = 3600
# The starts of an hour that are offered on a day, and on one with a meeting at ten.
ALL_DAY = ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]
WITHOUT_TEN = [each for each in ALL_DAY if each != "10:00"]


def connected(connect: Any, user: str, server: CalendarServer) -> Document:
	"""Connect the user's calendar on this CalDAV server, and read it."""
	made = connect(user, "CalDAV", server.address, server.login, server.password)
	assert sync(made.name, NOW).error is None
	assert frappe.db.get_value("Connected Calendar", {"parent": made.name}, "write_bookings")
	return made


def due_at(now: int) -> list[str]:
	"""Claim all connections that are due."""
	return list(iter(lambda: claim_due(now), None))


def type_of(page: Document) -> Document:
	"""Return the page's only meeting type."""
	return frappe.get_doc("Meeting Type", {"scheduling_page": page.name})


def offered(page: Document, now: int = NOW, day: date = MONDAY) -> list[str]:
	"""Return the hours at which the page's meeting type is offered on a day."""
	found = slots_between(page.slug, type_of(page).slug, day, day, "UTC", None, now)
	return [hour(slot.start) for slots in found.days.values() for slot in slots]


def book(page: Document, start: int = NINE, **fields: Any) -> Document:
	"""Book the page's meeting type, and commit."""
	booking = door.book(payload(page, type_of(page), start, **fields), NOW)
	frappe.db.commit()
	return frappe.get_doc("Booking", booking.id)


def deliver(now: int = NOW) -> None:
	"""Run the tasks of all bookings that are due."""
	frappe.db.commit()
	outbox.run_due_tasks(lambda: now, 20)
