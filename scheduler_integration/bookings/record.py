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
from scheduler_integration.platform.records import picked

_OF_REQUEST = (
	"attendee_name", "attendee_email", "attendee_phone", "attendee_company", "address_status", "timezone", "language", "writing",
	"notes", "reference", "idempotency_key",
)  # fmt: skip
_OF_SUCCESSOR = ("seats", "turn_shares", "manage_key", "ical_uid", "sequence")


def new_booking(
	request: BookingRequest,
	bookable: Bookable,
	members: Sequence[engine.Member],
	parts: list[engine.Interval],
	now: int,
) -> Document:
	"""Return an unsaved Booking with these hosts and times. The first of the hosts is the main host (`host`)."""
	meeting_type = bookable.meeting_type
	by_host, place = request.on_behalf, request.place
	fields = {
		"doctype": "Booking",
		"status": "Pending" if meeting_type.requires_confirmation and not by_host else "Scheduled",
		"meeting_type": meeting_type.name,
		"scheduling_page": bookable.page.name,
		**_when_and_who(members, parts),
		"booked_at": now,
		"seats": 1,
		**picked(request, *_OF_REQUEST),
		"guests": [{"email": address} for address in request.guests],
		"answers": [asdict(answer) for answer in request.answers],
		"location_type": place.type or None,
		# A phone call goes to the attendee's number if the place has none.
		"location": request.attendee_phone if place.needs_phone else place.details or None,
		"source": request.source or "page",
		**picked(meeting_type, "price", "currency"),
		**request.utm,
		"manage_key": new_manage_key(),
		"ical_uid": new_uid(),
		# It never changes: programs refuse a change of a meeting that another organizer sends.
		"organizer": receiving_address() or None,
	}
	if (meeting_type.seats or 1) > 1:
		# Bookings with the same key share the hosts' time.
		key = session_key(meeting_type.name, parts[0][0], members[0].host.name)
		fields |= {"seats": request.party, "session": key, "session_uid": new_session_uid()}
	if by_host:
		# For other bookings, crm/ finds the CRM's records by the e-mail address.
		doctype, name = by_host.reference or (None, None)
		fields |= {"contact": by_host.contact, "reference_doctype": doctype, "reference_name": name}
	elif is_charged(meeting_type):
		# The attendee has to pay before the booking counts. A host who books for somebody settles the payment with them.
		due, until = float(due_now(meeting_type, fields["seats"])), min(now + LONGEST_WAIT, parts[0][0])
		fields |= {"status": "Pending", "price": meeting_type.price * fields["seats"]}
		fields |= {"payment_status": AWAITING, "amount_due": due, "pay_until": until}
	if link := bookable.link:
		fields |= {"booking_link": link.name, "own_title": link.title or None}
	booking = frappe.get_doc(fields)
	booking.subject = event_title(booking, meeting_type)
	booking.flags.people = bookable.people
	return booking


def _when_and_who(members: Sequence[engine.Member], parts: list[engine.Interval]) -> dict[str, Any]:
	main, hosts = members[0], host_rows(members, parts)
	return {
		"host": main.host.name,
		"hosts": hosts,
		"starts_at": parts[0][0],
		"ends_at": parts[-1][1],
		**own_buffers(main),
	}


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
	new.update({field: booking.get(field) for field in _OF_SUCCESSOR})
	new.update({"rescheduled_from": booking.name, **_when_and_who(members, parts)})
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


def new_uid() -> str:
	"""Return a globally unique UID (RFC 5545, 3.8.4.7). It is stored, and so stays the same if the site is renamed."""
	return f"{frappe.generate_hash(length=32)}@{frappe.local.site}"
