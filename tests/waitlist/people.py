"""People on a waitlist over HTTP: a committed type with two times a day, somebody who waits, and a time that is offered to them."""

from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration import bookings
from scheduler_integration.platform.clock import iso, now
from scheduler_integration.waitlist import looks, records
from scheduler_integration.waitlist.links import entry_token
from scheduler_integration.waitlist.rows import Entry
from tests.pages.offer import book, in_three_days, make_offer
from tests.support.factories import fresh, page_of
from tests.waitlist import world

NOON = 12


def make_waited(page_fields: dict[str, Any] | None = None, **fields: Any) -> Document:
	"""Create and commit a type with a waitlist: each day at 12:00 and 12:30 (UTC)."""
	settings = {"hours": "12:00-13:00", "duration_minutes": 30, "slot_interval": 30, "has_waitlist": 1}
	return make_offer(page_fields, **{**settings, **fields})


def fill(meeting_type: Document, **fields: Any) -> None:
	"""Take both times of the day for which `wish_to_wait` asks, so that somebody can wait for them, and commit."""
	for hour in (NOON, NOON + 0.5):
		book(meeting_type, in_three_days(hour), **fields)


def empty(meeting_type: Document) -> None:
	"""Let both times become free again, and commit."""
	for booking in frappe.get_all("Booking", {"meeting_type": meeting_type.name, "status": "Scheduled"}, pluck="name"):
		bookings.cancel_by_host(booking, "", now())
	frappe.db.commit()


def that_day() -> str:
	"""Return the date of `in_three_days`."""
	return iso(in_three_days(NOON), "UTC")[:10]


def wish_to_wait(meeting_type: Document, **fields: Any) -> dict[str, Any]:
	"""Return the arguments of `public.join_waitlist`: by default for the one day."""
	return {
		"slug": page_of(meeting_type).slug,
		"meeting_type": meeting_type.slug,
		"attendee_name": "Ann Lee",
		"attendee_email": f"{fresh('ann')}@guests.example",
		"timezone": "UTC",
		"first_date": that_day(),
		"last_date": that_day(),
		**fields,
	}


def waiting(meeting_type: Document, name: str = "Ann", **wishes: Any) -> Entry:
	"""Let somebody wait for the one day, and commit."""
	email = f"{fresh(name.lower())}@guests.example"
	bounds = {"first_date": that_day(), "last_date": that_day(), "attendee_email": email}
	entry = world.join(meeting_type, name, now(), **{**bounds, **wishes})
	frappe.db.commit()
	return entry


def look(meeting_type: Document) -> None:
	"""Offer what is free, and commit."""
	looks.look_at(meeting_type.name, now())
	frappe.db.commit()


def offered(meeting_type: Document, name: str = "Ann", **wishes: Any) -> Entry:
	"""Let somebody wait who gets an offer at once."""
	entry = waiting(meeting_type, name, **wishes)
	look(meeting_type)
	assert records.open_offer_of(entry.name)
	return entry


def fresh_entry(entry: Entry) -> Entry:
	"""Return the entry as another connection has left it."""
	frappe.db.rollback()
	return world.again(entry)


def entries_of(meeting_type: Document) -> list[Entry]:
	frappe.db.rollback()
	return records.waiting_of(meeting_type.name)


def path(entry: Entry) -> str:
	"""Return the path of the entry's page."""
	return f"/schedule/waitlist/{entry_token(entry.name)}"
