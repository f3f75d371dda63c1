"""Keeps the activity of a meeting that was booked on an external scheduler."""

import frappe
from frappe.model.document import Document

from scheduler_integration.crm.activities import log_cancellation, log_meeting, log_new_times, log_outcome
from scheduler_integration.meetings.changes import Fields


def keep_activity(booking: Document) -> Fields:
	"""Make the Event of an Outside Booking match its state. Returns the fields that link to the Event.

	If the first webhook reports that the meeting is cancelled, it gets no Event.
	"""
	if not booking.event:
		is_known = booking.contact and booking.starts_at
		return log_meeting(booking) if is_known and booking.status != "Cancelled" else {}
	event = frappe.db.get_value("Event", booking.event, ["status", "starts_on", "ends_on"], as_dict=True)
	if event:
		_update(booking, event)
	return {}


def withdraw_activity(booking: Document) -> None:
	"""Mark the Event of an Outside Booking as cancelled, because its successor has an Event of its own."""
	log_cancellation([booking])


def _update(booking: Document, event: frappe._dict) -> None:
	if booking.status == "Cancelled":
		if event.status != "Cancelled":
			log_cancellation([booking])
	elif booking.status in ("Completed", "No Show"):
		log_outcome(booking)
	elif (event.status, event.starts_on, event.ends_on) != ("Open", booking.starts_on, booking.ends_on):
		log_new_times(booking)
