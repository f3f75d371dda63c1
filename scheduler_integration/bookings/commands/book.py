"""Books one meeting, or all dates of a series in one transaction. A single meeting is a series of one date.

The caller has checked the request. `book` first locks the hosts, and then decides whether the dates are free: facts that
were read before the lock may be out of date.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.holds import release_after_commit
from scheduler_integration.availability.offer import Offer, offer_around
from scheduler_integration.availability.series import MARGIN, offer_of_dates, plan_with
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import guard
from scheduler_integration.bookings.assign import Choice, Wish, choose_hosts
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.link_use import claim_link
from scheduler_integration.bookings.record import insert_series, join, joinable_booking, new_booking
from scheduler_integration.bookings.store import insert
from scheduler_integration.bookings.transaction import command
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.catalogue.repeats import FIXED, WantedSeries
from scheduler_integration.exceptions import (
	AlreadyCancelled,
	BookingLinkUsed,
	DatesTaken,
	InvalidRequest,
	PaymentOpen,
	SlotTaken,
)
from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.invited import CONFIRMED
from scheduler_integration.meetings.payment import AWAITING
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.tokens import pay_url
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.parsing.booking_request import BookingRequest
from scheduler_integration.payments.terms import is_charged


@command
def book(request: BookingRequest, bookable: Bookable, now: int) -> Document:
	"""Book a meeting and return the Booking. A request whose idempotency key was used before returns the earlier one.

	Everything is stored in the caller's transaction. Messages go out after its commit. `now` is in epoch seconds.

	With `request.on_behalf` a host or manager books for somebody: minimum notice, booking window and grid don't apply; busy
	times, hours and limits do. The booking needs no confirmation then, whatever its type says: the host has agreed already.

	With `request.series` all its dates are booked, or none, and the first is returned. A booking link is for one date.

	Raises SlotTaken if the slot isn't free, DatesTaken if another date of the series isn't, InvalidRequest if a date that was
	agreed to is too far from the one that it replaces, AlreadyCancelled if the earlier booking was cancelled, and
	BookingLinkUsed and the like if the booking link can't be used. The caller must roll back then.
	"""
	if earlier := _earlier(request):
		return earlier
	# One lock for all dates: nobody else books one of these hosts until the end.
	guard.lock_takers(bookable)
	try:
		if bookable.link:
			claim_link(bookable.link, now)
		dates, choices, offer = _decide(request, bookable, now)
	except (BookingLinkUsed, DatesTaken, SlotTaken) as refusal:
		# If the same request was sent twice, the first may have got the slot or the link while the second waited for the lock.
		if earlier := _earlier(request, for_update=True):
			return earlier
		if unpaid := _own_unpaid(request, bookable, of_link=isinstance(refusal, BookingLinkUsed)):
			raise PaymentOpen(pay_url(unpaid)) from None
		raise
	bookings: list[Document] = []
	for (_by_rule, start), choice in zip(dates, choices, strict=True):
		parts = offer.pool.parts(start, choice.members[0].host.name)
		booking = new_booking(request, bookable, choice.members, parts, now)
		if bookings:
			# The key finds the first date, and with it the series.
			booking.idempotency_key = None
		if standing := joinable_booking(choice.members, start):
			join(booking, standing)
		bookings.append(booking)
	if request.series and not bookable.link:
		insert_series(request.series, bookings, [by_rule for by_rule, _start in dates], bookable.page.timezone)
	insert(*bookings)
	actor = Actor.HOST if request.on_behalf else Actor.ATTENDEE
	turns = zip(bookings, choices, strict=True)
	run_consequences(*(Change(Kind.BOOKED, booking, now, choice.turn, by=actor) for booking, choice in turns))
	release_after_commit(request.hold)
	return bookings[0]


def _decide(request: BookingRequest, bookable: Bookable, now: int) -> tuple[list[tuple[int, int]], list[Choice], Offer]:
	"""Return the dates to book, each as its start by the rule and its real start, the hosts who take them, and what is offered."""
	by_host, zone, series = request.on_behalf is not None, bookable.page.timezone, request.series
	wanted = SlotRequest(request.duration, request.party, request.hold, by_host=by_host)
	# The booking window binds the first date.
	offer = offer_around(bookable, wanted, request.start, now, lock=True)
	parts = offer.held_parts(request, bookable.meeting_type.name, now)
	asked = offer.only(request.host) if request.host else offer
	asked.check_bookable(request.start, request.duration, request.timezone, dates=parts, any_start=by_host)
	wish = Wish(request.start, parts, request.attendee_email, request.host)
	if not series or bookable.link:
		offer = offer.with_any_start() if by_host else offer
		choices = choose_hosts(offer, [request.start], wish, bookable.meeting_type, bookable.page)
		return [(request.start, request.start)], choices, offer
	planned = _agreed(request.start, series, zone)
	by_rule, dates = [rule for rule, _start in planned], [(rule, start) for rule, start in planned if start is not None]
	starts = [start for _rule, start in dates]
	listed = offer_of_dates(bookable, wanted, [*by_rule, *starts], now, lock=True)
	offer = listed.with_any_start() if by_host else listed
	choices = choose_hosts(offer, starts, wish, bookable.meeting_type, bookable.page)
	if bookable.meeting_type.repeats == FIXED and not by_host:
		# Nobody leaves out a date that can be booked with those that were agreed to.
		left_out = {rule for rule, start in planned if start is None} - set(starts)
		choices = [] if any(offer.takers_of(sorted([*starts, each])) for each in left_out) else choices
	if not choices:
		raise DatesTaken(plan_with(listed, by_rule, series.weeks, zone, any_start=by_host), request.timezone)
	return dates, choices, offer


def _agreed(first: int, series: WantedSeries, zone: str) -> list[tuple[int, int | None]]:
	"""Return the dates from `first` on: the start by the rule, and the one agreed to, None if it is left out."""
	by_rule = engine.series_starts(first, series.weeks, series.count, zone)
	dates = list(zip(by_rule, series.agreed or by_rule, strict=True))
	if any(start and abs(start - rule) > MARGIN for rule, start in dates):
		raise InvalidRequest(details={"dates": _("Give the dates as they were offered.")})
	return dates


def _own_unpaid(request: BookingRequest, bookable: Bookable, *, of_link: bool) -> Document | None:
	"""Return the booking by the same person that still waits for its payment: of the same link, or of the same time.

	Anybody can type an address and a name. So this person has the same booking link, or has entered a code for the address. The
	browser that made the booking finds it by its key (`_earlier`). The title of a booking link is for the person who has it.
	"""
	if not of_link and request.address_status != CONFIRMED:
		return None
	link = bookable.link.name if bookable.link else None
	wanted = {
		"meeting_type": bookable.meeting_type.name,
		"attendee_email": request.attendee_email,
		"payment_status": AWAITING,
		**({"booking_link": link} if of_link else {"starts_at": request.start}),
	}
	name = is_charged(bookable.meeting_type) and frappe.db.get_value("Booking", wanted, "name")
	if not name:
		return None
	unpaid = frappe.get_doc("Booking", name)
	before, after = (" ".join(str(each).casefold().split()) for each in (unpaid.attendee_name, request.attendee_name))
	return unpaid if before == after and (unpaid.booking_link or None) == link else None


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
