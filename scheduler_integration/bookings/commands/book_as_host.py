"""A host or manager books: for a contact, a lead, a deal or a person whose address they type; or an own meeting as a test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_fullname

from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import first_month_with_slots
from scheduler_integration.bookings.commands.book import book
from scheduler_integration.bookings.commands.undo import book_undoably
from scheduler_integration.catalogue.lookup import Bookable, find_own_bookable
from scheduler_integration.catalogue.public import PublicQuestion, public_meeting_type
from scheduler_integration.crm.people import Person, find_person
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.meetings.lookup import earlier_choices
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
from scheduler_integration.notifications.messages import ShownMessage, confirmation_of
from scheduler_integration.parsing.booking_request import (
	BookingPayload,
	BookingRequest,
	OnBehalf,
	parse_booking_request,
)
from scheduler_integration.parsing.fields import parse_choice
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform import clock
from scheduler_integration.platform.language import language_for_visitors
from scheduler_integration.platform.rehearsal import rehearsal

_SAMPLES = {"checkbox": "1", "number": "1", "date": "2030-01-01", "phone": "+1 202 555 0100"}


def book_for_somebody(
	meeting_type: str,
	payload: BookingPayload,
	host: object,
	reference_doctype: object,
	reference_name: object,
	now: int,
) -> HostBooking:
	"""Book a meeting of the type with this record name, as the signed-in host or manager.

	`host` is the user who takes a round-robin meeting. The reference names a contact, lead or deal; facts that the
	payload leaves out are taken from it. The attendee gets the ordinary invitation. `now` is in epoch seconds.

	Raises MeetingTypeNotFound, NotPermitted, InvalidRequest, and the errors of `book`.
	"""
	bookable = find_own_bookable(meeting_type)
	request = _request(bookable, payload, host, _person(reference_doctype, reference_name))
	return for_host(book(request, bookable, now), now)


def book_for_somebody_undoably(
	meeting_type: str, payload: BookingPayload, reference_doctype: object, reference_name: object, now: int
) -> dict[str, Any]:
	"""Do the same, and let its messages wait. Returns the facts with which `undo` takes it back."""
	bookable = find_own_bookable(meeting_type)
	request = _request(bookable, payload, None, _person(reference_doctype, reference_name))
	return book_undoably(request, bookable, now)[1]


def _request(bookable: Bookable, payload: BookingPayload, host: object, person: Person | None) -> BookingRequest:
	chosen = _host(host, bookable)
	on_behalf = OnBehalf(chosen, person.contact, person.reference) if person else OnBehalf(chosen)
	# Missing facts are taken from the record, and from an earlier booking.
	if person:
		facts = {f"attendee_{each}": getattr(person, each) for each in ("name", "email", "phone", "company")}
		payload = replace(payload, **{field: getattr(payload, field) or fact for field, fact in facts.items()})
	zone, language = earlier_choices(payload.attendee_email) if isinstance(payload.attendee_email, str) else ("", "")
	payload = replace(payload, timezone=payload.timezone or zone, language=payload.language or language)
	return parse_booking_request(payload, bookable.page, bookable.meeting_type, on_behalf)


def _person(doctype: object, name: object) -> Person | None:
	kind, record = parse_choice("reference_doctype", doctype), parse_choice("reference_name", name)
	return find_person(kind, record) if kind or record else None


def _host(given: object, bookable: Bookable) -> str | None:
	host = parse_choice("host", given)
	if not host:
		return None
	if host not in {host.user for host in bookable.hosts}:
		raise InvalidRequest(details={"host": _("Choose one of the hosts of this meeting type.")})
	if bookable.meeting_type.assignment == "Collective":
		raise InvalidRequest(details={"host": _("All hosts take this meeting together.")})
	if host != frappe.session.user and not is_manager():
		raise NotPermitted(_("Only a Scheduling Manager can choose another host."))
	return host


@dataclass(frozen=True, slots=True)
class Trial:
	"""The result of a test booking: the booking, which doesn't exist any more, and the message to the attendee."""

	booking: AttendeeBooking
	message: ShownMessage


def book_as_test(bookable: Bookable, zone: str, now: int) -> Trial:
	"""Book the first free time as the signed-in user, by the same way as visitors, and roll all of it back.

	`zone` is the attendee's, `now` in epoch seconds. The transaction must not have written anything. The type and its page may
	be inactive. Raises InvalidRequest if no time is free, and the errors of `book`.
	"""
	meeting = public_meeting_type(bookable)
	with rehearsal():
		first = first_month_with_slots(bookable, SlotRequest(meeting.duration_minutes), zone, now)
		if not first.earliest:
			raise InvalidRequest(
				_("No time is free within a year, so nobody can book this meeting. Check your working hours.")
			)
		user = frappe.session.user
		typed = {
			"start": clock.iso(first.offered.days[first.earliest][0].start, zone),
			"timezone": zone,
			"language": language_for_visitors(),
			"attendee_name": get_fullname(user),
			"attendee_email": frappe.db.get_value("User", user, "email"),
			"attendee_phone": _SAMPLES["phone"],
			"answers": {question.id: _sample(question) for question in meeting.questions if question.required},
		}
		request = parse_booking_request(BookingPayload.of(typed), bookable.page, bookable.meeting_type)
		booking = for_attendee(book(request, bookable, now), now, bookable.people)
		return Trial(booking, confirmation_of(frappe.get_doc("Booking", booking.id)))


def _sample(question: PublicQuestion) -> Any:
	"""Return an answer that the question accepts."""
	if question.type == "multi_select":
		return [question.options[0]]
	if question.type == "select":
		return question.options[0]
	return _SAMPLES.get(question.type, _("Test"))
