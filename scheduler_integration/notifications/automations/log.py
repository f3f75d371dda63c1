"""The log of automations. Their tasks in the outbox are the log, so it is read from there."""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from frappe import _
from pypika.functions import Coalesce

from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.notifications.automations.plan import AT_ONCE, TIMED_TASK
from scheduler_integration.notifications.channels import BY_KIND
from scheduler_integration.notifications.rules import all_automations
from scheduler_integration.notifications.templates import TEMPLATES
from scheduler_integration.outbox.failures import reached
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.records import record

# The most entries. To see others, a manager narrows the dates.
MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
	"""Which entries to return. Empty fields don't narrow. `since` and `until` are epoch seconds, half-open."""

	automation: str = ""
	booking: str = ""
	status: str = ""
	since: int | None = None
	until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
	"""One action of an automation.

	`at` (epoch seconds) is when it was done, or is due. `automation` is the name of its record, and None if that was
	deleted. `status` is the task's, and `reason` says why it failed, was skipped or waits for another attempt.
	"""

	at: int
	automation: str | None
	title: str
	channel: str
	target: str
	status: str
	reason: str | None
	attempts: int
	booking: str


def entries(wanted: Wanted) -> list[Entry]:
	"""Return the newest actions of automations, at most MOST of them, latest first. For managers: raises NotPermitted.

	Confirmations and cancellations are included. They are actions of the automations that the app ships.
	"""
	if not is_manager():
		raise NotPermitted
	automations = all_automations()
	by_name = {automation.name: automation for automation in automations}
	by_key = {automation.built_in: automation for automation in automations if automation.built_in}
	found = []
	for row in _rows(wanted):
		automation = by_name.get(row.automation) or by_key.get(row.purpose)
		found.append(
			record(
				Entry,
				row,
				automation=automation.name if automation else None,
				title=automation.title if automation else _("An automation that was deleted"),
				channel=BY_KIND[row.kind].name if row.kind in BY_KIND else row.kind,
				target=reached(row.kind, row.target),
				reason=row.error,
			)
		)
	return found


def _rows(wanted: Wanted) -> list[frappe._dict]:
	task = frappe.qb.DocType("Outbox Task")
	at = Coalesce(task.done_at, task.due_at)
	query = frappe.qb.from_(task).select(
		at.as_("at"), task.automation, task.kind, task.purpose, task.target, task.status, task.error, task.attempts,
		task.booking,
	)  # fmt: skip
	# The condition that a task is an action of this automation, or of any if `name` is empty.
	if not wanted.automation:
		of_automation = task.purpose.isin([AT_ONCE, TIMED_TASK, *TEMPLATES])
	else:
		asked = next((automation for automation in all_automations() if automation.name == wanted.automation), None)
		if asked and asked.built_in in TEMPLATES:
			# Messages about a change are planned without the list of automations, so their tasks name no automation.
			of_automation = task.purpose == asked.built_in
		else:
			of_automation = task.automation == wanted.automation
	query = query.where(of_automation)
	for column, value in ((task.booking, wanted.booking), (task.status, wanted.status)):
		if value:
			query = query.where(column == value)
	if wanted.since is not None:
		query = query.where(at >= wanted.since)
	if wanted.until is not None:
		query = query.where(at < wanted.until)
	return query.orderby(at, order=frappe.qb.desc).orderby(task.name).limit(MOST).run(as_dict=True)
