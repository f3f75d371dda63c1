"""Lets a booking's messages go out, and keeps on the booking what became of them."""

import frappe

from scheduler_integration.notifications.deliver import queue_messages


def deliver_messages(name: str, now: int) -> list[str]:
	"""Queues the messages that wait for this booking; returns their names in the Email Queue. Safe to call again."""
	if not frappe.db.exists("Booking", name):
		# Deleted before the job ran: there is nothing left to tell.
		return []
	booking = frappe.get_doc("Booking", name, for_update=True)
	if booking.delivery_status != "Queued":
		return []
	queued, outcome = queue_messages(booking, now)
	booking.db_set(outcome, update_modified=False)
	return queued
