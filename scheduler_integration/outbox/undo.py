"""The tasks of a command that may be taken back: which ones it planned and skipped, and how to revert that."""

from collections.abc import Collection

import frappe
from frappe import _

from scheduler_integration.outbox.tasks import PENDING, SKIPPED, STAGES
from scheduler_integration.outbox.wake import wake
from scheduler_integration.platform.clock import to_site_time

# A person who sees what they did by mistake reacts within this time.
SECONDS = 10

States = dict[str, str]


def states_of(bookings: Collection[str]) -> States:
	"""Return the status of each task of the bookings, by the task's name."""
	rows = frappe.get_all("Outbox Task", {"booking": ["in", list(bookings)]}, ["name", "status"])
	return {row.name: row.status for row in rows}


def compared(before: States, after: States) -> dict[str, list[str]]:
	"""Return the tasks that wait since the command (`planned`), and those that it skipped."""
	return {
		"planned": [name for name, status in after.items() if status == PENDING and before.get(name) != PENDING],
		"skipped": [name for name, status in after.items() if status == SKIPPED and before.get(name) == PENDING],
	}


def nobody_was_told(facts: dict[str, list[str]]) -> bool:
	"""Whether all planned tasks still wait. They are locked, so that no worker takes them before the transaction ends."""
	task = frappe.qb.DocType("Outbox Task")
	if not facts["planned"]:
		return True
	query = frappe.qb.from_(task).select(task.status).where(task.name.isin(facts["planned"]))
	return set(query.for_update().run(pluck=True)) <= {PENDING}


def drop(facts: dict[str, list[str]], now: int) -> None:
	"""Skip the messages that the command planned, and let those wait again that it skipped.

	Calendar events and video calls stay planned. Their handlers do what the booking needs when they run.
	"""
	task = frappe.qb.DocType("Outbox Task")
	if facts["planned"]:
		query = frappe.qb.update(task).where(task.name.isin(facts["planned"]) & task.kind.notin(sorted(STAGES)))
		query = query.set(task.status, SKIPPED).set(task.error, _("The change was undone."))
		query.set(task.done_at, now).set(task.done_on, to_site_time(now)).run()
	if facts["skipped"]:
		query = frappe.qb.update(task).where(task.name.isin(facts["skipped"]) & (task.status == SKIPPED))
		query = query.set(task.status, PENDING).set(task.error, None)
		query.set(task.done_at, None).set(task.done_on, None).run()


def hasten(facts: dict[str, list[str]], until: int, now: int) -> None:
	"""Let the planned tasks run now that are due at `until`, epoch seconds, or earlier. Later reminders stay as they are."""
	task = frappe.qb.DocType("Outbox Task")
	if facts["planned"]:
		query = frappe.qb.update(task).where(task.name.isin(facts["planned"]) & (task.status == PENDING))
		query = query.where((task.due_at > now) & (task.due_at <= until))
		query.set(task.due_at, now).set(task.due_on, to_site_time(now)).run()
	wake()


def hand_over(former: str, booking: str) -> None:
	"""Give the tasks for calendar events of the booking `former`, which is to be deleted, to another booking."""
	tasks = {"booking": former, "kind": "calendar_event"}
	frappe.db.set_value("Outbox Task", tasks, "booking", booking, update_modified=False)
