"""What moving a meeting means, for one booking and for the dates of a series: see commands/reschedule.py."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.offer import Offer
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import ledger
from scheduler_integration.bookings.assign import Choice
from scheduler_integration.bookings.record import successor
from scheduler_integration.bookings.store import save
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings.changes import Change
from scheduler_integration.meetings.policy import reschedule_refusal
from scheduler_integration.meetings.sessions import new_session_uid, others_in_session, session_key
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.parsing.reschedule_request import RescheduleRequest


class ToMove(NamedTuple):
	"""A meeting that its attendee wants to move. `key` is stored with the new booking. `is_done`: this request has moved it."""

	booking: Document
	meeting_type: Document
	key: str | None
	is_done: bool


def find_to_move(token: str, request: RescheduleRequest, now: int) -> ToMove:
	"""Lock and return the booking of the manage link's `token`, which its attendee may move. `now` is in epoch seconds.

	Raises BookingNotFound, the errors of `policy.reschedule_refusal`, and InvalidRequest if a reason is missing.
	"""
	booking = find_by_token(token, for_update=True)
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	key = _bound_key(booking, request)
	if key and _was_used(booking, key):
		return ToMove(booking, meeting_type, key, True)
	if refusal := reschedule_refusal(booking, meeting_type, now):
		raise refusal
	# Raise InvalidRequest if the meeting type wants a reason and the request has none.
	if meeting_type.reschedule_reason == "Required" and not request.reason:
		raise InvalidRequest(details={"reason": _("Please say why.")})
	return ToMove(booking, meeting_type, key, False)


def _bound_key(booking: Document, request: RescheduleRequest) -> str | None:
	"""Return a hash of the caller's key and the chain, whose bookings share the manage key; None without a key."""
	if not request.idempotency_key:
		return None
	return hashlib.sha256("\n".join(("reschedule", booking.manage_key, request.idempotency_key)).encode()).hexdigest()


def _was_used(booking: Document, key: str) -> bool:
	"""Whether the key, of `_bound_key`, was used before to move the booking."""
	# Compare with the last booking, which was read with a lock. If the same request was sent twice, only such a read shows
	# the second request what the first has stored.
	return booking.idempotency_key == key or bool(frappe.db.exists("Booking", {"idempotency_key": key}))


def check_differs(booking: Document, request: RescheduleRequest, wanted: SlotRequest) -> None:
	"""Raise InvalidRequest if the meeting is at the wanted time already."""
	is_same = (request.start, wanted.duration) == (booking.starts_at, booking.duration_minutes)
	if is_same and booking.status != "Rescheduled":
		raise InvalidRequest(details={"start": _("The meeting is at this time already. Choose another.")})


def close_moved(bookings: Sequence[Document]) -> None:
	"""Give back the time of bookings that others replace."""
	for booking in bookings:
		booking.flags.status_before = booking.status
		booking.update({"status": "Rescheduled", "sequence": booking.sequence + 1})
	save(*bookings)


def with_turn(
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


def session_uid_of(booking: Document) -> str | None:
	"""Return the UID of the moved session. Its entry in the hosts' calendars moves with it, unless others stay."""
	return new_session_uid() if others_in_session(booking) else booking.session_uid


def successor_at(
	booking: Document,
	offer: Offer,
	members: Sequence[engine.Member],
	request: RescheduleRequest,
	by: Actor,
	session_uid: str | None,
) -> Document:
	"""Return the unsaved booking that takes the place of `booking` at the start of the request, with these hosts."""
	new = successor(booking, members, offer.pool.parts(request.start, members[0].host.name))
	new.update({"rescheduled_by": by.value, "reschedule_reason": request.reason})
	if booking.session:
		new.update({"session": session_key(new.meeting_type, request.start, new.host), "session_uid": session_uid})
	return new


def moved(change: Change, new: Document, former: Document) -> Change:
	"""Return the change of `new`, which took the place of `former`."""
	# The host of the earlier booking if another one takes the meeting. If a session goes on without this
	# attendee, its hosts keep the session, so none of them is returned.
	keeps_session = (former.session_uid or None) != (new.session_uid or None)
	leaving = None if keeps_session or former.host in new.host_users() else former.host
	return replace(
		change,
		booking=new,
		moved_from=former,
		leaving=leaving,
		reason=new.reschedule_reason,
		status_before=former.flags.status_before,
	)
