"""Confirms a meeting that waits for its host's answer."""

from frappe import _

from scheduler_integration.bookings.consequences import bring_about
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.summaries import HostBooking, for_host


def confirm(name: str, now: int) -> HostBooking:
	"""Confirms a pending booking as the signed-in host or manager; its time is held already.

	Raises BookingNotFound and NotPermitted.
	"""
	booking = find_for_host(name, "write", for_update=True)
	if booking.status != "Pending" or booking.ends_at <= now:
		raise NotPermitted(_("Only a request that needs an answer can be confirmed."))
	booking.update({"status": "Scheduled", "sequence": booking.sequence + 1})
	booking.flags.ignore_links = True
	# The status is a fact that no role may type in; who may confirm was decided above.
	booking.save(ignore_permissions=True)
	bring_about(Change(Kind.CONFIRMED, booking, now))
	return for_host(booking, now)
