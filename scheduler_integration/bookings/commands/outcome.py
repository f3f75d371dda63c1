"""Confirms a request, and marks a meeting as completed or the attendee as absent.

The outcome doesn't change the invitation, so the sequence stays. Readers get no message about it, only automations may act.
"""

import frappe
from frappe.model.document import Document

from scheduler_integration.bookings.change_status import change_status
from scheduler_integration.bookings.commands.cancel import allowed
from scheduler_integration.bookings.together import dates_in
from scheduler_integration.bookings.transaction import command
from scheduler_integration.meetings.changes import Kind
from scheduler_integration.meetings.invited import KNOWN, is_unconfirmed
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.series import ONE
from scheduler_integration.meetings.summaries import HostBooking, for_host
from scheduler_integration.meetings.transitions import Actor


@command
def complete(name: str, now: int) -> HostBooking:
	"""Mark a meeting that has begun as completed, as the signed-in host or manager. It may be marked as a no-show.

	Raises BookingNotFound, AlreadyCancelled, and NotPermitted if the user may not, the meeting hasn't begun, or seven
	days have passed. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	change_status([booking], "Completed", Kind.COMPLETED, Actor.HOST, now, **_as_known(booking))
	return for_host(booking, now)


@command
def mark_no_show(name: str, reason: str, now: int) -> HostBooking:
	"""Mark that the attendee didn't come to a meeting that has begun.

	It may be completed. Raises the errors of `complete`.
	"""
	booking = find_for_host(name, "write", for_update=True)
	change_status([booking], "No Show", Kind.NO_SHOW, Actor.HOST, now, reason=reason)
	return for_host(booking, now)


@command
def complete_past(name: str, now: int) -> None:
	"""Complete a meeting that ended 15 minutes ago or earlier, as the system. Does nothing if it isn't Scheduled."""
	booking = frappe.get_doc("Booking", name, for_update=True)
	if booking.status == "Scheduled":
		change_status([booking], "Completed", Kind.COMPLETED, Actor.SYSTEM, now)


@command
def confirm(name: str, now: int, *, scope: str = ONE) -> HostBooking:
	"""Confirm a pending booking as the signed-in host or manager. The hosts' time has been taken since the request.

	With a `scope`, other requests of its series are confirmed too.

	Raises BookingNotFound, AlreadyCancelled, and NotPermitted if the user may not, the booking isn't pending or the
	meeting is over. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	# The host has agreed to meet the attendee, so the additional guests are invited too.
	dates = allowed(dates_in(booking, scope, now), booking, "Scheduled", now)
	change_status(dates, "Scheduled", Kind.CONFIRMED, Actor.HOST, now, **_as_known(booking))
	return for_host(booking, now)


def _as_known(booking: Document) -> dict[str, str]:
	"""Return the fields of a booking whose host says that the attendee is somebody."""
	return {"address_status": KNOWN} if is_unconfirmed(booking) else {}
