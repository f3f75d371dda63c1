"""Queues the job that runs a booking's tasks right after the commit."""

import frappe

JOB = "scheduler_integration.jobs.run_tasks_of"


def wake(booking: str) -> None:
	"""Queue the job after the commit. If the queue can't be reached, the booking is stored all the same.

	The job that runs each minute finds the tasks then.
	"""
	frappe.db.after_commit.add(lambda: enqueue(booking))


def enqueue(booking: str) -> None:
	"""Queue the job now."""
	try:
		frappe.enqueue(JOB, queue="short", booking=booking)
	except Exception:
		# Frappe's `enqueue_after_commit` connects to the queue before the commit: with a queue that is down, the
		# booking would fail.
		frappe.logger("scheduler_integration").exception("The tasks of booking %s wait for the next look", booking)
