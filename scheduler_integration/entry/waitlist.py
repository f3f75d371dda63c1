"""Actions of people on a waitlist, for pages and methods."""

from __future__ import annotations

from dataclasses import replace

import frappe
from frappe import _

from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import suiting_starts
from scheduler_integration.catalogue.lookup import Bookable, bookable
from scheduler_integration.entry.admission import admitted, refuse_robots
from scheduler_integration.exceptions import CodeNeeded, InvalidRequest, NoWaitlist, TimesAreFree
from scheduler_integration.meetings.lookup import booking_by_token, find_by_token
from scheduler_integration.meetings.rescheduling import bookable_for, slot_request_for
from scheduler_integration.meetings.summaries import AttendeeBooking, for_attendee
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.parsing.zones import checked_zone
from scheduler_integration.platform import clock
from scheduler_integration.times import Bounds
from scheduler_integration.waitlist import commands
from scheduler_integration.waitlist.looks import as_offered
from scheduler_integration.waitlist.requests import Wait, WaitPayload, parse_wait, parse_wait_request
from scheduler_integration.waitlist.shown import (
	ShownEntry,
	can_wait_for,
	earlier_of,
	entry_by_token,
	sends_texts,
	shown,
)

# The free times that somebody reads who wants to wait although some suit.
_MOST_FREE = 6


def join_for_visitor(bookable: Bookable, payload: BookingPayload, wait: WaitPayload) -> str:
	"""Put a visitor on the waitlist, and return the address that gets the message with the link.

	The visitor doesn't learn whether the address waits already. Raises InvalidRequest, NoWaitlist, WaitlistFull,
	TimesAreFree, and the errors of `admitted`. The caller must have called `count_request(BOOKINGS)`.
	"""
	refuse_robots(payload)
	if bookable.link or not can_wait_for(bookable.meeting_type):
		raise NoWaitlist
	request = parse_wait_request(payload, wait, bookable.page, bookable.meeting_type, clock.now())
	_check_texts(request.wait)
	_check_that_none_is_free(bookable, SlotRequest(request.person.duration), request.wait.bounds)
	try:
		with admitted(request.person, payload, bookable, clock.now()) as person:
			joining = replace(request, person=person)
			commands.join_waitlist(joining, bookable, clock.now())
	except CodeNeeded as needed:
		text = _("We sent a code of six digits to {0}. Enter it here, and you are on the waitlist.")
		needed.message = text.format(request.person.attendee_email)
		raise
	return request.person.attendee_email


def wait_for_earlier(token: str, wait: WaitPayload, zone: object = None) -> ShownEntry:
	"""Let the attendee of the manage link with this token wait for an earlier time.

	The dates and hours are by the clock of `zone`, or of the attendee's zone. Raises InvalidRequest, TimesAreFree, and the
	errors of `commands.wait_for_earlier`.
	"""
	now = clock.now()
	booking = booking_by_token(token, now)
	parsed = parse_wait(wait, checked_zone(zone or booking.timezone), now)
	_check_texts(parsed, booking.attendee.phone)
	if earlier_of(booking, now):
		moved = find_by_token(token)
		_check_that_none_is_free(bookable_for(moved), slot_request_for(moved), parsed.bounds, booking.start)
	return shown(commands.wait_for_earlier(token, parsed, clock.now()), clock.now())


def change_wait(token: str, wait: WaitPayload, zone: object = None) -> ShownEntry:
	"""Change when the person of the entry's link has time.

	Raises InvalidRequest, TimesAreFree, and the errors of `commands.change_wait`.
	"""
	now = clock.now()
	before = entry_by_token(token, now)
	entry = before.entry
	parsed = parse_wait(wait, checked_zone(zone or entry.zone), now)
	_check_texts(parsed, entry.attendee_phone)
	if before.booking and before.booking.can_reschedule:
		moved = frappe.get_doc("Booking", before.booking.id)
		request, start = slot_request_for(moved), before.booking.start
		_check_that_none_is_free(bookable_for(moved), request, parsed.bounds, start, known=entry.bounds)
	found = bookable(frappe.get_cached_doc("Meeting Type", entry.meeting_type))
	if before.is_waiting and before.can_join and found.page.is_active and not entry.booking:
		request = SlotRequest(as_offered(entry, found.meeting_type).duration)
		_check_that_none_is_free(found, request, parsed.bounds, known=entry.bounds)
	return shown(commands.change_wait(token, parsed, clock.now()), clock.now())


def leave_waitlist(token: str) -> ShownEntry:
	"""Take the person of the entry's link off the list. Doing it twice changes nothing. Raises WaitlistEntryNotFound."""
	return shown(commands.leave_waitlist(token, clock.now()), clock.now())


def pass_offer(token: str, offer: str) -> ShownEntry:
	"""Offer the time to others: the person waits for another one. Raises the errors of `commands.pass_offer`."""
	return shown(commands.pass_offer(token, offer, clock.now()), clock.now())


def take_offer(token: str, offer: str) -> AttendeeBooking:
	"""Book the offered time, or move the person's meeting to it. Doing it twice returns the same booking.

	Raises the errors of `commands.take_or_lose_offer`.
	"""
	now = clock.now()
	return for_attendee(commands.take_or_lose_offer(token, offer, now), now)


def _check_that_none_is_free(
	bookable: Bookable, request: SlotRequest, bounds: Bounds, before: int | None = None, known: Bounds | None = None
) -> None:
	"""Raise TimesAreFree if the person needn't wait: a time would be held for them that they have seen and left.

	Only starts `before` an instant count, epoch seconds, if there is one. Those within the bounds that are `known` don't count:
	the person waits for them already, or was offered them and passed.
	"""
	free = suiting_starts(bookable, request, bounds, clock.now())
	free = [start for start in free if not known or not known.fit(start)]
	if suiting := [start for start in free if before is None or start < before][:_MOST_FREE]:
		raise TimesAreFree(suiting, bounds.zone)


def _check_texts(wait: Wait, phone: str | None = "?") -> None:
	"""Raise InvalidRequest if offers are to come by text message, and can't."""
	if wait.by_text and not sends_texts():
		raise InvalidRequest(details={"notify_by": _("This site sends no text messages. Choose e-mail.")})
	if wait.by_text and not phone:
		raise InvalidRequest(details={"notify_by": _("We have no phone number of yours. Choose e-mail.")})
