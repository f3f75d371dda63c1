"""Takes a slot: the request is checked, the hosts are locked, and only then is it decided."""

from dataclasses import replace
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.asked import Asked
from scheduler_integration.availability.holds import held_dates, release_hold
from scheduler_integration.availability.offer import DAY, SUGGESTION_DAYS, Offer, make_offer
from scheduler_integration.availability.slots import offered_view
from scheduler_integration.bookings import guard
from scheduler_integration.bookings.assign import choose_hosts
from scheduler_integration.bookings.consequences import bring_about
from scheduler_integration.bookings.record import new_booking
from scheduler_integration.bookings.request import BookingRequest, parse_request
from scheduler_integration.bookings.sessions import join, standing_session
from scheduler_integration.catalogue.hosts import hosts_of
from scheduler_integration.catalogue.lookup import find_page_and_type
from scheduler_integration.clock import iso
from scheduler_integration.exceptions import AlreadyCancelled, SlotTaken
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.present import booking_view
from scheduler_integration.meetings.status import CANCELLED

_OF_THE_CALENDAR = {engine.Reason.BUSY, engine.Reason.BUFFER}


def book(payload: dict[str, Any], now: int) -> dict[str, Any]:
	"""Books a meeting and answers it as docs/api.md shows it; `payload` holds the arguments of `public.book`.

	Everything it stores is stored in the caller's transaction; messages go out after its commit.
	Raises PageNotFound, MeetingTypeNotFound, InvalidRequest, SlotTaken and AlreadyCancelled; the caller then rolls back.
	"""
	page, meeting_type = find_page_and_type(payload.get("slug"), payload.get("meeting_type"))
	request = parse_request(payload, page, meeting_type)
	booking = _earlier(request) or _take(request, page, meeting_type, now)
	return booking_view(booking, now)


def _take(request: BookingRequest, page: Document, meeting_type: Document, now: int) -> Document:
	hosts = hosts_of(meeting_type, page)
	guard.lock_hosts(host.user for host in hosts)
	margin = SUGGESTION_DAYS * DAY
	first, last = request.start - margin, request.start + margin
	asked = Asked(request.duration, request.party, request.hold)
	offer = make_offer(meeting_type, page, asked, first, last, now, lock=True, hosts=hosts)
	request = _as_held(request, meeting_type, offer, now)
	if not offer.is_bookable(request.start, request.parts):
		# The same request may have been answered while this one waited for the lock.
		if earlier := _earlier(request, for_update=True):
			return earlier
		raise slot_taken(offer, request.start, request.duration, request.timezone)
	return _store(request, page, meeting_type, offer, now)


def _as_held(request: BookingRequest, meeting_type: Document, offer: Offer, now: int) -> BookingRequest:
	"""The request, of a guest who doesn't say which days they were shown, for those that they hold.

	Of a meeting over more dates than may be held only the first ones are: they tell nothing of the others.
	"""
	if request.parts or not request.hold or not offer.team.rules or offer.team.rules.days == 1:
		return request
	held = held_dates(request.hold, meeting_type.name, request.start, now)
	return replace(request, parts=held) if len(held) == offer.team.rules.days else request


def _store(request: BookingRequest, page: Document, meeting_type: Document, offer: Offer, now: int) -> Document:
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
	"""What to answer where `start` isn't bookable; `duration` in minutes, `zone` of the instants that are shown."""
	return SlotTaken(
		conflicts=[
			{"start": iso(since, zone), "end": iso(until, zone), "reason": "BUSY"}
			for since, until in _busy_within(offer, start, start + duration * 60)
		],
		suggestions=[offered_view(offer.team, free, duration, zone) for free in offer.nearest(start)],
	)


def _busy_within(offer: Offer, start: int, end: int) -> list[engine.Interval]:
	"""When hosts are busy in a slot that only their calendars keep from being offered; of any other slot, nothing.

	A guest may ask about whatever instant, and must not read a host's nights, past or vacation that way.
	"""
	refusals = [refusal for found in offer.team.refusals(start).values() for refusal in found]
	# Where a date's first start is all that is offered, a later one isn't kept from anybody by the calendar.
	if not refusals or offer.team.rules.first_slot_only or not {each.reason for each in refusals} <= _OF_THE_CALENDAR:
		return []
	busy = engine.merge((item.start, item.end) for refusal in refusals for item in refusal.conflicts)
	return engine.clip(busy, start, end)
