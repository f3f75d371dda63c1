"""Books several dates at once, of a meeting type that repeats: all of them in one transaction, or none.

`take_series` is called by `book`, which has looked for an earlier booking with the same idempotency key.
"""

from collections.abc import Sequence
from dataclasses import replace

from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.holds import release_after_commit
from scheduler_integration.availability.offer import DAY, offer_around
from scheduler_integration.availability.series import Rule, SeriesOffer, offer_series
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import guard
from scheduler_integration.bookings.assign import Choice, Wish, choose_for_series
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.record import new_booking
from scheduler_integration.bookings.series import insert_series
from scheduler_integration.bookings.sessions import join, joinable_booking
from scheduler_integration.bookings.store import insert
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.catalogue.repeats import FIXED
from scheduler_integration.engine import WIDEST_DAYS
from scheduler_integration.exceptions import DatesTaken, InvalidRequest
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.parsing.booking_request import BookingRequest
from scheduler_integration.parsing.series import WantedSeries


def take_series(request: BookingRequest, wanted: WantedSeries, bookable: Bookable, now: int) -> list[Document]:
	"""Book the dates of the series, and return their Bookings in order. The caller rolls back if it raises an error.

	Raises SlotTaken if the first date isn't free, DatesTaken if another one isn't, and InvalidRequest if a date that was agreed
	to is too far from the one that it replaces.
	"""
	# One lock for all dates, in the guard's order: nobody else books one of these hosts until the end.
	guard.lock_takers(bookable)
	by_host = request.on_behalf is not None
	asked = SlotRequest(request.duration, request.party, request.hold, by_host=by_host)
	# The booking window binds the first date.
	around_first = offer_around(bookable, asked, request.start, now, lock=True)
	if request.host:
		around_first = around_first.only(request.host)
	around_first.check_bookable(request.start, request.duration, request.timezone, any_start=by_host)
	rule = Rule(request.start, wanted.weeks, wanted.count, bookable.page.timezone)
	dates = _dates(rule, wanted.agreed)
	starts = [start for _by_rule, start in dates]
	series = offer_series(bookable, asked, rule, starts, now, lock=True)
	if bookable.meeting_type.repeats == FIXED and not by_host and _leaves_out_free(series, rule, wanted.agreed):
		raise DatesTaken(series.plan(rule.starts), request.timezone)
	wish = Wish(request.start, (), request.attendee_email, request.host)
	choices = choose_for_series(series, starts, wish, bookable.meeting_type, bookable.page)
	if not choices:
		raise DatesTaken(series.plan(rule.starts), request.timezone)
	return _store(request, wanted, bookable, dates, choices, now)


def _dates(rule: Rule, agreed: Sequence[int | None]) -> list[tuple[int, int]]:
	"""Return the dates to book, in order, each as its start by the rule and its real start."""
	if not agreed:
		return [(start, start) for start in rule.starts]
	dates = [(by_rule, start) for by_rule, start in zip(rule.starts, agreed, strict=True) if start is not None]
	if any(abs(start - by_rule) > WIDEST_DAYS * DAY for by_rule, start in dates):
		raise InvalidRequest(details={"dates": _("Give the dates as they were offered.")})
	return dates


def _leaves_out_free(series: SeriesOffer, rule: Rule, agreed: Sequence[int | None]) -> bool:
	"""Whether a date was left out that can be booked with the dates that were agreed to."""
	left_out = [by_rule for by_rule, start in zip(rule.starts, agreed, strict=False) if start is None]
	starts = [start for start in agreed if start is not None]
	fits = series.together if series.offer.assignment == "Collective" else series.able
	return any(each not in starts and fits(sorted([*starts, each])) for each in left_out)


def _store(
	request: BookingRequest,
	wanted: WantedSeries,
	bookable: Bookable,
	dates: Sequence[tuple[int, int]],
	choices: Sequence[Choice],
	now: int,
) -> list[Document]:
	bookings: list[Document] = []
	for (by_rule, start), choice in zip(dates, choices, strict=True):
		# The key finds the first date, and with it the series.
		of_date = replace(request, start=start, idempotency_key=None if bookings else request.idempotency_key)
		parts = [(start, start + request.duration * 60)]
		booking = new_booking(of_date, bookable.page, bookable.meeting_type, choice.members, parts, now)
		booking.series_date = by_rule
		if booking.session and (standing := joinable_booking(choice.members, start)):
			join(booking, standing)
		bookings.append(booking)
	series = insert_series(request, wanted, bookings[0], bookable.page.timezone)
	for booking in bookings:
		booking.series = series
		# All dates are paid at once.
		booking.pay_until = bookings[0].pay_until
	insert(*bookings)
	actor = Actor.HOST if request.on_behalf else Actor.ATTENDEE
	changes = zip(bookings, choices, strict=True)
	run_consequences(*(Change(Kind.BOOKED, booking, now, choice.turn, by=actor) for booking, choice in changes))
	release_after_commit(request.hold)
	return bookings
