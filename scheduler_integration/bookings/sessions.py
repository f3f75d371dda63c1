"""Sessions, whose bookings share the hosts' time: which bookings change together, and how a new one joins."""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.bookings import guard
from scheduler_integration.exceptions import SlotTaken
from scheduler_integration.meetings.sessions import live_in_session, live_rows
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.titles import event_title


def joinable_booking(members: Sequence[engine.Member], start: int) -> Document | None:
	"""Return the first booking of the session at `start` (epoch seconds) that a new attendee can join, or None.

	One of the hosts must have the session, with enough seats left for the party. The returned booking is locked.
	"""
	key = next(filter(None, (engine.session_to_join(member, start) for member in members)), None)
	# A session may have hundreds of bookings. Only the first is loaded: all have the same hosts and times.
	first = live_rows(key, hosts=[member.host.name for member in members])[:1]
	return frappe.get_doc("Booking", first[0].name, for_update=True) if first else None


def together(booking: Document) -> list[Document]:
	"""Return the booking and the other open bookings of its session, which change with it. They are locked."""
	guard.lock_hosts(booking.host_users())
	sharing = live_in_session(booking.session, hosts=booking.host_users())
	return [booking, *(each for each in sharing if each.status in OPEN and each.name != booking.name)]


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
	booking.set("hosts", [_row(row) for row in standing.hosts])
	if booking.host != standing.host:
		booking.host = standing.host
		booking.subject = event_title(booking, frappe.get_cached_doc("Meeting Type", booking.meeting_type))


def _row(row: Document) -> dict[str, Any]:
	kept = ("user", "starts_at", "ends_at", "is_first_day", "buffer_before_minutes", "buffer_after_minutes")
	return {field: row.get(field) for field in kept}
