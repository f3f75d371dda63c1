"""Corrects what is written about an attendee in a booking."""

from dataclasses import dataclass

import frappe

from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.transaction import command
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.titles import event_title
from scheduler_integration.meetings.transitions import Actor


@dataclass(frozen=True, slots=True)
class Person:
	"""What an attendee may correct. All values are checked. `phone` and `company` may be empty."""

	name: str
	phone: str
	company: str


@command
def correct_attendee(name: str, person: Person, now: int) -> bool:
	"""Write the person's corrected facts into the booking `name`, as its attendee. Returns whether anything changed.

	The title follows in the CRM and in the hosts' calendars. Nobody gets a message. The caller has made sure that the
	attendee asks for this.
	"""
	booking = frappe.get_doc("Booking", name, for_update=True)
	facts = {"attendee_name": person.name, "attendee_phone": person.phone, "attendee_company": person.company}
	if booking.is_forgotten or all((booking.get(field) or "") == value for field, value in facts.items()):
		return False
	booking.update(facts)
	booking.subject = event_title(booking, frappe.get_cached_doc("Meeting Type", booking.meeting_type))
	save(booking)
	run_consequences(Change(Kind.CORRECTED, booking, now, by=Actor.ATTENDEE, status_before=booking.status))
	return True
