"""Moves a meeting to another time.

A new booking takes the place of the earlier one, in one transaction under the lock of all hosts involved:

1. The earlier booking becomes Rescheduled and loses its buckets and seats. So its time, buffers and seats are free for
   the new booking, and no limit counts it.
2. The new time is checked and taken as for a new booking. If it isn't free, the caller rolls back, and the meeting stays
   where it was.
3. The new booking keeps attendee, hosts, answers, manage key, and the invitation's UID with a higher sequence. It
   follows the earlier one in the chain (meetings/chain.py).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.holds import release_hold
from scheduler_integration.availability.offer import Offer, offer_around
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import guard, ledger
from scheduler_integration.bookings.assign import Choice, Wish, choose_hosts
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.host_time import check_hosts_have_time
from scheduler_integration.bookings.record import successor
from scheduler_integration.bookings.sessions import join, joinable_booking, together
from scheduler_integration.bookings.store import insert, save
from scheduler_integration.bookings.transaction import command
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.exceptions import InvalidRequest, NotPermitted, TransitionNotAllowed
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.policy import has_begun_over_several_days, is_given_back, reschedule_refusal
from scheduler_integration.meetings.rescheduling import bookable_for, main_first, slot_request_for
from scheduler_integration.meetings.sessions import new_session_uid, others_in_session, session_key
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.meetings.transitions import Actor, check_transition
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.permissions import is_manager


@command
def reschedule_by_token(token: str, request: RescheduleRequest, now: int) -> AttendeeBooking:
	"""Move the meeting of the manage link's `token`, as its attendee, and return the new booking.

	A request whose idempotency key was used before returns the booking as it is. `now` is in epoch seconds.

	Raises BookingNotFound, the errors of `policy.reschedule_refusal`, InvalidRequest if the time is the present one, the
	duration isn't offered or a reason is missing, and SlotTaken. The caller must roll back then.
	"""
	booking = find_by_token(token, for_update=True)
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	key = _bound_key(booking, request)
	if key and _was_used(booking, key):
		return for_attendee(booking, now)
	if refusal := reschedule_refusal(booking, meeting_type, now):
		raise refusal
	_check_reason(request, meeting_type)
	bookable, wanted = bookable_for(booking), slot_request_for(booking, request.duration, request.hold)
	_check_differs(booking, request, wanted)
	guard.lock_hosts([*booking.host_users(), *(host.user for host in bookable.hosts)])
	was_given_back = is_given_back(booking)
	_close([booking])
	offer = offer_around(bookable, wanted, request.start, now, lock=True)
	request = replace(request, parts=offer.held_parts(request, meeting_type.name, now))
	offer.check_bookable(
		request.start, wanted.duration, booking.timezone, dates=request.parts, besides=booking.starts_at
	)
	choice = _choose(booking, offer, request, bookable, was_given_back)
	new = _successor(booking, offer, choice.members, request, Actor.ATTENDEE, _session_uid(booking))
	new.update(
		{
			"status": "Pending" if meeting_type.requires_confirmation else "Scheduled",
			"attendee_moves": (booking.attendee_moves or 0) + (not booking.reschedule_asked_at),
			"idempotency_key": key,
		}
	)
	standing = joinable_booking(choice.members, request.start)
	choice = _with_turn(choice, booking, joins=bool(standing), was_given_back=was_given_back)
	_store([new], [booking], standing, Change(Kind.RESCHEDULED, new, now, choice.turn, by=Actor.ATTENDEE))
	if request.hold:
		# Holds are in the cache, which has no rollback. If the command fails, the attendee keeps the hold.
		frappe.db.after_commit.add(lambda: release_hold(request.hold))
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
	_check_differs(booking, request, wanted)
	guard.lock_hosts(booking.host_users())
	moving = together(booking) if for_all else [booking]
	_close(moving)
	offer = offer_around(bookable, wanted, request.start, now, lock=True)
	members = [offer.member(user) for user in main_first(booking)]
	standing = None if for_all else joinable_booking(members, request.start)
	if not standing:
		check_hosts_have_time(offer, members, request.start, booking, now, force=force)
	choice = _with_turn(Choice(members), booking, joins=bool(standing), moves_alone=not for_all)
	uid = _session_uid(booking)
	news = [_successor(each, offer, members, request, Actor.HOST, uid) for each in moving]
	for new, former in zip(news, moving, strict=True):
		new.update({"status": "Scheduled", "attendee_moves": former.attendee_moves})
	_store(news, moving, standing, Change(Kind.RESCHEDULED, news[0], now, choice.turn, by=Actor.HOST))
	return for_host(news[0], now)


def _check_host_may(booking: Document, request: RescheduleRequest, force: bool, now: int) -> None:
	if force and not is_manager():
		raise NotPermitted(_("Only a Scheduling Manager can move a meeting against the rules."))
	if has_begun_over_several_days(booking, now):
		raise TransitionNotAllowed(_("The first day of this meeting has begun."))
	if request.start <= now:
		raise InvalidRequest(details={"start": _("Choose a time in the future.")})


def _check_reason(request: RescheduleRequest, meeting_type: Document) -> None:
	if meeting_type.reschedule_reason == "Required" and not request.reason:
		raise InvalidRequest(details={"reason": _("Please say why.")})


def _check_differs(booking: Document, request: RescheduleRequest, wanted: SlotRequest) -> None:
	is_same = (request.start, wanted.duration) == (booking.starts_at, booking.duration_minutes)
	if is_same and booking.status != "Rescheduled":
		raise InvalidRequest(details={"start": _("The meeting is at this time already. Choose another.")})


def _bound_key(booking: Document, request: RescheduleRequest) -> str | None:
	"""Return a hash of the caller's key and the chain, whose bookings share the manage key; None without a key."""
	if not request.idempotency_key:
		return None
	return hashlib.sha256("\n".join(("reschedule", booking.manage_key, request.idempotency_key)).encode()).hexdigest()


def _was_used(booking: Document, key: str) -> bool:
	# Compare with the last booking, which was read with a lock. If the same request was sent twice, only such a read shows
	# the second request what the first has stored.
	return booking.idempotency_key == key or bool(frappe.db.exists("Booking", {"idempotency_key": key}))


def _close(bookings: Sequence[Document]) -> None:
	"""Give back the time of bookings that others replace."""
	for booking in bookings:
		booking.flags.status_before = booking.status
		booking.update({"status": "Rescheduled", "sequence": booking.sequence + 1})
	save(*bookings)


def _choose(
	booking: Document, offer: Offer, request: RescheduleRequest, bookable: Bookable, was_given_back: bool
) -> Choice:
	"""Return the hosts of the moved meeting: the same hosts, or a round robin's next host if the present one isn't free."""
	free = offer.assignable_hosts(request.start, request.parts)
	if offer.assignment == "Collective":
		free.sort(key=lambda each: each.user != booking.host)
		return Choice([each.member for each in free])
	if own := [each.member for each in free if each.user == booking.host]:
		return Choice(own)
	if not was_given_back:
		# The booking's own entries mustn't count when the next host is chosen.
		ledger.take_back(booking)
	wish = Wish(request.start, request.parts, booking.attendee_email)
	return choose_hosts(offer, wish, bookable.meeting_type, bookable.page)


def _with_turn(
	choice: Choice, booking: Document, *, joins: bool, moves_alone: bool = True, was_given_back: bool = False
) -> Choice:
	"""Return the choice with the turn to enter into the ledger. Without a turn, the new booking takes over the entries.

	It does so if the meeting moves as a whole. If one attendee leaves a session that goes on, or joins another one, each
	session keeps its entries. The moved booking then changes no credit: its turn gives the host what the host pays.
	"""
	if choice.turn or not booking.turn_shares:
		return choice
	if was_given_back and not booking.session:
		ledger.enter_again(booking)
		return choice
	if joins or was_given_back or (moves_alone and others_in_session(booking)):
		ledger.take_back(booking)
		host = choice.members[0].host.name
		return choice._replace(turn=engine.Turn(host, {host: engine.BOOKING}))
	return choice


def _session_uid(booking: Document) -> str | None:
	"""Return the UID of the moved session. Its entry in the hosts' calendars moves with it, unless others stay."""
	return new_session_uid() if others_in_session(booking) else booking.session_uid


def _successor(
	booking: Document,
	offer: Offer,
	members: Sequence[engine.Member],
	request: RescheduleRequest,
	by: Actor,
	session_uid: str | None,
) -> Document:
	new = successor(booking, members, offer.pool.parts(request.start, members[0].host.name))
	new.update({"rescheduled_by": by.value, "reschedule_reason": request.reason})
	if booking.session:
		new.update({"session": session_key(new.meeting_type, request.start, new.host), "session_uid": session_uid})
	return new


def _store(news: Sequence[Document], formers: Sequence[Document], standing: Document | None, change: Change) -> None:
	"""Insert the new bookings, in the session of `standing` if there is one, and run the consequences of the change."""
	for new in news if standing else ():
		join(new, standing)
	insert(*news)
	run_consequences(
		*(
			replace(
				change,
				booking=new,
				moved_from=former,
				leaving=_leaving(new, former),
				reason=new.reschedule_reason,
				status_before=former.flags.status_before,
			)
			for new, former in zip(news, formers, strict=True)
		)
	)


def _leaving(new: Document, booking: Document) -> str | None:
	"""Return the host of the earlier booking if another one takes the meeting.

	If a session goes on without this attendee, its hosts keep the session, so none of them is returned.
	"""
	keeps_session = (booking.session_uid or None) != (new.session_uid or None)
	return None if keeps_session or booking.host in new.host_users() else booking.host
