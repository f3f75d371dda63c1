"""Hands a booking's messages to a job that runs after the commit."""

import frappe

from scheduler_integration.meetings.changes import Change, Fields

JOB = "scheduler_integration.jobs.deliver"
# A job that is merely late is not sent a second one after it.
GRACE = 120


def plan_messages(change: Change) -> Fields:
	"""Queues the messages that the booking's present state asks for.

	If the queue loses the job, `delivery_status` stays Queued, and a scheduled job finds it after `GRACE` seconds.
	"""
	enqueue_delivery(change.booking.name)
	return {"delivery_status": "Queued", "delivery_attempts": 0, "delivery_due_at": change.now + GRACE}


def enqueue_delivery(booking: str) -> None:
	"""Queues the job after the commit. Where the queue can't be reached the booking stands all the same."""
	frappe.db.after_commit.add(lambda: _enqueue(booking))


def _enqueue(booking: str) -> None:
	try:
		frappe.enqueue(JOB, queue="short", booking=booking)
	except Exception:
		# `enqueue_after_commit` asks the queue before the commit, so a queue that is down would cost the booking.
		frappe.logger("scheduler_integration").exception("The messages of booking %s wait for the next look", booking)
