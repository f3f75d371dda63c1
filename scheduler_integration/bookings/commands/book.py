"""Books a slot.

The caller has checked the request. `book` first locks the hosts, and then decides whether the slot is free: facts that
were read before the lock may be out of date.
"""

from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.holds import release_after_commit
from scheduler_integration.availability.offer import Offer, offer_around
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.blank_records import reuse_blank_records
from scheduler_integration.bookings import guard
from scheduler_integration.bookings.assign import Wish, choose_hosts
from scheduler_integration.bookings.commands.book_series import take_series
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.link_use import claim_link
from scheduler_integration.bookings.record import new_booking
from scheduler_integration.bookings.sessions import join, joinable_booking
from scheduler_integration.bookings.transaction import command
from scheduler_integration.catalogue.booking_links import LinkTerms
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.exceptions import AlreadyCancelled, BookingLinkUsed, DatesTaken, PaymentOpen, SlotTaken
from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.payment import AWAITING
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.tokens import pay_url
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.parsing.booking_request import BookingRequest
from scheduler_integration.parsing.series import WantedSeries
from scheduler_integration.payments.terms import is_charged


@command
def book(request: BookingRequest, bookable: Bookable, now: int) -> Document:
	"""Book a meeting and return the Booking. A request whose idempotency key was used before returns the earlier one.

	Everything is stored in the caller's transaction. Messages go out after its commit. `now` is in epoch seconds.

	With `request.on_behalf` a host or manager books for somebody: minimum notice, booking window and grid don't apply; busy
	times, hours and limits do. The booking needs no confirmation then, whatever its type says: the host has agreed already.

	With `request.series` several dates are booked, and the first is returned (`commands/book_series.py`).

	Raises SlotTaken if the slot isn't free, DatesTaken if another date of the series isn't, AlreadyCancelled if the earlier
	booking was cancelled, and BookingLinkUsed and the like if the booking link can't be used. The caller must roll back then.
	"""
	return _earlier(request) or _take(request, bookable, now)


def _take(request: BookingRequest, bookable: Bookable, now: int) -> Document:
	if request.series and not bookable.link:
		return _take_series(request, request.series, bookable, now)
	guard.lock_takers(bookable)
	if bookable.link:
		# If the same request was sent twice, the first may have used the link while the second waited for the lock.
		if earlier := _earlier(request, for_update=True):
			return earlier
		_claim(bookable.link, request, bookable, now)
	by_host = request.on_behalf is not None
	wanted = SlotRequest(request.duration, request.party, request.hold, by_host=by_host)
	offer = offer_around(bookable, wanted, request.start, now, lock=True)
	request = replace(request, parts=offer.held_parts(request, bookable.meeting_type.name, now))
	asked = offer.only(request.host) if request.host else offer
	try:
		asked.check_bookable(request.start, request.duration, request.timezone, dates=request.parts, any_start=by_host)
	except SlotTaken:
		# If the same request was sent twice, the first may have got the slot while the second waited for the lock.
		if earlier := _earlier(request, for_update=True):
			return earlier
		if unpaid := _own_unpaid(request, bookable):
			raise PaymentOpen(pay_url(unpaid)) from None
		raise
	return _store(request, bookable, offer.with_any_start() if by_host else offer, now)


def _claim(link: LinkTerms, request: BookingRequest, bookable: Bookable, now: int) -> None:
	"""Claim the use of the booking link. Who took it and has yet to pay is led to that payment."""
	try:
		claim_link(link, now)
	except BookingLinkUsed:
		if unpaid := _own_unpaid(request, bookable, booking_link=link.name):
			raise PaymentOpen(pay_url(unpaid)) from None
		raise


def _take_series(request: BookingRequest, series: WantedSeries, bookable: Bookable, now: int) -> Document:
	try:
		return take_series(request, series, bookable, now)[0]
	except (SlotTaken, DatesTaken):
		if earlier := _earlier(request, for_update=True):
			return earlier
		if unpaid := _own_unpaid(request, bookable):
			raise PaymentOpen(pay_url(unpaid)) from None
		raise


def _own_unpaid(request: BookingRequest, bookable: Bookable, **where: str | int) -> Document | None:
	"""Return the booking by the same person that still waits for its payment: of the same time, or the one `where` finds.

	Anybody can type the address. The provider's page may show the name too, and the title of a booking link is for the person
	who has the link.
	"""
	wanted = {
		"meeting_type": bookable.meeting_type.name,
		"attendee_email": request.attendee_email,
		"payment_status": AWAITING,
		**(where or {"starts_at": request.start}),
	}
	name = is_charged(bookable.meeting_type) and frappe.db.get_value("Booking", wanted, "name")
	unpaid = frappe.get_doc("Booking", name) if name else None
	return unpaid if unpaid and _is_of(unpaid, request, bookable) else None


def _is_of(unpaid: Document, request: BookingRequest, bookable: Bookable) -> bool:
	before, after = (" ".join(str(name).casefold().split()) for name in (unpaid.attendee_name, request.attendee_name))
	return before == after and (unpaid.booking_link or None) == (bookable.link.name if bookable.link else None)


def _store(request: BookingRequest, bookable: Bookable, offer: Offer, now: int) -> Document:
	page, meeting_type = bookable.page, bookable.meeting_type
	wish = Wish(request.start, request.parts, request.attendee_email, request.host)
	choice = choose_hosts(offer, wish, meeting_type, page)
	parts = offer.pool.parts(request.start, choice.members[0].host.name)
	booking = new_booking(request, page, meeting_type, choice.members, parts, now)
	if link := bookable.link:
		booking.update({"booking_link": link.name, "own_title": link.title or None})
	if standing := joinable_booking(choice.members, request.start):
		join(booking, standing)
	# Insert a new booking. Its links and its hosts' Users aren't read again. This transaction has read them
	# already.
	reuse_blank_records()
	booking.flags.update(ignore_links=True, people=bookable.people)
	# Frappe compares the record with its earlier version, and a new booking has none.
	booking.flags.ignore_version = True
	# The attendee has no rights on Booking and usually isn't signed in. `_take` has decided that they may book.
	booking.insert(ignore_permissions=True)
	booking.flags.update(ignore_links=False, ignore_version=False)
	actor = Actor.HOST if request.on_behalf else Actor.ATTENDEE
	run_consequences(Change(Kind.BOOKED, booking, now, choice.turn, by=actor))
	release_after_commit(request.hold)
	return booking


def _earlier(request: BookingRequest, for_update: bool = False) -> Document | None:
	"""Return the booking that the same request made before, or the one that took its place, or None.

	Raises AlreadyCancelled if that booking was cancelled since: the caller wants a meeting, not a cancelled one.
	"""
	if not request.idempotency_key:
		return None
	name = frappe.db.get_value("Booking", {"idempotency_key": request.idempotency_key}, "name", for_update=for_update)
	# Both reads lock or neither does. After the wait for the lock, an ordinary read still sees the state from before
	# the wait and wouldn't find the booking.
	booking = latest(frappe.get_doc("Booking", name, for_update=for_update), for_update=for_update) if name else None
	if booking and booking.status in RELEASED:
		raise AlreadyCancelled(
			_("This meeting was booked and has been cancelled since. Please book again with a new request.")
		)
	return booking
