"""Changes the state of bookings and stores them. meetings/transitions.py decides whether that is allowed."""

from collections.abc import Sequence
from typing import Any

from frappe.model.document import Document

from scheduler_integration.bookings import guard
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.store import save
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.load import users_of
from scheduler_integration.meetings.payment import UNPAID, waits_for_payment
from scheduler_integration.meetings.transitions import Actor, check_transition


def change_status(
	bookings: Sequence[Document], after: str, kind: Kind, by: Actor, now: int, *, reason: str = "", **fields: Any
) -> None:
	"""Bring the booking, or bookings of one session, into the state `after`, store `fields` too, and run the consequences.

	The caller has locked the bookings. Unless they are over, their invitations change, so `sequence` grows. Raises
	AlreadyCancelled and TransitionNotAllowed as `check_transition` does.
	"""
	before = [booking.status for booking in bookings]
	for booking in bookings:
		check_transition(booking, after, by, now)
	guard.lock_hosts(users_of(bookings))
	for booking in bookings:
		changes_invitation = kind not in (Kind.COMPLETED, Kind.NO_SHOW)
		booking.update({"status": after, "sequence": booking.sequence + changes_invitation, **fields})
		if waits_for_payment(booking):
			booking.payment_status = UNPAID
	save(*bookings, also=fields)
	run_consequences(
		*(
			Change(kind, booking, now, by=by, reason=reason, status_before=status)
			for booking, status in zip(bookings, before, strict=True)
		)
	)
