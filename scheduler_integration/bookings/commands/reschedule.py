"""Moves a meeting to another time.

A new booking takes the place of the earlier one, in one transaction under the lock of all hosts involved:

1. The earlier booking becomes Rescheduled and loses its buckets and seats. So its time, buffers and seats are free for
   the new booking, and no limit counts it.
2. The new time is checked and taken as for a new booking. If it isn't free, the caller rolls back, and the meeting stays
   where it was.
3. The new booking keeps attendee, hosts, answers, manage key, and the invitation's UID with a higher sequence. It
   follows the earlier one in the chain (meetings/chain.py).
"""

from collections.abc import Sequence
from dataclasses import replace

from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.holds import release_after_commit
from scheduler_integration.availability.offer import Offer, offer_around
from scheduler_integration.bookings import guard, ledger
from scheduler_integration.bookings.assign import Choice, Wish, choose_hosts
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.host_time import check_hosts_have_time
from scheduler_integration.bookings.moving import (
	check_differs,
	close_moved,
	find_to_move,
	moved,
	session_uid_of,
	successor_at,
	with_turn,
)
from scheduler_integration.bookings.sessions import join, joinable_booking, together
from scheduler_integration.bookings.store import insert
from scheduler_integration.bookings.transaction import command
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.exceptions import InvalidRequest, NotPermitted, TransitionNotAllowed
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import moves_late, waits_for_payment
from scheduler_integration.meetings.policy import has_begun_over_several_days, is_given_back
from scheduler_integration.meetings.rescheduling import bookable_for, main_first, slot_request_for
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
from scheduler_integration.meetings.transitions import Actor, check_transition
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.permissions import is_manager


@command
def reschedule_by_token(token: str, request: RescheduleRequest, now: int) -> AttendeeBooking:
	"""Move the meeting of the manage link's `token`, as its attendee, and return the new booking.

	A request whose idempotency key was used before returns the booking as it is. `now` is in epoch seconds.

	Raises BookingNotFound, the errors of `policy.reschedule_refusal`, InvalidRequest if the time is the present one, the
	duration isn't offered or a reason is missing, HostLeft, and SlotTaken. The caller must roll back then.
	"""
	booking, meeting_type, key, is_done = find_to_move(token, request, now)
	if is_done:
		return for_attendee(booking, now)
	bookable, wanted = bookable_for(booking), slot_request_for(booking, request.duration, request.hold)
	check_differs(booking, request, wanted)
	guard.lock_hosts([*booking.host_users(), *(host.user for host in bookable.takers)])
	was_given_back = is_given_back(booking)
	close_moved([booking])
	offer = offer_around(bookable, wanted, request.start, now, lock=True)
	request = replace(request, parts=offer.held_parts(request, meeting_type.name, now))
	offer.check_bookable(
		request.start, wanted.duration, booking.timezone, dates=request.parts, besides=booking.starts_at
	)
	choice = _choose(booking, offer, request, bookable, was_given_back)
	new = successor_at(booking, offer, choice.members, request, Actor.ATTENDEE, session_uid_of(booking))
	new.update(
		{
			"status": "Pending" if meeting_type.requires_confirmation else "Scheduled",
			"attendee_moves": (booking.attendee_moves or 0) + (not booking.reschedule_asked_at),
			"moved_late": moves_late(booking, now),
			"idempotency_key": key,
		}
	)
	standing = joinable_booking(choice.members, request.start)
	choice = with_turn(choice, booking, joins=bool(standing), was_given_back=was_given_back)
	_store([new], [booking], standing, Change(Kind.RESCHEDULED, new, now, choice.turn, by=Actor.ATTENDEE))
	release_after_commit(request.hold)
	return for_attendee(new, now)


@command
def reschedule_by_host(
	name: str, request: RescheduleRequest, now: int, *, force: bool = False, for_all: bool = False
) -> HostBooking:
	"""Move the booking `name` as the signed-in host or manager, and return the new booking; all hosts stay the same.

	With `for_all`, all open bookings of its session move. Minimum notice, booking window and grid bind attendees only.
	With `force`, which is for managers, the hosts' hours, limits and buffers are ignored too; only a busy time or booking
	that overlaps the meeting itself prevents it.

	Raises BookingNotFound, AlreadyCancelled, NotPermitted, InvalidRequest if the time is past or the present one or the
	duration isn't offered, and TimeNotFree or SlotTaken. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	check_transition(booking, "Rescheduled", Actor.HOST, now)
	_check_host_may(booking, request, force, now)
	bookable, wanted = bookable_for(booking, same_hosts=True), slot_request_for(booking, request.duration)
	check_differs(booking, request, wanted)
	guard.lock_hosts(booking.host_users())
	moving = together(booking) if for_all else [booking]
	close_moved(moving)
	offer = offer_around(bookable, wanted, request.start, now, lock=True)
	members = [offer.member(user) for user in main_first(booking)]
	standing = None if for_all else joinable_booking(members, request.start)
	if not standing:
		check_hosts_have_time(offer, members, request.start, booking, now, force=force)
	choice = with_turn(Choice(members), booking, joins=bool(standing), moves_alone=not for_all)
	uid = session_uid_of(booking)
	news = [successor_at(each, offer, members, request, Actor.HOST, uid) for each in moving]
	for new, former in zip(news, moving, strict=True):
		# Who shares a session with the one who moves may not have paid yet.
		status = "Pending" if waits_for_payment(former) else "Scheduled"
		new.update({"status": status, "attendee_moves": former.attendee_moves})
	_store(news, moving, standing, Change(Kind.RESCHEDULED, news[0], now, choice.turn, by=Actor.HOST))
	return for_host(news[0], now)


def _check_host_may(booking: Document, request: RescheduleRequest, force: bool, now: int) -> None:
	if force and not is_manager():
		raise NotPermitted(_("Only a Scheduling Manager can move a meeting against the rules."))
	if has_begun_over_several_days(booking, now):
		raise TransitionNotAllowed(_("The first day of this meeting has begun."))
	if request.start <= now:
		raise InvalidRequest(details={"start": _("Choose a time in the future.")})


def _choose(
	booking: Document, offer: Offer, request: RescheduleRequest, bookable: Bookable, was_given_back: bool
) -> Choice:
	"""Return the hosts of the moved meeting: the same hosts, or a round robin's next host if the present one isn't free."""
	free = offer.assignable_hosts(request.start, request.parts)
	if offer.assignment == "Collective" and not offer.at_least:
		free.sort(key=lambda each: each.user != booking.host)
		return Choice([each.member for each in free])
	if not offer.at_least and (own := [each.member for each in free if each.user == booking.host]):
		return Choice(own)
	if not was_given_back:
		# The booking's own entries mustn't count when the next host is chosen.
		ledger.take_back(booking)
	wish = Wish(request.start, request.parts, booking.attendee_email)
	return choose_hosts(offer, wish, bookable.meeting_type, bookable.page)


def _store(news: Sequence[Document], formers: Sequence[Document], standing: Document | None, change: Change) -> None:
	"""Insert the new bookings, in the session of `standing` if there is one, and run the consequences of the change."""
	for new in news if standing else ():
		join(new, standing)
	insert(*news)
	run_consequences(*(moved(change, new, former) for new, former in zip(news, formers, strict=True)))
