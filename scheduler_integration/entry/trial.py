"""A host books an own meeting as a test: all of it happens, is looked at, and is rolled back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_fullname

from scheduler_integration import bookings
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import first_month_with_slots
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.catalogue.public import PublicMeetingType, PublicQuestion, public_meeting_type
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings.summaries import AttendeeBooking, for_attendee
from scheduler_integration.notifications.messages import ShownMessage, confirmation_of
from scheduler_integration.parsing.booking_request import BookingPayload, parse_booking_request
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.rehearsal import rehearsal

_SAMPLES = {"checkbox": "1", "number": "1", "date": "2030-01-01", "phone": "+1 202 555 0100"}


@dataclass(frozen=True, slots=True)
class Trial:
	"""What an attendee would have seen: the booking, which doesn't exist any more, and the message."""

	booking: AttendeeBooking
	message: ShownMessage


def book_as_test(bookable: Bookable, zone: str, now: int) -> Trial:
	"""Book the first free time as the signed-in user, by the same way as visitors, and roll all of it back.

	`zone` is the attendee's, `now` in epoch seconds. The transaction must not have written anything. The type and its page may
	be inactive. Raises InvalidRequest if no time is free, and the errors of `bookings.book`.
	"""
	meeting = public_meeting_type(bookable)
	with rehearsal():
		first = first_month_with_slots(bookable, SlotRequest(meeting.duration_minutes), zone, now)
		if not first.earliest:
			raise InvalidRequest(
				_("No time is free within a year, so nobody can book this meeting. Check your working hours.")
			)
		start = first.offered.days[first.earliest][0].start
		payload = BookingPayload.of(_payload(meeting, start, zone))
		request = parse_booking_request(payload, bookable.page, bookable.meeting_type)
		booking = for_attendee(bookings.book(request, bookable, now), now, bookable.people)
		return Trial(booking, confirmation_of(frappe.get_doc("Booking", booking.id)))


def _payload(meeting: PublicMeetingType, start: int, zone: str) -> dict[str, Any]:
	user = frappe.session.user
	return {
		"start": iso(start, zone),
		"timezone": zone,
		"language": frappe.local.lang,
		"attendee_name": get_fullname(user),
		"attendee_email": frappe.db.get_value("User", user, "email"),
		"attendee_phone": _SAMPLES["phone"],
		"answers": {question.id: _sample(question) for question in meeting.questions if question.required},
	}


def _sample(question: PublicQuestion) -> Any:
	"""Return an answer that the question accepts."""
	if question.type == "multi_select":
		return [question.options[0]]
	if question.type == "select":
		return question.options[0]
	return _SAMPLES.get(question.type, _("Test"))
