"""Moves several dates of a series at once: as one of them is moved, by as many days and as much time of day.

All of them are moved in one transaction, or those that the person has agreed to. The hosts stay the same. See
`commands/reschedule.py` for what moving a single booking means.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.holds import release_after_commit
from scheduler_integration.availability.offer import Offer, make_offer, offer_around
from scheduler_integration.availability.series import MARGIN, SeriesOffer
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import guard
from scheduler_integration.bookings.assign import Choice
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.moving import (
	check_differs,
	close_moved,
	find_to_move,
	moved,
	session_uid_of,
	successor_at,
	with_turn,
)
from scheduler_integration.bookings.series import dates_in
from scheduler_integration.bookings.sessions import join, joinable_booking
from scheduler_integration.bookings.store import insert
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import DatesTaken, InvalidRequest
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import moves_late
from scheduler_integration.meetings.policy import reschedule_refusal
from scheduler_integration.meetings.rescheduling import bookable_for, main_first
from scheduler_integration.meetings.series import moves_with, rows_of, rule_of
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
from scheduler_integration.meetings.transitions import Actor, check_transition, transition_refusal
from scheduler_integration.parsing.reschedule_request import RescheduleRequest


class _Date(NamedTuple):
	"""A date that moves: its booking, its new start, and its new start by the rule, epoch seconds."""

	former: Document
	start: int
	by_rule: int


class _Move(NamedTuple):
	"""A date whose time was given back, its unsaved successor, and the turn that the move adds to the ledger."""

	former: Document
	new: Document
	turn: engine.Turn | None


@command
def reschedule_series_by_token(token: str, request: RescheduleRequest, scope: str, now: int) -> AttendeeBooking:
	"""Move the meeting of the manage link's `token` and the other dates of its series in the `scope`, as its attendee.

	Returns the new booking. Dates that begin too soon to be moved stay. Raises the errors of `reschedule_by_token`, and
	DatesTaken if a date isn't free and `request.dates` says nothing about it.
	"""
	booking, meeting_type, key, is_done = find_to_move(token, request, now)
	if is_done:
		return for_attendee(booking, now)
	dates = [each for each in dates_in(booking, scope, now) if not reschedule_refusal(each, meeting_type, now)]
	moves = _move(booking, dates, request, Actor.ATTENDEE, now)
	for each in moves:
		each.new.status = "Pending" if meeting_type.requires_confirmation else "Scheduled"
		each.new.attendee_moves = (each.former.attendee_moves or 0) + 1
		each.new.moved_late = moves_late(each.former, now)
	new = _of(booking, moves)
	new.idempotency_key = key
	_store(moves, Actor.ATTENDEE, now)
	release_after_commit(request.hold)
	return for_attendee(new, now)


@command
def reschedule_series_by_host(name: str, request: RescheduleRequest, scope: str, now: int) -> HostBooking:
	"""Do the same as the signed-in host or manager. Minimum notice, booking window and grid don't apply.

	Raises the errors of `reschedule_by_host`, and DatesTaken.
	"""
	booking = find_for_host(name, "write", for_update=True)
	check_transition(booking, "Rescheduled", Actor.HOST, now)
	if request.start <= now:
		raise InvalidRequest(details={"start": _("Choose a time in the future.")})
	dates = [
		each for each in dates_in(booking, scope, now) if not transition_refusal(each, "Rescheduled", Actor.HOST, now)
	]
	moves = _move(booking, dates, request, Actor.HOST, now)
	for each in moves:
		each.new.update({"status": "Scheduled", "attendee_moves": each.former.attendee_moves})
	_store(moves, Actor.HOST, now)
	return for_host(_of(booking, moves), now)


def _move(
	booking: Document, coming: Sequence[Document], request: RescheduleRequest, by: Actor, now: int
) -> list[_Move]:
	"""Give back the time of the dates that move, and make their successors."""
	if not booking.series:
		raise InvalidRequest(details={"scope": _("This meeting isn't part of a series.")})
	wanted = SlotRequest(
		booking.duration_minutes, booking.seats or 1, request.hold, by_host=by is Actor.HOST, in_series=True
	)
	check_differs(booking, request, wanted)
	rule = rule_of(booking.series)
	with_it = [each for each in coming if moves_with(booking, each)]
	starts = engine.moved_starts([each.starts_at for each in with_it], booking.starts_at, request.start, rule.zone)
	dates = _agreed(booking, with_it, starts, request, rule.zone)
	guard.lock_hosts(booking.host_users())
	close_moved([each.former for each in dates])
	span = [*starts, *(each.start for each in dates)]
	bookable = bookable_for(booking, same_hosts=True)
	if by is Actor.ATTENDEE and request.start > booking.starts_at + MARGIN:
		# The dates of a series lie beyond the booking window, but nobody moves them farther than they could book.
		around = offer_around(bookable, replace(wanted, in_series=False), request.start, now, lock=True)
		around.check_bookable(request.start, wanted.duration, booking.timezone)
	offer = make_offer(bookable, wanted, min(span) - MARGIN, max(span) + MARGIN, now, lock=True)
	offer = offer.with_any_start() if by is Actor.HOST else offer
	if not engine.hosts_in_turn(offer.pool, [each.start for each in dates]):
		raise DatesTaken(SeriesOffer(offer, rule.weeks, rule.zone).plan(starts), booking.timezone)
	members = [offer.member(user) for user in main_first(booking)]
	# If every date moves, the rule moves with them. Otherwise each moved date is an exception of the rule.
	is_whole = not any(row.status in LIVE for row in rows_of(booking.series))
	return [_moved_date(each, offer, members, replace(request, start=each.start), by, is_whole) for each in dates]


def _moved_date(
	date: _Date, offer: Offer, members: Sequence[engine.Member], request: RescheduleRequest, by: Actor, is_whole: bool
) -> _Move:
	new = successor_at(date.former, offer, members, request, by, session_uid_of(date.former))
	if is_whole:
		new.series_date = date.by_rule
	standing = joinable_booking(members, date.start) if new.session else None
	if standing:
		join(new, standing)
	return _Move(date.former, new, with_turn(Choice(members), date.former, joins=bool(standing)).turn)


def _agreed(
	booking: Document, dates: Sequence[Document], starts: Sequence[int], request: RescheduleRequest, zone: str
) -> list[_Date]:
	"""Return the dates that move: all, or those to which the person has agreed. Raises InvalidRequest."""
	agreed = request.dates or tuple(starts)
	far = any(
		start is not None and abs(start - by_rule) > MARGIN for start, by_rule in zip(agreed, starts, strict=False)
	)
	if len(agreed) != len(dates) or far:
		raise InvalidRequest(details={"dates": _("Give the dates as they were offered.")})
	by_rule = engine.moved_starts([each.series_date for each in dates], booking.starts_at, request.start, zone)
	moving = [
		_Date(date, start, rule)
		for date, start, rule in zip(dates, agreed, by_rule, strict=True)
		if start is not None and start != date.starts_at
	]
	if not any(each.former is booking and each.start == request.start for each in moving):
		raise InvalidRequest(details={"dates": _("Give the dates as they were offered.")})
	return moving


def _of(booking: Document, moves: Sequence[_Move]) -> Document:
	return next(each.new for each in moves if each.former is booking)


def _store(moves: Sequence[_Move], by: Actor, now: int) -> None:
	insert(*(each.new for each in moves))
	changes = [(Change(Kind.RESCHEDULED, each.new, now, each.turn, by=by), each) for each in moves]
	run_consequences(*(moved(change, each.new, each.former) for change, each in changes))
