"""Cancels or declines a booking and releases its time."""

from collections.abc import Sequence

import frappe
from frappe.model.document import Document

from scheduler_integration.bookings.change_status import change_status
from scheduler_integration.bookings.together import dates_in, together, with_unpaid_dates
from scheduler_integration.bookings.transaction import command
from scheduler_integration.meetings.changes import Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import waits_for_payment
from scheduler_integration.meetings.policy import cancel_refusal
from scheduler_integration.meetings.release import is_released
from scheduler_integration.meetings.series import ONE
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.meetings.transitions import Actor, transition_refusal
from scheduler_integration.platform.language import for_later

_KINDS = {"Cancelled": Kind.CANCELLED, "Declined": Kind.DECLINED, "Expired": Kind.EXPIRED}


@command
def cancel_by_token(token: str, reason: str, now: int, *, scope: str = ONE) -> AttendeeBooking:
	"""Cancel the booking that the manage link's `token` is for, as its attendee. `reason` may be empty.

	With a `scope` of `meetings.series`, other dates of its series are cancelled too, except for those that begin too soon.

	Raises BookingNotFound if the token is wrong, AlreadyCancelled, LinkExpired if the meeting is over, CancelNotAllowed
	if the meeting type doesn't allow it, and TooLateToChange if the meeting begins too soon. The caller must roll back
	then.
	"""
	booking = find_by_token(token, for_update=True)
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	if refusal := cancel_refusal(booking, meeting_type, now):
		raise refusal
	dates = [each for each in dates_in(booking, scope, now) if not cancel_refusal(each, meeting_type, now)]
	release(dates, "Cancelled", Actor.ATTENDEE, reason, now)
	return for_attendee(booking, now)


@command
def cancel_by_host(name: str, reason: str, now: int, *, for_all: bool = False, scope: str = ONE) -> HostBooking:
	"""Cancel the booking `name` as the signed-in host or manager; with `for_all`, all open bookings of its session.
	With a `scope`, other dates of its series are cancelled too.

	Raises BookingNotFound, NotPermitted (also if the meeting is over) and AlreadyCancelled. The caller must roll back
	then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	dates = together(booking) if for_all else allowed(dates_in(booking, scope, now), booking, "Cancelled", now)
	release(dates, "Cancelled", Actor.HOST, reason, now)
	return for_host(booking, now)


@command
def decline(name: str, reason: str, now: int, *, scope: str = ONE) -> HostBooking:
	"""Decline a pending booking as the signed-in host or manager, and with a `scope` other dates of its series.

	Raises BookingNotFound, AlreadyCancelled, and NotPermitted if the user may not or the booking isn't pending. The
	caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	release(allowed(dates_in(booking, scope, now), booking, "Declined", now), "Declined", Actor.HOST, reason, now)
	return for_host(booking, now)


@command
def decline_unanswered(name: str, now: int) -> None:
	"""Decline a request whose start has passed without an answer, as the system. Does nothing if it has an answer.

	`now` is in epoch seconds.
	"""
	booking = frappe.get_doc("Booking", name, for_update=True)
	if booking.status == "Pending" and not waits_for_payment(booking):
		release([booking], "Declined", Actor.SYSTEM, "", now)


@command
def release_unconfirmed(name: str, now: int) -> None:
	"""Cancel a meeting that its attendee hasn't confirmed in time, as the system. Does nothing if that has changed meanwhile."""
	booking = frappe.get_doc("Booking", name, for_update=True)
	if is_released(booking, frappe.get_cached_doc("Meeting Type", booking.meeting_type), now):
		reason = for_later("Nobody confirmed that they are coming.")
		release([booking], "Cancelled", Actor.SYSTEM, reason, now)


def allowed(dates: Sequence[Document], booking: Document, after: str, now: int) -> list[Document]:
	"""Return the booking, and those of the other `dates` whose state a host can change to `after`."""
	return [each for each in dates if each is booking or not transition_refusal(each, after, Actor.HOST, now)]


def release(bookings: Sequence[Document], status: str, by: Actor, reason: str, now: int) -> None:
	"""Bring the bookings, which are locked, into the state Cancelled, Declined or Expired. Raises the errors of `change_status`.

	A series that isn't paid yet is given up as a whole.
	"""
	kind = _KINDS[status]
	how = {"cancelled_by": by.value, "cancelled_at": now, "cancel_reason": reason}
	change_status(with_unpaid_dates(bookings), status, kind, by, now, reason=reason, **how)
