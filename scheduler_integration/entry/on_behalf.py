"""A host or manager books for somebody: a contact, a lead, a deal, or a person whose address they type."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import frappe
from frappe import _

from scheduler_integration import bookings
from scheduler_integration.catalogue.lookup import Bookable, find_own_bookable
from scheduler_integration.crm.people import Person, find_person
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.meetings.lookup import earlier_choices
from scheduler_integration.meetings.summaries import HostBooking, for_host
from scheduler_integration.parsing.booking_request import (
	BookingPayload,
	BookingRequest,
	OnBehalf,
	parse_booking_request,
)
from scheduler_integration.parsing.fields import parse_choice
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform import clock


def book_for_somebody(
	meeting_type: str, payload: BookingPayload, host: object, reference_doctype: object, reference_name: object
) -> HostBooking:
	"""Book a meeting of the type with this record name, as the signed-in host or manager.

	`host` is the user who takes a round-robin meeting. The reference names a contact, lead or deal; facts that the
	payload leaves out are taken from it. The attendee gets the ordinary invitation.

	Raises MeetingTypeNotFound, NotPermitted, InvalidRequest, and the errors of `bookings.book`.
	"""
	bookable = find_own_bookable(meeting_type)
	request = _request(bookable, payload, host, _person(reference_doctype, reference_name))
	now = clock.now()
	return for_host(bookings.book(request, bookable, now), now)


def book_for_somebody_undoably(
	meeting_type: str, payload: BookingPayload, reference_doctype: object, reference_name: object
) -> dict[str, Any]:
	"""Do the same, and let its messages wait. Returns the facts with which `undo` of entry/commands.py takes it back."""
	bookable = find_own_bookable(meeting_type)
	request = _request(bookable, payload, None, _person(reference_doctype, reference_name))
	return bookings.book_undoably(request, bookable, clock.now())[1]


def _request(bookable: Bookable, payload: BookingPayload, host: object, person: Person | None) -> BookingRequest:
	chosen = _host(host, bookable)
	on_behalf = OnBehalf(chosen, person.contact, person.reference) if person else OnBehalf(chosen)
	return parse_booking_request(_with_facts(payload, person), bookable.page, bookable.meeting_type, on_behalf)


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


def _with_facts(payload: BookingPayload, person: Person | None) -> BookingPayload:
	"""Return the payload. Missing facts are taken from the record, and from an earlier booking."""
	if person:
		facts = {f"attendee_{each}": getattr(person, each) for each in ("name", "email", "phone", "company")}
		payload = replace(payload, **{field: getattr(payload, field) or fact for field, fact in facts.items()})
	zone, language = earlier_choices(payload.attendee_email) if isinstance(payload.attendee_email, str) else ("", "")
	return replace(payload, timezone=payload.timezone or zone, language=payload.language or language)
