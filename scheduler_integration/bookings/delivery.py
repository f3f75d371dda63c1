"""Queues a booking's messages, and stores the outcome on the booking."""

import frappe

from scheduler_integration.notifications.deliver import queue_messages


def deliver_messages(name: str, now: int) -> list[str]:
	"""Queue the booking's unsent messages and return their names in the Email Queue. `now` is in epoch seconds.

	Returns an empty list if nothing is due. A second call doesn't send anything twice.
	"""
	if not frappe.db.exists("Booking", name):
		# The booking was deleted before the job ran, and its messages with it.
		return []
	booking = frappe.get_doc("Booking", name, for_update=True)
	if booking.delivery_status != "Queued":
		return []
	queued, outcome = queue_messages(booking, now)
	booking.db_set(outcome, update_modified=False)
	return queued
