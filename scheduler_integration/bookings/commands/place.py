"""Says where meetings take place that were booked before anybody had said it."""

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.transaction import command
from scheduler_integration.catalogue.places import Place
from scheduler_integration.catalogue.video import is_call
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import HostBooking, for_host
from scheduler_integration.meetings.transitions import check_open


@command
def say_where(name: str, place: Place, now: int) -> HostBooking:
	"""Set where the booking `name` takes place, as its signed-in host or manager. A session has one place for all.

	People get the invitation again with the place, or with the link of the video call as soon as there is one. Raises
	BookingNotFound, NotPermitted, AlreadyCancelled, TransitionNotAllowed if the meeting is over, and InvalidRequest if
	the number to call is missing.
	"""
	booking = find_for_host(name, "write", for_update=True)
	check_open(booking, now)
	sharing = live_in_session(booking.session or None) or [booking]
	if place.needs_phone and not all(each.attendee_phone for each in sharing):
		raise InvalidRequest(
			details={
				"location_details": _("Enter the number, because {0} hasn't left one.").format(booking.attendee_name)
			}
		)
	_set(sharing, place, now)
	booking.reload()
	return for_host(booking, now)


def without_place(meeting_type: str, now: int) -> list[str]:
	"""Return the coming bookings of the meeting type whose attendees don't know where they meet, earliest first."""
	nowhere = {"location_type": ["is", "not set"], "location": ["is", "not set"], "starts_at": [">", now]}
	filters = {"meeting_type": meeting_type, "status": ["in", sorted(OPEN)], **nowhere}
	names: list[str] = frappe.get_all("Booking", filters, pluck="name", order_by="starts_at asc")
	return names


@command
def take_place(name: str, place: Place, now: int) -> None:
	"""Set the place that the booking's meeting type has now, unless the booking has one already."""
	booking = frappe.get_doc("Booking", name, for_update=True)
	is_missing = booking.status in OPEN and not booking.location_type and not booking.location
	if is_missing and (booking.attendee_phone or not place.needs_phone):
		_set([booking], place, now)


def _set(bookings: Sequence[Document], place: Place, now: int) -> None:
	changes = []
	for booking in bookings:
		where = booking.attendee_phone if place.needs_phone else place.details or None
		# The message about a call waits for its link. A calendar takes a newer invitation only if its SEQUENCE is higher.
		sequence = booking.sequence + (0 if is_call(place.type) and not where else 1)
		booking.db_set({"location_type": place.type, "location": where, "sequence": sequence}, update_modified=False)
		changes.append(Change(Kind.PLACED, booking, now, status_before=booking.status))
	run_consequences(*changes)
