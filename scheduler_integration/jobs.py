"""Queued and scheduled jobs. Each has its own transaction, which Frappe commits at the end, unless it says otherwise."""

import frappe

from scheduler_integration import bookings, clock
from scheduler_integration.notifications.digest import queue_digest, wanted_digests
from scheduler_integration.outbox.awake import keep_awake

# A little less than a minute, after which the next run begins.
RUN_SECONDS = 45


def run_tasks_of(booking: str) -> None:
	"""Runs after the commit of a command: what it planned for the booking and is due now."""
	bookings.run_tasks_of(booking, clock.now)
	keep_awake()


def run_due_tasks() -> None:
	"""Runs every minute: all tasks that are due, those of lost jobs and dead workers too."""
	bookings.run_due_tasks(clock.now, RUN_SECONDS)
	keep_awake()


def send_digests() -> None:
	"""Runs every quarter of an hour: queues the morning digests that are due. One that fails doesn't stop the others."""
	now = clock.now()
	for name in wanted_digests():
		frappe.db.savepoint("digest")
		try:
			queue_digest(name, now)
		except Exception:
			frappe.db.rollback(save_point="digest")
			frappe.log_error(title=f"The morning digest {name} failed")


def release_past_slots() -> None:
	"""Runs daily: deletes the rows of Booking Slot and Booking Seat for times that are over."""
	bookings.release_before(clock.now())


def close_past_bookings() -> None:
	"""Runs every five minutes: completes meetings and declines requests whose time has passed. Commits after each one."""
	now = clock.now()
	bookings.decline_unanswered_requests(now)
	bookings.complete_past_meetings(now)
