"""Confirms a booking that needs its host's answer."""

from scheduler_integration.bookings.change_status import change_status
from scheduler_integration.bookings.transaction import command
from scheduler_integration.meetings.changes import Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.summaries import HostBooking, for_host
from scheduler_integration.meetings.transitions import Actor


@command
def confirm(name: str, now: int) -> HostBooking:
	"""Confirm a pending booking as the signed-in host or manager. The hosts' time has been taken since the request.

	Raises BookingNotFound, AlreadyCancelled, and NotPermitted if the user may not, the booking isn't pending or the
	meeting is over. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	change_status([booking], "Scheduled", Kind.CONFIRMED, Actor.HOST, now)
	return for_host(booking, now)
