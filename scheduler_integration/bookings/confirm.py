"""Confirms a booking that needs its host's answer."""

from frappe import _

from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.summaries import HostBooking, for_host


def confirm(name: str, now: int) -> HostBooking:
	"""Confirm a pending booking as the signed-in host or manager. A pending booking has its hosts' time already.

	Raises BookingNotFound, and NotPermitted if the user may not, the booking isn't pending or the meeting is over. The
	caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	if booking.status != "Pending" or booking.ends_at <= now:
		raise NotPermitted(_("Only a request that needs an answer can be confirmed."))
	booking.update({"status": "Scheduled", "sequence": booking.sequence + 1})
	# If the Event or Contact was deleted, the link to it is broken. The booking can be confirmed all the same.
	booking.flags.ignore_links = True
	# No role may change `status` by hand, so an ordinary save would refuse it. `find_for_host` has checked the right.
	booking.save(ignore_permissions=True)
	run_consequences(Change(Kind.CONFIRMED, booking, now))
	return for_host(booking, now)
