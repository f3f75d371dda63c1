"""Queues a job that sends a booking's messages after the commit."""

import frappe

from scheduler_integration.meetings.changes import Change, Fields, Kind

JOB = "scheduler_integration.jobs.deliver"
# Seconds to wait for the job before it counts as lost. A job that is only a little late needs no second one.
GRACE = 120
# These change no invitation, and nobody gets a message about them.
_SILENT = frozenset({Kind.COMPLETED, Kind.NO_SHOW})


def plan_messages(change: Change) -> Fields:
	"""Queue the job that sends the messages for the change, and return the booking's fields for it.

	If the queue loses the job, `delivery_status` stays Queued, and a scheduled job finds the booking after `GRACE`
	seconds.
	"""
	if change.kind in _SILENT:
		return {}
	enqueue_delivery(change.booking.name)
	return {"delivery_status": "Queued", "delivery_attempts": 0, "delivery_due_at": change.now + GRACE}


def enqueue_delivery(booking: str) -> None:
	"""Queue the job after the commit. If the queue can't be reached, the booking is stored all the same."""
	frappe.db.after_commit.add(lambda: _enqueue(booking))


def _enqueue(booking: str) -> None:
	try:
		frappe.enqueue(JOB, queue="short", booking=booking)
	except Exception:
		# Frappe's `enqueue_after_commit` connects to the queue before the commit: with a queue that is down, the
		# booking would fail.
		frappe.logger("scheduler_integration").exception("The messages of booking %s wait for the next look", booking)
