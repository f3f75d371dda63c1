"""Queues this app's jobs. If the queue can't be reached, only time is lost. A scheduled job finds the work later."""

from typing import Any

import frappe


def queue_after_commit(method: str, queue: str, **arguments: Any) -> None:
	"""Queue the job after the commit. If the transaction is rolled back, there is no job.

	Frappe's `enqueue_after_commit` connects to the queue before the commit. If the queue is down, the transaction would
	fail, and with it a booking.
	"""
	frappe.db.after_commit.add(lambda: queue_job(method, queue, **arguments))


def queue_job(method: str, queue: str, **arguments: Any) -> None:
	"""Queue the job now. `arguments` are those of the job and of `frappe.enqueue`. Raises nothing."""
	try:
		frappe.enqueue(method, queue=queue, **arguments)
	except Exception:
		# Redis and RQ have many classes of errors, and none of them may stop what was stored already.
		# Arguments may be secrets.
		frappe.logger("scheduler_integration").exception("%s %s waits for the scheduled job", method, [*arguments])
