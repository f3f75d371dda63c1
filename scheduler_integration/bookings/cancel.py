"""Cancels a meeting and gives its time back."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.bookings import guard
from scheduler_integration.bookings.consequences import bring_about
from scheduler_integration.exceptions import AlreadyCancelled, InvalidRequest, NotPermitted
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host, host_view
from scheduler_integration.meetings.policy import cancel_refusal
from scheduler_integration.meetings.present import booking_view
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.status import CANCELLED, LIVE
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.parsing.text import Refused, paragraph


def cancel_by_token(token: object, reason: object, now: int) -> dict[str, Any]:
	"""Cancels on the attendee's behalf and answers the booking.

	Raises BookingNotFound, AlreadyCancelled, LinkExpired, CancelNotAllowed, TooLateToChange, InvalidRequest.
	"""
	booking = find_by_token(token, for_update=True)
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	if refusal := cancel_refusal(booking, meeting_type, now):
		raise refusal
	_release(booking, "Cancelled", "Attendee", parse_reason(reason), now)
	return booking_view(booking, now)


def cancel_by_host(name: object, reason: object, now: int, *, for_all: bool = False) -> dict[str, Any]:
	"""Cancels as the signed-in host or manager; with `for_all`, the meetings of all who share the session.

	Raises BookingNotFound, NotPermitted, AlreadyCancelled, InvalidRequest; the caller then rolls back.
	"""
	booking = find_for_host(name, "write", for_update=True)
	if booking.status in CANCELLED:
		raise AlreadyCancelled
	if booking.status not in LIVE or booking.ends_at <= now:
		raise NotPermitted(_("This meeting is over."))
	_release(booking, "Cancelled", "Host", parse_reason(reason), now)
	for other in live_in_session(booking.session, for_update=True) if for_all else ():
		_release(other, "Cancelled", "Host", parse_reason(reason), now)
	return host_view(booking, now)


def decline(name: object, reason: object, now: int) -> dict[str, Any]:
	"""Declines a pending booking as the signed-in host or manager. Raises as `cancel_by_host` does."""
	booking = find_for_host(name, "write", for_update=True)
	if booking.status != "Pending" or booking.ends_at <= now:
		raise NotPermitted(_("Only a meeting that waits for an answer can be declined."))
	_release(booking, "Declined", "Host", parse_reason(reason), now)
	return host_view(booking, now)


def parse_reason(value: object) -> str:
	"""The reason as typed; empty for none. Raises InvalidRequest."""
	try:
		return paragraph(value)
	except Refused as refused:
		raise InvalidRequest(details={"reason": str(refused)}) from None


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
	# Its Event or Contact may have been deleted since: that must not keep the meeting from being cancelled.
	booking.flags.ignore_links = True
	# Who may cancel was decided by the callers; an attendee has no rights on the record itself.
	booking.save(ignore_permissions=True)
	bring_about(Change(Kind.DECLINED if status == "Declined" else Kind.CANCELLED, booking, now))
