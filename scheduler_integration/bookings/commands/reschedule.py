"""Moves a meeting to another time.

A new booking takes the place of the earlier one, in one transaction under the lock of all hosts involved:

1. The earlier booking becomes Rescheduled and loses its buckets and seats. So its time, buffers and seats are free for
   the new booking, and no limit counts it.
2. The new time is checked and taken as for a new booking. If it isn't free, the caller rolls back, and the meeting stays
   where it was.
3. The new booking keeps attendee, hosts, answers, manage key, and the invitation's UID with a higher sequence. It
   follows the earlier one in the chain (meetings/chain.py).

The dates of a series that move with one of them move by as many days and as much time of day, all in one transaction, or
those that the person has agreed to. Their hosts stay the same.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.holds import release_after_commit
from scheduler_integration.availability.offer import Offer, offer_around
from scheduler_integration.availability.series import MARGIN, offer_of_dates, plan_with
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import guard, ledger
from scheduler_integration.bookings.assign import Choice, Wish, choose_hosts
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.host_time import check_hosts_have_time
from scheduler_integration.bookings.record import join, joinable_booking, successor
from scheduler_integration.bookings.store import insert, save
from scheduler_integration.bookings.together import dates_in, together
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import DatesTaken, InvalidRequest, NotPermitted, TransitionNotAllowed
from scheduler_integration.meetings.changes import Change, Kind, bookings_of
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import moves_late, waits_for_payment
from scheduler_integration.meetings.policy import has_begun_over_several_days, is_given_back, reschedule_refusal
from scheduler_integration.meetings.rescheduling import bookable_for, main_first, slot_request_for
from scheduler_integration.meetings.series import ONE, moves_with, rows_of, rule_of
from scheduler_integration.meetings.sessions import new_session_uid, others_in_session, session_key
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.meetings.transitions import Actor, check_transition, transition_refusal
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.permissions import is_manager


class _Date(NamedTuple):
	"""A booking that moves, and its new start in epoch seconds. `by_rule` is set if the rule of its series moves with it."""

	former: Document
	start: int
	by_rule: int | None = None


class _Plan(NamedTuple):
	"""The dates that move, whose time was given back, and who takes them. `offer` is that without the former bookings."""

	dates: Sequence[_Date]
	offer: Offer
	choice: Choice


@command
def reschedule_by_token(token: str, request: RescheduleRequest, now: int, scope: str = ONE) -> AttendeeBooking:
	"""Move the meeting of the manage link's `token`, as its attendee, and return the new booking.

	With a `scope` of `meetings.series`, other dates of its series move with it, except for those that begin too soon. A request
	whose idempotency key was used before returns the booking as it is. `now` is in epoch seconds.

	Raises BookingNotFound, the errors of `policy.reschedule_refusal`, InvalidRequest if the time is the present one, the
	duration isn't offered or a reason is missing, HostLeft, SlotTaken, and DatesTaken if another date isn't free and
	`request.dates` says nothing about it. The caller must roll back then.
	"""
	booking = find_by_token(token, for_update=True)
	meeting_type, key = frappe.get_cached_doc("Meeting Type", booking.meeting_type), None
	if request.idempotency_key:
		# The bookings of a chain share the manage key.
		bound = "\n".join(("reschedule", booking.manage_key, request.idempotency_key))
		key = hashlib.sha256(bound.encode()).hexdigest()
		# Compare with the last booking, which was read with a lock. If the same request was sent twice, only such a read shows
		# the second request what the first has stored.
		if booking.idempotency_key == key or frappe.db.exists("Booking", {"idempotency_key": key}):
			return for_attendee(booking, now)
	if refusal := reschedule_refusal(booking, meeting_type, now):
		raise refusal
	if meeting_type.reschedule_reason == "Required" and not request.reason:
		raise InvalidRequest(details={"reason": _("Please say why.")})
	if scope == ONE:
		plan = _to_free_time(booking, request, now)
	else:
		dates = [each for each in dates_in(booking, scope, now) if not reschedule_refusal(each, meeting_type, now)]
		plan = _with_series(booking, dates, request, Actor.ATTENDEE, now)

	def fields(former: Document) -> dict[str, object]:
		return {
			"status": "Pending" if meeting_type.requires_confirmation else "Scheduled",
			"attendee_moves": (former.attendee_moves or 0) + (not former.reschedule_asked_at),
			"moved_late": moves_late(former, now),
			"idempotency_key": key if former is booking else None,
		}

	new = _move(booking, plan, request, Actor.ATTENDEE, now, fields)
	release_after_commit(request.hold)
	return for_attendee(new, now)


@command
def reschedule_by_host(
	name: str,
	request: RescheduleRequest,
	now: int,
	*,
	scope: str = ONE,
	force: bool = False,
	for_all: bool = False,
) -> HostBooking:
	"""Move the booking `name` as the signed-in host or manager, and return the new booking; all hosts stay the same.

	With `for_all`, all open bookings of its session move, with a `scope` of `meetings.series` other dates of its series.
	Minimum notice, booking window and grid bind attendees only. With `force`, which is for managers, the hosts' hours, limits
	and buffers are ignored too; only a busy time or booking that overlaps the meeting itself prevents it.

	Raises BookingNotFound, AlreadyCancelled, NotPermitted, InvalidRequest if the time is past or the present one or the
	duration isn't offered, and TimeNotFree, SlotTaken or DatesTaken. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	check_transition(booking, "Rescheduled", Actor.HOST, now)
	if force and scope == ONE and not is_manager():
		raise NotPermitted(_("Only a Scheduling Manager can move a meeting against the rules."))
	if has_begun_over_several_days(booking, now):
		raise TransitionNotAllowed(_("The first day of this meeting has begun."))
	if request.start <= now:
		raise InvalidRequest(details={"start": _("Choose a time in the future.")})
	if scope == ONE:
		plan = _to_hosts_time(booking, request, now, force=force, for_all=for_all)
	else:
		dates = [
			each
			for each in dates_in(booking, scope, now)
			if not transition_refusal(each, "Rescheduled", Actor.HOST, now)
		]
		plan = _with_series(booking, dates, request, Actor.HOST, now)

	def fields(former: Document) -> dict[str, object]:
		# Other attendees of the session may not have paid yet.
		status = "Pending" if waits_for_payment(former) else "Scheduled"
		return {"status": status, "attendee_moves": former.attendee_moves}

	return for_host(_move(booking, plan, request, Actor.HOST, now, fields, as_one=for_all), now)


def _to_free_time(booking: Document, request: RescheduleRequest, now: int) -> _Plan:
	"""Give the booking's time back, and choose the hosts at the new time, at which an attendee must be able to book."""
	bookable, wanted = bookable_for(booking), slot_request_for(booking, request.duration, request.hold)
	_check_differs(booking, request, wanted)
	guard.lock_hosts([*booking.host_users(), *bookable.users])
	was_given_back = is_given_back(booking)
	_close([booking])
	offer = offer_around(bookable, wanted, request.start, now, lock=True)
	parts = offer.held_parts(request, bookable.meeting_type.name, now)
	offer.check_bookable(request.start, wanted.duration, booking.timezone, dates=parts, besides=booking.starts_at)
	free = offer.assignable_hosts(request.start, parts)
	own = [each.member for each in free if each.user == booking.host]
	if offer.assignment == "Collective" and not offer.at_least:
		free.sort(key=lambda each: each.user != booking.host)
		choice = Choice([each.member for each in free])
	elif own and not offer.at_least:
		choice = Choice(own)
	else:
		# A round robin's next host takes it. The booking's own entries mustn't count when they are chosen.
		if not was_given_back:
			ledger.take_back(booking)
		wish = Wish(request.start, parts, booking.attendee_email)
		choice = choose_hosts(offer, [request.start], wish, bookable.meeting_type, bookable.page)[0]
	return _Plan([_Date(booking, request.start)], offer, choice)


def _to_hosts_time(booking: Document, request: RescheduleRequest, now: int, *, force: bool, for_all: bool) -> _Plan:
	"""Give back the time of the booking, or of its session, and check that its hosts have time at the new one."""
	bookable, wanted = bookable_for(booking, same_hosts=True), slot_request_for(booking, request.duration)
	_check_differs(booking, request, wanted)
	guard.lock_hosts(booking.host_users())
	moving = together(booking) if for_all else [booking]
	_close(moving)
	offer = offer_around(bookable, wanted, request.start, now, lock=True)
	members = [offer.member(user) for user in main_first(booking)]
	if for_all or not joinable_booking(members, request.start):
		check_hosts_have_time(offer, members, request.start, booking, now, force=force)
	return _Plan([_Date(each, request.start) for each in moving], offer, Choice(members))


def _with_series(booking: Document, able: Sequence[Document], request: RescheduleRequest, by: Actor, now: int) -> _Plan:
	"""Give back the time of those `able` dates of the series that move with the booking, and check that all can be moved."""
	if not booking.series:
		raise InvalidRequest(details={"scope": _("This meeting isn't part of a series.")})
	wanted = replace(slot_request_for(booking, hold=request.hold), by_host=by is Actor.HOST)
	_check_differs(booking, request, wanted)
	rule = rule_of(booking.series)
	starts, moving = _agreed([each for each in able if moves_with(booking, each)], booking, request, rule.zone)
	guard.lock_hosts(booking.host_users())
	_close([each.former for each in moving])
	bookable, coming = bookable_for(booking, same_hosts=True), [each.start for each in moving]
	if by is Actor.ATTENDEE and request.start > booking.starts_at + MARGIN:
		# The dates of a series lie beyond the booking window, but nobody moves them farther than they could book.
		offer = offer_around(bookable, wanted, request.start, now, lock=True)
		offer.check_bookable(request.start, wanted.duration, booking.timezone)
	offer = offer_of_dates(bookable, wanted, [*starts, *coming], now, lock=True)
	offer = offer.with_any_start() if by is Actor.HOST else offer
	if not engine.hosts_in_turn(offer.pool, coming):
		raise DatesTaken(plan_with(offer, starts, rule.weeks, rule.zone), booking.timezone)
	if any(row.status in LIVE for row in rows_of(booking.series)):
		# The rule moves only if every date does. Otherwise each moved date is an exception of it.
		moving = [each._replace(by_rule=None) for each in moving]
	return _Plan(moving, offer, Choice([offer.member(user) for user in main_first(booking)]))


def _agreed(
	coming: Sequence[Document], booking: Document, request: RescheduleRequest, zone: str
) -> tuple[list[int], list[_Date]]:
	"""Return the new starts of the dates that are `coming`, and those that move: all, or those to which the person agreed."""
	starts = engine.moved_starts([each.starts_at for each in coming], booking.starts_at, request.start, zone)
	by_rule = engine.moved_starts([each.series_date for each in coming], booking.starts_at, request.start, zone)
	agreed = request.dates or tuple(starts)
	if len(agreed) == len(coming):
		moving = [
			_Date(date, start, rule)
			for date, start, rule in zip(coming, agreed, by_rule, strict=True)
			if start not in (None, date.starts_at)
		]
		far = [start for start, rule in zip(agreed, starts, strict=True) if start and abs(start - rule) > MARGIN]
		if not far and (booking, request.start) in [each[:2] for each in moving]:
			return starts, moving
	raise InvalidRequest(details={"dates": _("Give the dates as they were offered.")})


def _check_differs(booking: Document, request: RescheduleRequest, wanted: SlotRequest) -> None:
	"""Raise InvalidRequest if the meeting is at the wanted time already."""
	is_same = (request.start, wanted.duration) == (booking.starts_at, booking.duration_minutes)
	if is_same and booking.status != "Rescheduled":
		raise InvalidRequest(details={"start": _("The meeting is at this time already. Choose another.")})


def _close(bookings: Sequence[Document]) -> None:
	"""Give back the time of bookings that others replace."""
	for booking in bookings:
		booking.flags.update(status_before=booking.status, was_given_back=is_given_back(booking))
		booking.update({"status": "Rescheduled", "sequence": booking.sequence + 1})
	save(*bookings)


def _move(
	booking: Document,
	plan: _Plan,
	request: RescheduleRequest,
	by: Actor,
	now: int,
	fields: Callable[[Document], dict[str, object]],
	*,
	as_one: bool = False,
) -> Document:
	"""Store the bookings that take the places of those that move, with the consequences, and return that of `booking`.

	`as_one`: they are a session that moves as a whole. Otherwise each joins the session at its new time, if there is one.
	"""
	members, changes, uids = plan.choice.members, list[Change](), dict[str, str]()
	for former, start, by_rule in plan.dates:
		new = successor(former, members, plan.offer.pool.parts(start, members[0].host.name))
		new.update({"rescheduled_by": by.value, "reschedule_reason": request.reason, **fields(former)})
		new.series_date = new.series_date if by_rule is None else by_rule
		if former.session:
			# The session's entry in the hosts' calendars moves with it, unless others stay.
			uids[former.session] = uids.get(former.session) or (
				new_session_uid() if others_in_session(former) else former.session_uid
			)
			key = session_key(new.meeting_type, start, new.host)
			new.update({"session": key, "session_uid": uids[former.session]})
		standing = None if as_one else joinable_booking(members, start)
		turn = _turn(plan.choice, former, joins=bool(standing), moves_alone=not as_one)
		if standing:
			join(new, standing)
		# The host of the earlier booking leaves if another one takes the meeting, but not a session that goes on without this
		# attendee.
		leaves = (former.session_uid or None) == (new.session_uid or None) and former.host not in new.host_users()
		changes.append(
			Change(
				Kind.RESCHEDULED,
				new,
				now,
				turn,
				by=by,
				moved_from=former,
				leaving=former.host if leaves else None,
				reason=new.reschedule_reason,
				status_before=former.flags.status_before,
			)
		)
	insert(*bookings_of(changes))
	run_consequences(*changes)
	return next(change.booking for change in changes if change.moved_from is booking)


def _turn(choice: Choice, booking: Document, *, joins: bool, moves_alone: bool) -> engine.Turn | None:
	"""Return the turn to enter into the ledger. Without a turn, the new booking takes over the entries.

	It does so if the meeting moves as a whole. If one attendee leaves a session that goes on, or joins another one, each
	session keeps its entries. The moved booking then changes no credit: its turn gives the host what the host pays.
	"""
	was_given_back = booking.flags.was_given_back
	if choice.turn or not booking.turn_shares:
		return choice.turn
	if was_given_back and not booking.session:
		ledger.enter_again(booking)
		return None
	if joins or was_given_back or (moves_alone and others_in_session(booking)):
		ledger.take_back(booking)
		host = choice.members[0].host.name
		return engine.Turn(host, {host: engine.BOOKING})
	return None
