"""Helpers for tests of waitlists: a type with a full morning, people who wait, and looks at the list."""

from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration import bookings
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.waitlist import commands, looks, records
from scheduler_integration.waitlist.links import entry_token
from scheduler_integration.waitlist.requests import WaitPayload, parse_wait, parse_wait_request
from scheduler_integration.waitlist.rows import Entry, Offered
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, page_of, payload
from tests.support.factories import hour as hour_of

# A Monday. The next day has two hours of work, so four times of half an hour.
NOW = at("2026-10-05 10:00")
DAY = "2026-10-06"
MORNING = {"Tuesday": ["09:00-11:00"]}
HALF_AN_HOUR = 1800


def make_type(page: Document | None = None, **fields: Any) -> Document:
	"""Create a type with a waitlist on a page with four times on Tuesdays."""
	return make_meeting_type(page or make_page(hours=MORNING), **{"has_waitlist": 1, **fields})


def at_hour(clock: str, day: str = DAY) -> int:
	return at(f"{day} {clock}")


def book(
	meeting_type: Document, clock: str, name: str = "Cleo", *, day: str = DAY, now: int = NOW, **fields: Any
) -> Document:
	person = {"attendee_name": name, "attendee_email": f"{name.lower()}@guests.example", **fields}
	made = door.book(payload(page_of(meeting_type), meeting_type, at_hour(clock, day), **person), now)
	return frappe.get_doc("Booking", made.id)


def fill(meeting_type: Document, *, day: str = DAY) -> dict[str, Document]:
	"""Book all four times of the day, and return the bookings by their hour."""
	return {clock: book(meeting_type, clock, "Cleo", day=day) for clock in ("09:00", "09:30", "10:00", "10:30")}


def join(meeting_type: Document, name: str = "Ann", now: int = NOW, **wishes: Any) -> Entry:
	"""Join the waitlist, by default for the one Tuesday that is full."""
	person = {
		"attendee_name": name,
		"attendee_email": f"{name.lower()}@guests.example",
		"timezone": "UTC",
		**{
			key: wishes.pop(key)
			for key in list(wishes)
			if key.startswith(("attendee_", "timezone", "language", "notes"))
		},
	}
	page = page_of(meeting_type)
	wait = WaitPayload.of({"first_date": DAY, "last_date": DAY, **wishes})
	request = parse_wait_request(BookingPayload.of(person), wait, page, meeting_type, now)
	found = find_bookable(page.slug, meeting_type.slug)
	return commands.join_waitlist(request, found, now)


def wait_for_earlier(booking: Document, now: int = NOW, **wishes: Any) -> Entry:
	from scheduler_integration.meetings.tokens import manage_token

	wait = parse_wait(WaitPayload.of(wishes), "UTC", now)
	return commands.wait_for_earlier(manage_token(booking), wait, now)


def cancel(booking: Document, now: int = NOW) -> None:
	from scheduler_integration.meetings.tokens import manage_token

	bookings.cancel_by_token(manage_token(booking), "", now)


def after_commit() -> None:
	"""Do what a commit would let happen in the cache."""
	frappe.db.after_commit.run()


def look(meeting_type: Document, now: int = NOW) -> int:
	return looks.look_at(meeting_type.name, now)


def told(entry: Entry) -> None:
	"""Note that the messages to somebody have left."""
	frappe.db.set_value("Outbox Task", {"booking": entry.name, "kind": "email"}, "status", "Sent")


def offer_of(entry: Entry) -> Offered | None:
	return records.open_offer_of(entry.name)


def offered_hour(entry: Entry) -> str | None:
	offer = offer_of(entry)
	return hour_of(offer.start) if offer else None


def take(entry: Entry, now: int = NOW) -> Document:
	offer = offer_of(entry)
	assert offer
	return commands.take_offer(entry_token(entry.name), offer.name, now)


def again(entry: Entry) -> Entry:
	found = records.entry(entry.name)
	assert found
	return found
