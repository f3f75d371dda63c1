"""The desk's log of automations: each action, to whom it went, its outcome, and why it failed or was skipped.

Their tasks in the outbox are the log, so it is read from there.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from pypika.functions import Coalesce

from scheduler_integration.engine import local_midnight
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.notifications.automations.plan import AT_ONCE, TIMED_TASK
from scheduler_integration.notifications.channels import BY_KIND
from scheduler_integration.notifications.rules import Automation, all_automations
from scheduler_integration.notifications.templates import TEMPLATES
from scheduler_integration.outbox.failures import reached
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import site_zone, to_site_time
from scheduler_integration.scheduler_integration.report.scheduling_figures import dates_of

# The most entries. To see others, a manager narrows the dates.
MOST = 1000


def execute(filters: Mapping[str, Any] | None = None) -> tuple[list, list]:
	"""Frappe's entry point: return columns and rows, at most MOST, newest first. Dates and times are of the site's zone.

	Confirmations and cancellations are included. They are actions of the automations that the app ships. Raises
	NotPermitted if the user isn't a manager.
	"""
	fields = (
		("time", _("When"), "Datetime", "", 170),
		("title", _("Action"), "Data", "", 240),
		("channel", _("Channel"), "Data", "", 90),
		("target", _("To"), "Data", "", 220),
		("outcome", _("Outcome"), "Data", "", 110),
		("reason", _("Reason"), "Data", "", 320),
		("attempts", _("Attempts"), "Int", "", 90),
		("booking", _("Booking"), "Link", "Booking", 130),
		("automation", _("Meeting Automation"), "Link", "Meeting Automation", 160),
	)
	columns = [
		{"fieldname": name, "label": label, "fieldtype": kind, "options": options, "width": width}
		for name, label, kind, options, width in fields
	]
	wanted = filters or {}
	first, last = dates_of(wanted)
	if not is_manager():
		raise NotPermitted
	automations = all_automations()
	by_name = {automation.name: automation for automation in automations}
	by_key = {automation.built_in: automation for automation in automations if automation.built_in}
	tasks = _tasks(wanted, _midnight(first), _midnight(last + timedelta(days=1)) if last else None, by_name)
	return columns, [_row(task, by_name.get(task.automation) or by_key.get(task.purpose)) for task in tasks]


def _midnight(day: date | None) -> int | None:
	return local_midnight(day, site_zone().key) if day else None


def _tasks(
	wanted: Mapping[str, Any], since: int | None, until: int | None, automations: Mapping[str, Automation]
) -> list[frappe._dict]:
	"""Return the tasks of `[since, until)`, epoch seconds. Empty filters don't narrow."""
	task = frappe.qb.DocType("Outbox Task")
	at = Coalesce(task.done_at, task.due_at)
	query = frappe.qb.from_(task).select(
		at.as_("at"), task.automation, task.kind, task.purpose, task.target, task.status, task.error, task.attempts,
		task.booking,
	)  # fmt: skip
	# The condition that a task is an action of this automation, or of any if none is asked for.
	if not (name := str(wanted.get("automation") or "")):
		of_automation = task.purpose.isin([AT_ONCE, TIMED_TASK, *TEMPLATES])
	elif (asked := automations.get(name)) and asked.built_in in TEMPLATES:
		# Messages about a change are planned without the list of automations, so their tasks name no automation.
		of_automation = task.purpose == asked.built_in
	else:
		of_automation = task.automation == name
	query = query.where(of_automation)
	for column, value in ((task.booking, wanted.get("booking")), (task.status, wanted.get("outcome"))):
		if value:
			query = query.where(column == str(value))
	if since is not None:
		query = query.where(at >= since)
	if until is not None:
		query = query.where(at < until)
	return query.orderby(at, order=frappe.qb.desc).orderby(task.name).limit(MOST).run(as_dict=True)


def _row(task: frappe._dict, automation: Automation | None) -> dict[str, Any]:
	return {
		"time": to_site_time(task.at),
		# None if it was deleted.
		"automation": automation.name if automation else None,
		"title": _(automation.title) if automation else _("An automation that was deleted"),
		"channel": _(BY_KIND[task.kind].name if task.kind in BY_KIND else task.kind),
		"target": reached(task.kind, task.target),
		"outcome": task.status,
		# Jobs store their reasons in English.
		"reason": _(task.error) if task.error else None,
		"attempts": task.attempts,
		"booking": task.booking or "",
	}
