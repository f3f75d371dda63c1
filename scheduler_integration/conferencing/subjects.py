"""Finds the bookings that share one video call.

A session has one call for all attendees. A booking that was rescheduled has a successor with the same call. The link
stays. So a call belongs to a subject: the key of the session, or the first booking of such a chain.
"""

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.sessions import live_in_session

# Nobody reschedules that often. The limit ends a loop of bookings that name each other.
LONGEST_CHAIN = 200


def subject_of(booking: Document) -> str:
	"""Return the subject of the booking's call."""
	if booking.session:
		return booking.session
	name, earlier = booking.name, booking.rescheduled_from
	for _step in range(LONGEST_CHAIN):
		row = earlier and frappe.db.get_value("Booking", earlier, ["name", "rescheduled_from", "session"], as_dict=True)
		if not row or row.session:
			break
		name, earlier = row.name, row.rescheduled_from
	return name


def scheduled_booking(subject: str) -> Document | None:
	"""Return a booking of the subject that takes place (status Scheduled), or None."""
	found = live_in_session(subject)
	if not found:
		# The subject is the first booking of a chain of moves: look at the last one.
		name: str | None = frappe.db.exists("Booking", subject)
		newest = name
		for _step in range(LONGEST_CHAIN):
			if not name:
				break
			newest = name
			name = frappe.db.get_value("Booking", {"rescheduled_from": name}, "name", order_by="creation desc")
		found = [frappe.get_doc("Booking", newest)] if newest else []
	for booking in found:
		# The successor of a rescheduled booking may have joined a session, which has a call of its own.
		if booking.status == "Scheduled" and booking.session in (None, "", subject):
			return booking
	return None
