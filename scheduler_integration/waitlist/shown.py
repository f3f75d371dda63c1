"""The view of people on a waitlist: their own entry and offer, and how many are before them, but never who."""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import AttendeeBooking, Named, for_attendee
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.links import find_entry
from scheduler_integration.waitlist.rows import Entry, Offered
from scheduler_integration.waitlist.used import is_used


@dataclass(frozen=True, slots=True)
class ShownEntry:
	"""An entry as its person sees it.

	`offer` is the time that is held for them now. Without one, `late` is the time that was held last, and that they didn't
	answer: nobody may have it yet. `before` counts the people with an earlier place. `booking` is the meeting
	that they want to move earlier, `taken` the one that they booked by taking an offer; None if it was deleted since.
	`is_shared`: others are offered the same time at present. `can_join`: the meeting type still has a waitlist.
	`is_paid_first`: the time is theirs once they have paid. `is_request`: once a host has confirmed it.
	"""

	entry: Entry
	offer: Offered | None
	late: Offered | None
	before: int
	page: Named
	meeting_type: Named
	booking: AttendeeBooking | None
	taken: AttendeeBooking | None
	is_shared: bool
	can_join: bool
	is_paid_first: bool
	is_request: bool

	@property
	def is_waiting(self) -> bool:
		return self.entry.status == records.WAITING


@dataclass(frozen=True, slots=True)
class Earlier:
	"""A meeting that can be moved earlier: the entry that waits for that, or None. `has_phone`: the attendee left a number."""

	waiting: ShownEntry | None
	has_phone: bool


def entry_by_token(token: str, now: int) -> ShownEntry:
	"""Return the entry of a link. Raises WaitlistEntryNotFound. `now` is in epoch seconds."""
	return shown(find_entry(token), now)


def shown(entry: Entry, now: int) -> ShownEntry:
	"""Return the entry as its person sees it."""
	page = frappe.get_cached_doc("Scheduling Page", entry.scheduling_page)
	meeting_type = frappe.get_cached_doc("Meeting Type", entry.meeting_type)
	is_waiting = entry.status == records.WAITING
	# A meeting can be moved although nobody new can book.
	can_take = is_waiting and bool(entry.booking or (page.is_active and meeting_type.is_active))
	found = records.open_offer_of(entry.name) if can_take else None
	offer = found if found and found.expires_at > now else None
	return ShownEntry(
		entry=entry,
		offer=offer,
		late=records.late_offer_of(entry.name, now) if can_take and not offer else None,
		before=records.count_before(entry) if is_waiting else 0,
		page=Named(page.slug, page.title),
		meeting_type=Named(meeting_type.slug, meeting_type.title),
		booking=_booking(entry.booking, now) if is_waiting else None,
		taken=_booking(entry.taken, now),
		is_shared=bool(offer and len(records.open_with(offer.hold_id)) > 1),
		can_join=can_wait_for(meeting_type),
		is_paid_first=bool(meeting_type.payment == "Before Booking" and meeting_type.price and not entry.booking),
		is_request=bool(meeting_type.requires_confirmation),
	)


def can_wait_for(meeting_type: Document) -> bool:
	"""Whether people can join the waitlist of this meeting type. Makes no statement."""
	return bool(meeting_type.has_waitlist and meeting_type.is_active)


def earlier_of(booking: AttendeeBooking, now: int) -> Earlier | None:
	"""Return what the attendee can do to meet earlier, or None if they can't wait for that. `now` is in epoch seconds.

	Makes two statements if the site has waitlists, and otherwise none.
	"""
	if not is_used() or not booking.can_reschedule or booking.status not in OPEN or booking.start <= now:
		return None
	meeting_type = frappe.get_cached_doc("Meeting Type", frappe.db.get_value("Booking", booking.id, "meeting_type"))
	if not can_wait_for(meeting_type):
		return None
	entry = records.of_booking(booking.id)
	return Earlier(shown(entry, now) if entry else None, bool(booking.attendee.phone))


def sends_texts() -> bool:
	"""Whether this site can send text messages."""
	return bool(frappe.get_cached_doc("Scheduler Settings").sms_enabled)


def _booking(name: str | None, now: int) -> AttendeeBooking | None:
	if not name or not frappe.db.exists("Booking", name):
		return None
	booking = latest(frappe.get_doc("Booking", name))
	return None if booking.is_forgotten else for_attendee(booking, now)
