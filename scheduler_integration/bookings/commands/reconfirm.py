"""An attendee confirms that they are coming."""

import frappe

from scheduler_integration.bookings.timeline import note_on_timeline
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import AlreadyCancelled, LinkExpired, TransitionNotAllowed
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.summaries import AttendeeBooking, for_attendee
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.meetings.transitions import Actor


@command
def reconfirm(token: str, now: int) -> AttendeeBooking:
	"""Note that the attendee of the manage link's `token` is coming. Doing it twice changes nothing.

	Nobody gets a message: the hosts' pages and the timeline show it. If the meeting moves, it has to be confirmed again.
	Raises BookingNotFound, AlreadyCancelled, LinkExpired if the meeting is over, and TransitionNotAllowed if it is a
	request that no host has answered yet.
	"""
	booking = find_by_token(token, for_update=True)
	if booking.status in RELEASED:
		raise AlreadyCancelled
	if booking.status == "Pending":
		raise TransitionNotAllowed(frappe._("This request hasn't been answered yet."))
	if booking.status != "Scheduled" or booking.ends_at <= now:
		raise LinkExpired
	if not booking.reconfirmed_at:
		booking.reconfirmed_at = now
		# Not `save`: a host who takes back a command may do so all the same.
		frappe.db.set_value("Booking", booking.name, "reconfirmed_at", now, update_modified=False)
		change = Change(Kind.RECONFIRMED, booking, now, by=Actor.ATTENDEE, status_before=booking.status)
		note_on_timeline([change])
	return for_attendee(booking, now)
