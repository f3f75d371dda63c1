"""Queued and scheduled jobs. Each has its own transaction, which Frappe commits at the end."""

import frappe

from scheduler_integration import bookings, clock
from scheduler_integration.outbox.awake import keep_awake

# Short enough that a confirmation which waits behind this job for the only worker leaves within half a minute.
RUN_SECONDS = 20
NEXT_RUN = "scheduler_integration.jobs.run_due_tasks"


def run_tasks_of(booking: str) -> None:
	"""Runs after the commit of a command: what it planned for the booking and is due now."""
	bookings.run_tasks_of(booking, clock.now)
	keep_awake()


def run_due_tasks() -> None:
	"""Runs every minute: all tasks that are due, those of lost jobs and dead workers too.

	If they are too many for one run, another one gets in line behind the jobs that wait.
	"""
	began = clock.now()
	bookings.run_due_tasks(clock.now, RUN_SECONDS)
	keep_awake()
	if clock.now() - began >= RUN_SECONDS:
		frappe.enqueue(NEXT_RUN, queue="long", job_id=NEXT_RUN, deduplicate=True)


def release_past_slots() -> None:
	"""Runs daily: deletes the rows of Booking Slot and Booking Seat for times that are over."""
	bookings.release_before(clock.now())
