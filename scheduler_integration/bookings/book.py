"""Takes a slot: the request is checked, the hosts are locked, and only then is it decided."""

from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.holds import held_dates, release_hold
from scheduler_integration.availability.offer import DAY, SUGGESTION_DAYS, Offer, make_offer
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import guard
from scheduler_integration.bookings.assign import choose_hosts
from scheduler_integration.bookings.consequences import bring_about
from scheduler_integration.bookings.record import new_booking
from scheduler_integration.bookings.sessions import join, standing_session
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.exceptions import AlreadyCancelled, SlotTaken
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.status import CANCELLED
from scheduler_integration.meetings.summaries import AttendeeBooking, for_attendee
from scheduler_integration.parsing.booking_request import BookingRequest

_OF_THE_CALENDAR = {engine.Reason.BUSY, engine.Reason.BUFFER}


def book(request: BookingRequest, bookable: Bookable, now: int) -> AttendeeBooking:
	"""Books a meeting. Everything is stored in the caller's transaction; messages go out after its commit.

	Raises SlotTaken and AlreadyCancelled; the caller then rolls back.
	"""
	return for_attendee(_earlier(request) or _take(request, bookable, now), now)


def _take(request: BookingRequest, bookable: Bookable, now: int) -> Document:
	guard.lock_hosts(host.user for host in bookable.hosts)
	margin = SUGGESTION_DAYS * DAY
	first, last = request.start - margin, request.start + margin
	wanted = SlotRequest(request.duration, request.party, request.hold)
	offer = make_offer(bookable, wanted, first, last, now, lock=True)
	request = _as_held(request, bookable.meeting_type, offer, now)
	if not offer.is_bookable(request.start, request.parts):
		# The same request may have been answered while this one waited for the lock.
		if earlier := _earlier(request, for_update=True):
			return earlier
		raise slot_taken(offer, request.start, request.duration, request.timezone)
	return _store(request, bookable, offer, now)


def _as_held(request: BookingRequest, meeting_type: Document, offer: Offer, now: int) -> BookingRequest:
	"""The request, of a guest who doesn't say which days they were shown, for those that they hold.

	Of a meeting over more dates than may be held only the first ones are: they tell nothing of the others.
	"""
	if request.parts or not request.hold or not offer.team.rules or offer.team.rules.days == 1:
		return request
	held = held_dates(request.hold, meeting_type.name, request.start, now)
	return replace(request, parts=held) if len(held) == offer.team.rules.days else request


def _store(request: BookingRequest, bookable: Bookable, offer: Offer, now: int) -> Document:
	page, meeting_type = bookable.page, bookable.meeting_type
	choice = choose_hosts(offer, request, meeting_type, page)
	booking = new_booking(request, page, meeting_type, choice.users, offer)
	if standing := standing_session(offer, choice.users, request.start):
		join(booking, standing)
	# A guest has no rights of their own here: the checks above are what lets them book.
	booking.insert(ignore_permissions=True)
	bring_about(Change(Kind.BOOKED, booking, now, choice.turn))
	if request.hold:
		frappe.db.after_commit.add(lambda: release_hold(request.hold))
	return booking


def _earlier(request: BookingRequest, for_update: bool = False) -> Document | None:
	"""What the same request booked before. Raises AlreadyCancelled where that doesn't take place any more: it is no answer
	to somebody who wants to meet.
	"""
	if not request.idempotency_key:
		return None
	found = frappe.db.get_value("Booking", {"idempotency_key": request.idempotency_key}, "name", for_update=for_update)
	# Read as it was found: an ordinary read would look for it in the state from before the wait for the lock.
	booking = frappe.get_doc("Booking", found, for_update=for_update) if found else None
	if booking and booking.status in CANCELLED:
		raise AlreadyCancelled(
			_("This meeting was booked and has been cancelled since. Please book again with a new request.")
		)
	return booking


def slot_taken(offer: Offer, start: int, duration: int, zone: str) -> SlotTaken:
	"""The error for a `start` that isn't bookable; `duration` in minutes, `zone` the asker's."""
	return SlotTaken(_busy_within(offer, start, start + duration * 60), offer.nearest(start), zone)


def _busy_within(offer: Offer, start: int, end: int) -> list[engine.Interval]:
	"""When hosts are busy in a slot that only their calendars keep from being offered; of any other slot, nothing.

	A guest may ask about whatever instant, and must not read a host's nights, past or vacation that way.
	"""
	rules = offer.team.rules
	refusals = [refusal for found in offer.team.refusals(start).values() for refusal in found]
	# Where a date's first start is all that is offered, a later one isn't kept from anybody by the calendar.
	if not (rules and refusals) or rules.first_slot_only or not {each.reason for each in refusals} <= _OF_THE_CALENDAR:
		return []
	busy = engine.merge((item.start, item.end) for refusal in refusals for item in refusal.conflicts)
	return engine.clip(busy, start, end)
