"""Keeps the activity of a meeting that was booked on an external scheduler."""

import frappe
from frappe.model.document import Document

from scheduler_integration.crm.activities import log_cancellation, log_meeting, log_new_times, log_outcome
from scheduler_integration.meetings.changes import Fields


def keep_outside_activity(outside: Document) -> Fields:
	"""Make the Event of an Outside Booking match its state. Returns the fields that link to the Event.

	If the first webhook reports that the meeting is cancelled, it gets no Event.
	"""
	if not outside.event:
		is_known = outside.contact and outside.starts_at
		return log_meeting(outside) if is_known and outside.status != "Cancelled" else {}
	event = frappe.db.get_value("Event", outside.event, ["status", "starts_on", "ends_on"], as_dict=True)
	if event:
		_update(outside, event)
	return {}


def withdraw_outside_activity(outside: Document) -> None:
	"""Mark the Event of an Outside Booking as cancelled, because its successor has an Event of its own."""
	log_cancellation([outside])


def _update(outside: Document, event: frappe._dict) -> None:
	if outside.status == "Cancelled":
		if event.status != "Cancelled":
			log_cancellation([outside])
	elif outside.status in ("Completed", "No Show"):
		log_outcome(outside)
	elif (event.status, event.starts_on, event.ends_on) != ("Open", outside.starts_on, outside.ends_on):
		log_new_times(outside)
