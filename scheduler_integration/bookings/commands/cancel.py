"""Cancels or declines a booking and releases its time."""

from collections.abc import Sequence

import frappe
from frappe.model.document import Document

from scheduler_integration.bookings.change_status import change_status
from scheduler_integration.bookings.sessions import together
from scheduler_integration.bookings.transaction import command
from scheduler_integration.meetings.changes import Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import waits_for_payment
from scheduler_integration.meetings.policy import cancel_refusal
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.meetings.transitions import Actor

_KINDS = {"Cancelled": Kind.CANCELLED, "Declined": Kind.DECLINED, "Expired": Kind.EXPIRED}


@command
def cancel_by_token(token: str, reason: str, now: int) -> AttendeeBooking:
	"""Cancel the booking that the manage link's `token` is for, as its attendee. `reason` may be empty.

	Raises BookingNotFound if the token is wrong, AlreadyCancelled, LinkExpired if the meeting is over, CancelNotAllowed
	if the meeting type doesn't allow it, and TooLateToChange if the meeting begins too soon. The caller must roll back
	then.
	"""
	booking = find_by_token(token, for_update=True)
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	if refusal := cancel_refusal(booking, meeting_type, now):
		raise refusal
	release([booking], "Cancelled", Actor.ATTENDEE, reason, now)
	return for_attendee(booking, now)


@command
def cancel_by_host(name: str, reason: str, now: int, *, for_all: bool = False) -> HostBooking:
	"""Cancel the booking `name` as the signed-in host or manager; with `for_all`, all open bookings of its session.

	Raises BookingNotFound, NotPermitted (also if the meeting is over) and AlreadyCancelled. The caller must roll back
	then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	release(together(booking) if for_all else [booking], "Cancelled", Actor.HOST, reason, now)
	return for_host(booking, now)


@command
def decline(name: str, reason: str, now: int) -> HostBooking:
	"""Decline a pending booking as the signed-in host or manager.

	Raises BookingNotFound, AlreadyCancelled, and NotPermitted if the user may not or the booking isn't pending. The
	caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	release([booking], "Declined", Actor.HOST, reason, now)
	return for_host(booking, now)


@command
def decline_unanswered(name: str, now: int) -> None:
	"""Decline a request whose start has passed without an answer, as the system. Does nothing if it has an answer.

	`now` is in epoch seconds.
	"""
	booking = frappe.get_doc("Booking", name, for_update=True)
	if booking.status == "Pending" and not waits_for_payment(booking):
		release([booking], "Declined", Actor.SYSTEM, "", now)


def release(bookings: Sequence[Document], status: str, by: Actor, reason: str, now: int) -> None:
	"""Bring the bookings, which are locked, into the state Cancelled, Declined or Expired. Raises the errors of `change_status`."""
	kind = _KINDS[status]
	how = {"cancelled_by": by.value, "cancelled_at": now, "cancel_reason": reason}
	change_status(bookings, status, kind, by, now, reason=reason, **how)
