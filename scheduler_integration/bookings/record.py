"""Makes the Booking record of a request that may be granted."""

from dataclasses import asdict
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.offer import Offer
from scheduler_integration.meetings.sessions import session_key
from scheduler_integration.meetings.titles import event_title
from scheduler_integration.meetings.tokens import new_manage_key
from scheduler_integration.parsing.booking_request import BookingRequest


def new_booking(
	request: BookingRequest,
	page: Document,
	meeting_type: Document,
	users: list[str],
	offer: Offer,
) -> Document:
	"""The unsaved Booking of these hosts, the first of whom is its `host`."""
	rules = offer.member(users[0]).rules
	parts = offer.team.parts(request.start, users[0])
	booking = frappe.get_doc(
		{
			"doctype": "Booking",
			"status": "Pending" if meeting_type.requires_confirmation else "Scheduled",
			"meeting_type": meeting_type.name,
			"scheduling_page": page.name,
			"host": users[0],
			"hosts": host_rows([offer.member(user) for user in users], parts),
			"starts_at": parts[0][0],
			"ends_at": parts[-1][1],
			"buffer_before_minutes": rules.buffer_before,
			"buffer_after_minutes": rules.buffer_after,
			**_seats(request, meeting_type, users[0]),
			**_attendee(request),
			**_place(meeting_type, request),
			**_origin(request, meeting_type),
			"idempotency_key": request.idempotency_key,
			"manage_key": new_manage_key(),
			"ical_uid": _ical_uid(),
		}
	)
	booking.subject = event_title(booking, meeting_type)
	return booking


def host_rows(members: list[engine.Member], parts: list[engine.Interval]) -> list[dict[str, Any]]:
	"""A row of Booking Host for each host and each date's part, with the host's own buffers."""
	return [
		{
			"user": member.host.name,
			"starts_at": start,
			"ends_at": end,
			"is_first_day": int(not index),
			**own_buffers(member),
		}
		for member in members
		for index, (start, end) in enumerate(parts)
	]


def own_buffers(member: engine.Member) -> dict[str, int]:
	"""The fields of a host's row that keep the host's buffers, minutes."""
	rules = member.rules
	return {"buffer_before_minutes": rules.buffer_before, "buffer_after_minutes": rules.buffer_after}


def _seats(request: BookingRequest, meeting_type: Document, user: str) -> dict[str, Any]:
	"""Bookings of one session share a key, by which the guard knows that they may overlap."""
	if (meeting_type.seats or 1) == 1:
		return {"seats": 1}
	return {"seats": request.party, "session": session_key(meeting_type.name, request.start, user)}


def _attendee(request: BookingRequest) -> dict:
	return {
		"attendee_name": request.attendee_name,
		"attendee_email": request.attendee_email,
		"attendee_phone": request.attendee_phone,
		"attendee_company": request.attendee_company,
		"timezone": request.timezone,
		"language": request.language,
		"notes": request.notes,
		"guests": [{"email": address} for address in request.guests],
		"answers": [asdict(answer) for answer in request.answers],
	}


def _place(meeting_type: Document, request: BookingRequest) -> dict:
	"""A call without a number of the host's goes to the attendee's."""
	details = meeting_type.location_details
	if meeting_type.location_type == "Phone" and not details:
		details = request.attendee_phone
	return {"location_type": meeting_type.location_type, "location": details}


def _origin(request: BookingRequest, meeting_type: Document) -> dict:
	return {
		"source": request.source or "page",
		"price": meeting_type.price,
		"currency": meeting_type.currency,
		**request.utm,
	}


def _ical_uid() -> str:
	"""Unique in the world and kept for the booking's life (RFC 5545, 3.8.4.7), whatever the site is called by then."""
	return f"{frappe.generate_hash(length=32)}@{frappe.local.site}"
