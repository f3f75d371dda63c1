"""Claims due tasks for one worker.

A claim is a lease. If the worker dies, the tasks come back when the lease is over. Two workers can't claim one task,
because the update is conditional on the status. Each step commits, so nothing is locked while a handler talks to the
world.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass

import frappe
from frappe.query_builder import Criterion
from frappe.query_builder.functions import Count
from pypika import Case, Table
from pypika.analytics import RowNumber
from pypika.terms import ExistsCriterion, Not

from scheduler_integration.outbox import outages
from scheduler_integration.outbox.tasks import PENDING, SENDING, Task
from scheduler_integration.platform.transactions import is_lost_race, read_committed, roll_back

# Longer than a worker takes for one job. A worker that runs out of time gives back the tasks that it hasn't started.
LEASE_SECONDS = 900
# A message waits this long for the link or the calendar event of its booking. Then it is sent without them.
PATIENCE = 10
# A claim that lost a race against another worker is repeated this often.
ATTEMPTS = 5

_COLUMNS = (
	"name", "booking", "kind", "purpose", "target", "automation", "key", "due_at", "expires_at", "attempts", "generation",
	"external_id", "payload", "lease", "due_on", "modified",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
	"""Which tasks a worker takes: of one booking or of all."""

	booking: str | None = None
	one_at_a_time: Collection[str] = ()


def claim(now: int, limit: int, wanted: Wanted) -> list[Task]:
	"""Claim at most `limit` of the wanted tasks that are due. `now` is in epoch seconds. Commits.

	Tasks that never failed come before tasks that did. Tasks that were planned to run at once come before tasks that were
	planned for a later time, so 10,000 reminders don't delay a confirmation. The first task of each target comes before
	the second task of any target, so 10,000 tasks for one target don't delay the others. For the kinds in
	`wanted.one_at_a_time`, a target gets one task at a time. Tasks whose account can't be used wait (see outages.py),
	unless they are overdue. These are skipped.
	"""
	for _attempt in range(ATTEMPTS):
		try:
			claimed = _claim(now, limit, wanted)
		except Exception as error:
			if not is_lost_race(error):
				raise
			roll_back()
			continue
		if claimed is not None:
			return claimed
	# Other workers are busy with the same tasks, so there is nothing left to do here.
	return []


def _claim(now: int, limit: int, wanted: Wanted) -> list[Task] | None:
	"""Return the tasks, none if nothing is due, or None if other workers were quicker and more may be due."""
	# Each statement sees what other workers have claimed. Under REPEATABLE READ, MariaDB from 11.6 on would refuse to
	# update a row that changed since the transaction's first read.
	read_committed()
	task = frappe.qb.DocType("Outbox Task")
	# Make the tasks of dead workers pending again.
	lost = frappe.qb.from_(task).select(task.name).where((task.status == SENDING) & (task.lease_until <= now))
	if names := lost.limit(1000).run(pluck=True):
		query = frappe.qb.update(task).where(task.name.isin(names) & (task.status == SENDING))
		query.where(task.lease_until <= now).set(task.status, PENDING).set(task.lease, None).run()
	names = _candidates(now, limit, wanted)
	if not names:
		frappe.db.commit()
		return []
	lease = frappe.generate_hash(length=16)
	query = frappe.qb.update(task).where(task.name.isin(names) & (task.status == PENDING) & (task.due_at <= now))
	query = query.set(task.status, SENDING).set(task.lease, lease).set(task.lease_until, now + LEASE_SECONDS)
	query.set(task.attempts, task.attempts + 1).run()
	frappe.db.commit()
	rows = frappe.get_all("Outbox Task", {"lease": lease, "name": ["in", names]}, list(_COLUMNS))
	order = {name: index for index, name in enumerate(names)}
	rows.sort(key=lambda row: order[row.name])
	claimed = [Task(**{**row, "payload": json.loads(row.payload or "{}")}) for row in rows]
	return _without_rivals(claimed, wanted.one_at_a_time) if claimed else None


def give_back(tasks: Collection[Task]) -> None:
	"""Return claimed tasks that the worker didn't start. Commits."""
	if not tasks:
		return
	task = frappe.qb.DocType("Outbox Task")
	query = frappe.qb.update(task).where(task.name.isin([task.name for task in tasks]))
	query = query.where(task.lease.isin(sorted({task.lease for task in tasks}))).where(task.status == SENDING)
	query.set(task.status, PENDING).set(task.lease, None).set(task.lease_until, None).set(
		task.attempts, task.attempts - 1
	).run()
	frappe.db.commit()


def is_any_held_up(now: int) -> bool:
	"""Whether a due task waits for one of an earlier stage."""
	task = frappe.qb.DocType("Outbox Task")
	query = frappe.qb.from_(task).select(task.name).where(_is_due(task, now) & _is_held_up(task, now))
	return bool(query.limit(1).run())


def is_any_due_within(seconds: int, now: int) -> bool:
	"""Whether a task that waits now will be due in the next `seconds`."""
	task = frappe.qb.DocType("Outbox Task")
	soon = (task.status == PENDING) & (task.due_at > now) & (task.due_at <= now + seconds)
	return bool(frappe.qb.from_(task).select(task.name).where(soon).limit(1).run())


def _candidates(now: int, limit: int, wanted: Wanted) -> list[str]:
	task = frappe.qb.DocType("Outbox Task")
	turn = RowNumber().over(task.target).orderby(task.attempts, task.due_at, task.creation)
	# A task is modified when it is planned, and when it is planned again.
	is_timed = Case().when(task.due_on <= task.modified, 0).else_(1)
	due = frappe.qb.from_(task).select(task.name, task.kind, task.target, task.due_at, task.attempts)
	due = due.select(turn.as_("turn"), is_timed.as_("is_timed"))
	due = due.where(_is_due(task, now) & Not(_is_held_up(task, now)))
	due = due.where(Not(outages.stop(task, now)) | ((task.expires_at > 0) & (task.expires_at <= now)))
	if wanted.booking:
		due = due.where(task.booking == wanted.booking)
	due = due.as_("due")
	query = frappe.qb.from_(due).select(due.name)
	if serial := sorted(wanted.one_at_a_time):
		other = frappe.qb.DocType("Outbox Task").as_("other")
		running = frappe.qb.from_(other).select(other.name)
		running = running.where((other.target == due.target) & (other.kind == due.kind) & (other.status == SENDING))
		is_running = ExistsCriterion(running)
		query = query.where(due.kind.notin(serial) | ((due.turn == 1) & Not(is_running)))
	query = query.orderby(due.attempts).orderby(due.is_timed).orderby(due.turn).orderby(due.due_at)
	return list(query.limit(limit).run(pluck=True))


def _is_due(task: Table, now: int) -> Criterion:
	return (task.status == PENDING) & (task.due_at <= now)


def _is_held_up(task: Table, now: int) -> Criterion:
	"""The condition that another task of the booking has to run first, and not for longer than PATIENCE."""
	earlier = frappe.qb.DocType("Outbox Task").as_("earlier")
	first = frappe.qb.from_(earlier).select(earlier.name)
	first = first.where((earlier.booking == task.booking) & (earlier.stage < task.stage))
	first = first.where(earlier.status.isin([PENDING, SENDING]) & (earlier.due_at <= task.due_at + PATIENCE))
	return (task.due_at > now - PATIENCE) & ExistsCriterion(first)


def _without_rivals(claimed: list[Task], one_at_a_time: Collection[str]) -> list[Task]:
	"""Give back the tasks whose target another worker has claimed too, in the moment between reading and claiming."""
	row, rivals = frappe.qb.DocType("Outbox Task"), []
	for task in claimed:
		if task.kind in one_at_a_time:
			query = frappe.qb.from_(row).select(Count("*")).where((row.kind == task.kind) & (row.target == task.target))
			if query.where(row.status == SENDING).run()[0][0] > 1:
				rivals.append(task)
	give_back(rivals)
	return [task for task in claimed if task not in rivals]
