"""Finds the connections that must be read now, and queues their reading.

A job reads one connection after the other that is due, so a bench reads as many calendars as its workers can, and the
queue holds few such jobs, however late the reading is.

If a job is lost, the scheduled job soon finds the calendars that are due.
"""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.query_builder.functions import Count

from scheduler_integration.platform.queue import queue_after_commit, queue_job
from scheduler_integration.platform.transactions import is_lost_race, roll_back

# Each minute, one job is queued for so many connections that are due, which is what it reads in its time, and at most MOST_JOBS.
# Those of two minutes can wait: 200 of the 500 jobs that Frappe lets wait, of all apps.
EACH, MOST_JOBS = 100, 100
# A connection that was claimed is due again after this time, in seconds, if nobody has read it by then.
_CLAIMED = 600
_ATTEMPTS = 5
READ_DUE = "scheduler_integration.jobs.read_due_calendars"
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


def queue_due(now: int) -> None:
	"""Queue the jobs that read the connections that are due.

	While a job waits or runs, Frappe queues no other one with the same id. Those of the next minute have other ids, so a job that
	runs keeps nobody from queuing the next one.
	"""
	connection = frappe.qb.DocType("Calendar Connection")
	due = frappe.qb.from_(connection).select(connection.name).where(_is_due(connection, now)).limit(EACH * MOST_JOBS)
	count = frappe.qb.from_(due).select(Count("*")).run()[0][0]
	for number in range(-(-count // EACH)):
		queue_job(READ_DUE, _QUEUE, job_id=f"scheduling_poll:{number}:{now // 60 % 2}", deduplicate=True)


def claim_due(now: int) -> str | None:
	"""Return the connection that is due for the longest and that nobody reads, or None. Commits. Nobody else gets it for a while.

	One at a time: if its reading kills the worker, no other connection waits for it.
	"""
	for _attempt in range(_ATTEMPTS):
		try:
			claimed = _claim(now)
			frappe.db.commit()
			return claimed
		except Exception as error:
			# A worker at another node of a cluster has claimed the same one.
			if not is_lost_race(error):
				raise
			roll_back()
	return None


def _claim(now: int) -> str | None:
	connection = frappe.qb.DocType("Calendar Connection")
	query = frappe.qb.from_(connection).select(connection.name).where(_is_due(connection, now))
	query = query.orderby(connection.next_sync_at).limit(1)
	if frappe.db.db_type == "mariadb":
		# Not the one that another worker claims at this moment. SQLite lets one transaction write at a time.
		query = query.for_update(skip_locked=True)
	if not (found := query.run(pluck=True)):
		return None
	frappe.db.set_value("Calendar Connection", found[0], "next_sync_at", now + _CLAIMED, update_modified=False)
	return str(found[0])


def _is_due(connection: Any, now: int) -> Any:
	return (
		(connection.is_active == 1)
		& (connection.status != "Reconnect needed")
		& (connection.next_sync_at.isnull() | (connection.next_sync_at <= now))
		& (connection.leased_until.isnull() | (connection.leased_until <= now))
	)
