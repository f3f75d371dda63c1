"""Moves a booking to another state and stores it. meetings/moves.py decides whether that is allowed."""

from typing import Any

from frappe.model.document import Document

from scheduler_integration.bookings import guard
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.moves import Actor, check_move
from scheduler_integration.meetings.status import RELEASED


def change_status(
	booking: Document, after: str, kind: Kind, by: Actor, now: int, *, reason: str = "", **fields: Any
) -> None:
	"""Move the booking, which the caller has locked, to the state `after`, store `fields` too, and run the consequences.

	Raises AlreadyCancelled and MoveNotAllowed as `check_move` does.
	"""
	before = booking.status
	check_move(booking, after, by, now)
	if after in RELEASED:
		guard.lock_hosts(booking.host_users())
	booking.update({"status": after, **fields})
	save(booking)
	run_consequences(Change(kind, booking, now, by=by, reason=reason, status_before=before))


def save(booking: Document) -> None:
	"""Store the booking. The caller has checked that the command is allowed."""
	# If the Event or Contact was deleted, the link to it is broken. The booking can be changed all the same.
	booking.flags.ignore_links = True
	# No role may change a booking's facts by hand, and an attendee with the manage link has no rights on the record.
	booking.save(ignore_permissions=True)
