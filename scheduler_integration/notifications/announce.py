"""Hands a booking's messages to a job that runs after the commit."""

import frappe
from frappe.model.document import Document

JOB = "scheduler_integration.jobs.deliver"
# A job that is merely late is not sent a second one after it.
GRACE = 120


def announce(booking: Document, now: int) -> None:
	"""Queues the messages that the booking's present state asks for.

	Where the queue loses the job, `delivery_status` stays Queued and a scheduled job finds it after `GRACE` seconds.
	"""
	booking.db_set(
		{"delivery_status": "Queued", "delivery_attempts": 0, "delivery_due_at": now + GRACE}, update_modified=False
	)
	enqueue_delivery(booking.name)


def enqueue_delivery(booking: str) -> None:
	frappe.enqueue(JOB, queue="short", enqueue_after_commit=True, booking=booking)
