"""Cancels or declines a booking and releases its time."""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.bookings import guard
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.exceptions import AlreadyCancelled, NotPermitted
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.policy import cancel_refusal
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.status import CANCELLED, LIVE
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
from scheduler_integration.meetings.tokens import find_by_token


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
	_release(booking, "Cancelled", "Attendee", reason, now)
	return for_attendee(booking, now)


def cancel_by_host(name: str, reason: str, now: int, *, for_all: bool = False) -> HostBooking:
	"""Cancel the booking `name` as the signed-in host or manager; with `for_all`, all bookings of its session.

	Raises BookingNotFound, NotPermitted (also if the meeting is over) and AlreadyCancelled. The caller must roll back
	then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	if booking.status in CANCELLED:
		raise AlreadyCancelled
	if booking.status not in LIVE or booking.ends_at <= now:
		raise NotPermitted(_("This meeting is over."))
	_release(booking, "Cancelled", "Host", reason, now)
	for other in live_in_session(booking.session, for_update=True) if for_all else ():
		_release(other, "Cancelled", "Host", reason, now)
	return for_host(booking, now)


def decline(name: str, reason: str, now: int) -> HostBooking:
	"""Decline a pending booking as the signed-in host or manager.

	Raises BookingNotFound, and NotPermitted if the user may not or the booking isn't pending. The caller must roll back
	then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	if booking.status != "Pending" or booking.ends_at <= now:
		raise NotPermitted(_("Only a request that needs an answer can be declined."))
	_release(booking, "Declined", "Host", reason, now)
	return for_host(booking, now)


def _release(booking: Document, status: str, by: str, reason: str, now: int) -> None:
	guard.lock_hosts(booking.host_users())
	booking.update(
		{
			"status": status,
			"cancelled_by": by,
			"cancelled_at": now,
			"cancel_reason": reason,
			"sequence": booking.sequence + 1,
		}
	)
	# If the Event or Contact was deleted, the link to it is broken. The booking can be cancelled all the same.
	booking.flags.ignore_links = True
	# An attendee with the manage link has no rights on the record. The callers have checked who may cancel.
	booking.save(ignore_permissions=True)
	run_consequences(Change(Kind.DECLINED if status == "Declined" else Kind.CANCELLED, booking, now))
