"""Shows a booking's tasks to people, and lets them try one again or stop it."""

from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.failures import is_late, reached
from scheduler_integration.outbox.tasks import FAILED, PENDING, SKIPPED
from scheduler_integration.outbox.wake import wake
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.sql import field_by_name

_COLUMNS = ("name", "kind", "purpose", "target", "status", "due_at", "done_at", "attempts", "error", "automation")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSummary:
	"""A task as the hosts of the booking see it. Instants are epoch seconds.

	`target` is written for people. `automation` is the title of the Meeting Automation that planned the task. `is_late`: it
	waits though it has failed already, or should have been done some time ago.
	"""

	name: str
	kind: str
	purpose: str
	target: str
	status: str
	due_at: int
	done_at: int | None
	attempts: int
	is_late: bool
	error: str | None
	automation: str | None


def tasks_of(booking: str, now: int) -> list[TaskSummary]:
	"""Return the booking's tasks in the order in which they are or were due."""
	rows = frappe.get_all("Outbox Task", {"booking": booking}, list(_COLUMNS), order_by="due_at asc, creation asc")
	titles = field_by_name("Meeting Automation", (row.automation for row in rows), "title")
	found = []
	for row in rows:
		late = is_late(row.status, row.error, row.due_at, now)
		told = {"target": reached(row.kind, row.target), "automation": titles.get(row.automation), "is_late": late}
		found.append(TaskSummary(**{**row, **told}))
	return found


def try_again(name: str, now: int) -> str:
	"""Make a failed, skipped or waiting task due now, as the signed-in host or manager, and return its booking.

	Raises NotPermitted if the user may not change the booking, and InvalidRequest if there is no such task, or if it was
	sent already.
	"""
	task = _find(name)
	if task.status not in (FAILED, SKIPPED, PENDING):
		raise InvalidRequest(_("This was sent already, or is being sent now."))
	fields = {
		"status": PENDING,
		"due_at": now,
		"due_on": to_site_time(now),
		"attempts": 0,
		"error": None,
		"is_stopped": 0,
	}
	_change(task, {**fields, "done_at": None, "done_on": None, "expires_at": None})
	outages.ask_soon(task.kind, outages.accounts_of(task), now, obeys=False)
	wake()
	return str(task.booking)


def stop(name: str, now: int) -> str:
	"""Skip a task that waits or failed, as the signed-in host or manager, and return its booking.

	Raises NotPermitted if the user may not change the booking, and InvalidRequest if there is no such task, or if it
	can't be stopped any more.
	"""
	task = _find(name)
	if task.status not in (PENDING, FAILED):
		raise InvalidRequest(_("Only a task that waits or failed can be stopped."))
	who = frappe.utils.get_fullname(frappe.session.user)
	reason = _("Stopped by {0}.").format(who)
	fields = {"status": SKIPPED, "is_stopped": 1, "error": reason}
	_change(task, {**fields, "done_at": now, "done_on": to_site_time(now)})
	return str(task.booking)


def _find(name: str) -> Document:
	"""Return the task, locked, so that no worker claims it meanwhile."""
	if not frappe.db.exists("Outbox Task", name):
		raise InvalidRequest(_("There is no such task."))
	task = frappe.get_doc("Outbox Task", name, for_update=True)
	if not frappe.has_permission("Booking", "write", task.booking):
		raise NotPermitted
	return task


def _change(task: Document, fields: dict[str, Any]) -> None:
	frappe.db.set_value("Outbox Task", task.name, fields)
