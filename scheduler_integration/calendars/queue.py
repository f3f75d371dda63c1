"""Finds the connections that must be read now, and queues their reading.

If a job is lost, the scheduled job soon finds the calendars that are due.
"""

from collections.abc import Iterable

import frappe

from scheduler_integration.platform.queue import queue_after_commit, queue_job

# At most this many jobs at a time. The scheduled job runs again in a minute.
MOST = 500
JOB = "scheduler_integration.jobs.sync_calendars"
LEAVE = "scheduler_integration.jobs.leave_calendar"
_QUEUE = "default"
# A calendar that was read this many seconds ago is fresh enough for a visitor who fills in the form.
FRESH = 60


def sync_soon(connection: str, *, full: bool = False) -> None:
	"""Queue the reading of a connection's calendars after the commit. With `full` everything is read, not only what changed."""
	queue_after_commit(JOB, _QUEUE, connection=connection, full=full)


def enqueue_sync(connection: str) -> None:
	"""Queue the reading now."""
	queue_job(JOB, _QUEUE, connection=connection)


def leave_soon(connection: str) -> None:
	"""Queue the removal of a connection that was disconnected, after the commit."""
	queue_after_commit(LEAVE, _QUEUE, connection=connection)


def enqueue_push_sync(connection: str) -> None:
	"""Queue a reading after the commit, because a push message came. However many messages come, only one job waits.

	Messages that come while the job runs are noted in the connection, and the job queues another reading at its end.
	"""
	queue_job(
		JOB,
		_QUEUE,
		enqueue_after_commit=True,
		job_id=f"scheduling_push:{connection}",
		deduplicate=True,
		connection=connection,
	)


def refresh_of_hosts(users: Iterable[str], now: int) -> None:
	"""Queue the reading of these hosts' calendars that weren't read in the last minute.

	Called when a visitor takes a hold: when the form is sent, the busy times are fresh, and nobody had to wait.
	"""
	connection, calendar = frappe.qb.DocType("Calendar Connection"), frappe.qb.DocType("Connected Calendar")
	stale = (
		frappe.qb.from_(connection)
		.join(calendar)
		.on(calendar.parent == connection.name)
		.select(connection.name)
		.distinct()
		.where(connection.user.isin(sorted(users)) & (connection.is_active == 1))
		.where((connection.status == "Connected") & (calendar.synced_at < now - FRESH))
		.where((calendar.check_conflicts == 1) | (calendar.write_bookings == 1))
	)
	for name in stale.run(pluck=True):
		enqueue_sync(name)


def due_connections(now: int) -> list[str]:
	"""Return the connections whose next reading is due and that nobody reads at the moment, the oldest first.

	Also plans their next reading, so that a slow queue doesn't get the same connection again and again.
	"""
	connection = frappe.qb.DocType("Calendar Connection")
	query = (
		frappe.qb.from_(connection)
		.select(connection.name)
		.where((connection.is_active == 1) & (connection.status != "Reconnect needed"))
		.where(connection.next_sync_at.isnull() | (connection.next_sync_at <= now))
		.where(connection.leased_until.isnull() | (connection.leased_until <= now))
		.orderby(connection.next_sync_at)
		.limit(MOST)
	)
	due = query.run(pluck=True)
	if due:
		again = {"next_sync_at": now + 600}
		frappe.db.set_value("Calendar Connection", {"name": ("in", due)}, again, update_modified=False)
	return due
