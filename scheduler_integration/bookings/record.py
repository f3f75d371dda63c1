"""Makes the Booking records of a request that was found bookable, and puts them into their session or series."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration import engine
from scheduler_integration.bookings import guard
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.catalogue.repeats import WantedSeries
from scheduler_integration.exceptions import SlotTaken
from scheduler_integration.meetings.payment import AWAITING
from scheduler_integration.meetings.sessions import live_rows, new_session_uid, session_key
from scheduler_integration.meetings.titles import event_title
from scheduler_integration.meetings.tokens import new_manage_key
from scheduler_integration.notifications.email import receiving_address
from scheduler_integration.parsing.booking_request import BookingRequest
from scheduler_integration.payments.terms import LONGEST_WAIT, due_now, is_charged


def new_booking(
	request: BookingRequest,
	bookable: Bookable,
	members: Sequence[engine.Member],
	parts: list[engine.Interval],
	now: int,
) -> Document:
	"""Return an unsaved Booking with these hosts and times. The first of the hosts is the main host (`host`)."""
	page, meeting_type, link = bookable.page, bookable.meeting_type, bookable.link
	rules, host = members[0].rules, members[0].host.name
	booking = frappe.get_doc(
		{
			"doctype": "Booking",
			"status": "Pending" if meeting_type.requires_confirmation and not request.on_behalf else "Scheduled",
			"meeting_type": meeting_type.name,
			"scheduling_page": page.name,
			"host": host,
			"hosts": host_rows(members, parts),
			"starts_at": parts[0][0],
			"ends_at": parts[-1][1],
			"booked_at": now,
			"buffer_before_minutes": rules.buffer_before,
			"buffer_after_minutes": rules.buffer_after,
			**_seats(request, meeting_type, host, parts[0][0]),
			**_attendee(request),
			**_place(request),
			**_origin(request, meeting_type),
			**_records(request),
			**_payment(request, meeting_type, parts[0][0], now),
			"idempotency_key": request.idempotency_key,
			"manage_key": new_manage_key(),
			"ical_uid": new_uid(),
			# It never changes: programs refuse a change of a meeting that another organizer sends.
			"organizer": receiving_address() or None,
		}
	)
	booking.subject = event_title(booking, meeting_type)
	if link:
		booking.update({"booking_link": link.name, "own_title": link.title or None})
	booking.flags.people = bookable.people
	return booking


def joinable_booking(members: Sequence[engine.Member], start: int) -> Document | None:
	"""Return the first booking of the session at `start` (epoch seconds) that a new attendee can join, or None.

	One of the hosts must have the session, with enough seats left for the party. The returned booking is locked.
	"""
	key = next(filter(None, (engine.session_to_join(member, start) for member in members)), None)
	# A session may have hundreds of bookings. Only the first is loaded: all have the same hosts and times.
	first = live_rows(key, hosts=[member.host.name for member in members])[:1]
	return frappe.get_doc("Booking", first[0].name, for_update=True) if first else None


def join(booking: Document, standing: Document) -> None:
	"""Put the unsaved booking into the session of `standing`: it gets the same key, hosts, times and buffers.

	The hosts chosen for the new booking may differ from the session's. A host was renamed, the page lists others first,
	or an optional host has time now. One of the session's hosts may have left the meeting type since. Raises SlotTaken if
	the session takes place on other days than the booking.
	"""
	guard.lock_further_hosts(standing.host_users())
	if standing.parts() != booking.parts():
		raise SlotTaken
	booking.session, booking.session_uid = standing.session, standing.session_uid
	kept = ("user", "starts_at", "ends_at", "is_first_day", "buffer_before_minutes", "buffer_after_minutes")
	booking.set("hosts", [{field: row.get(field) for field in kept} for row in standing.hosts])
	if booking.host != standing.host:
		booking.host = standing.host
		booking.subject = event_title(booking, frappe.get_cached_doc("Meeting Type", booking.meeting_type))


def insert_series(wanted: WantedSeries, bookings: Sequence[Document], by_rule: Sequence[int], zone: str) -> None:
	"""Store the series of these new bookings, and put them into it, each with its start by the rule. `zone` is that of the dates."""
	first = bookings[0]
	series = frappe.get_doc(
		{
			"doctype": "Booking Series",
			**{field: first.get(field) for field in ("meeting_type", "scheduling_page", "host", "attendee_email")},
			"weeks": wanted.weeks,
			"count": wanted.count,
			"zone": zone,
			"ical_uid": new_uid(),
		}
	)
	series.flags.update(ignore_links=True, ignore_version=True)
	# The attendee has no rights on any record. `book` has decided that they may book.
	series.insert(ignore_permissions=True)
	for booking, start in zip(bookings, by_rule, strict=True):
		# All dates are paid at once.
		booking.update({"series": series.name, "series_date": start, "pay_until": first.pay_until})


def successor(booking: Document, members: Sequence[engine.Member], parts: list[engine.Interval]) -> Document:
	"""Return an unsaved Booking that replaces `booking`, with these hosts and times. The first is the main host.

	All fields are copied, except for those marked "no copy", which belong to one booking alone.
	"""
	new = frappe.copy_doc(booking, ignore_no_copy=False)
	rules = members[0].rules
	new.update(
		{
			"rescheduled_from": booking.name,
			"host": members[0].host.name,
			"hosts": host_rows(members, parts),
			"starts_at": parts[0][0],
			"ends_at": parts[-1][1],
			"buffer_before_minutes": rules.buffer_before,
			"buffer_after_minutes": rules.buffer_after,
			"seats": booking.seats,
			"turn_shares": booking.turn_shares,
			"manage_key": booking.manage_key,
			"ical_uid": booking.ical_uid,
			"sequence": booking.sequence,
		}
	)
	if new.host != booking.host:
		retitle(new)
	return new


def retitle(booking: Document) -> None:
	"""Rewrite the title, which contains the host's name, in the attendee's language."""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	with print_language(booking.language or frappe.local.lang):
		booking.subject = event_title(booking, meeting_type)


def host_rows(members: Sequence[engine.Member], parts: list[engine.Interval]) -> list[dict[str, Any]]:
	"""Return a Booking Host row for each host and each part, with the host's own buffers.

	Two hosts and a meeting on three days make six rows. `parts` are half-open, in epoch seconds.
	"""
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
	"""Return the buffer fields of a host's row, in minutes."""
	rules = member.rules
	return {"buffer_before_minutes": rules.buffer_before, "buffer_after_minutes": rules.buffer_after}


def _seats(request: BookingRequest, meeting_type: Document, user: str, start: int) -> dict[str, Any]:
	"""Return the seats, and for a type with several seats the session's key: bookings with the same key may overlap."""
	if (meeting_type.seats or 1) == 1:
		return {"seats": 1}
	return {
		"seats": request.party,
		"session": session_key(meeting_type.name, start, user),
		"session_uid": new_session_uid(),
	}


def _attendee(request: BookingRequest) -> dict[str, Any]:
	return {
		"attendee_name": request.attendee_name,
		"attendee_email": request.attendee_email,
		"address_status": request.address_status,
		"attendee_phone": request.attendee_phone,
		"attendee_company": request.attendee_company,
		"timezone": request.timezone,
		"language": request.language,
		"writing": request.writing,
		"notes": request.notes,
		"guests": [{"email": address} for address in request.guests],
		"answers": [asdict(answer) for answer in request.answers],
	}


def _place(request: BookingRequest) -> dict[str, Any]:
	"""Return the place. A phone call goes to the attendee's number if the place has none."""
	place = request.place
	return {
		"location_type": place.type or None,
		"location": request.attendee_phone if place.needs_phone else place.details or None,
	}


def _origin(request: BookingRequest, meeting_type: Document) -> dict[str, Any]:
	return {
		"source": request.source or "page",
		"price": meeting_type.price,
		"currency": meeting_type.currency,
		**request.utm,
		"reference": request.reference,
	}


def _payment(request: BookingRequest, meeting_type: Document, start: int, now: int) -> dict[str, Any]:
	"""Return what the attendee has to pay before the booking counts. Who books for somebody settles that with them."""
	if not is_charged(meeting_type) or request.on_behalf:
		return {}
	seats = request.party if (meeting_type.seats or 1) > 1 else 1
	return {
		"status": "Pending",
		"price": meeting_type.price * seats,
		"payment_status": AWAITING,
		"amount_due": float(due_now(meeting_type, seats)),
		"pay_until": min(now + LONGEST_WAIT, start),
	}


def _records(request: BookingRequest) -> dict[str, Any]:
	"""Return the CRM's records that a host has chosen. For other bookings, crm/ finds them by the e-mail address."""
	if not request.on_behalf:
		return {}
	doctype, name = request.on_behalf.reference or (None, None)
	return {"contact": request.on_behalf.contact, "reference_doctype": doctype, "reference_name": name}


def new_uid() -> str:
	"""Return a globally unique UID (RFC 5545, 3.8.4.7). It is stored, and so stays the same if the site is renamed."""
	return f"{frappe.generate_hash(length=32)}@{frappe.local.site}"
