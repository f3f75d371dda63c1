"""Writes the rows of Scheduler Engagement. No other module writes them, only `retention.py` erases.

A click has a row of its own. A meeting has one row from the booking to its end, and `event_type` is its latest event.
"""

from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.sql import update_rows

LINK_CLICKED = "link_clicked"
# The state of a meeting, the event that it makes of the row, and the field that keeps the moment.
# A meeting to which the client didn't come was booked, and neither completed nor cancelled.
EVENTS = {
	"Scheduled": ("meeting_booked", "booked_at"),
	"Completed": ("meeting_completed", "completed_at"),
	"Cancelled": ("meeting_cancelled", "cancelled_at"),
	"No Show": ("meeting_booked", "booked_at"),
}


def insert_row(fields: dict[str, Any]) -> Document:
	"""Insert a row and return it. The times that the desk shows are derived from the instants."""
	row = frappe.get_doc({"doctype": "Scheduler Engagement", **fields})
	row.update(shown_times(row))
	# Runs for clients and external schedulers. No user may write these records.
	row.flags.ignore_links = True
	return row.insert(ignore_permissions=True)


def update_row(row: Document, fields: dict[str, Any]) -> None:
	"""Store new values of a row, if they differ from its own."""
	changed = {name: value for name, value in fields.items() if row.get(name) != value}
	if changed:
		row.update(changed)
		row.db_set({**changed, **shown_times(row)})


def update_all(rows: list[tuple[frappe._dict, dict[str, Any]]]) -> None:
	"""Store new values of several rows, with one statement."""
	fields = {*shown_times(frappe._dict()), *(name for _row, values in rows for name in values)}
	for row, values in rows:
		row.update(values)
		row.update(shown_times(row))
	update_rows("Scheduler Engagement", {row.name: {name: row.get(name) for name in sorted(fields)} for row, _ in rows})


def state_fields(status: str, now: int, booked_at: int | None) -> dict[str, Any]:
	"""Return the fields of a row whose meeting has the state `status` from `now` on.

	The fields of former states are emptied: if a host corrects Completed to No Show, the time of completion is removed.
	"""
	event, moment = EVENTS[status]
	ended: dict[str, int | None] = {"completed_at": None, "cancelled_at": None}
	if moment in ended:
		ended[moment] = now
	return {"event_type": event, "status": status, "booked_at": booked_at or now, **ended}


def shown_times(row: Document) -> dict[str, Any]:
	"""Return the wall times in the site's zone that the desk shows."""
	moment = row.completed_at or row.cancelled_at or row.booked_at or row.clicked_at
	return {
		"happened_on": to_site_time(moment) if moment else None,
		"scheduled_on": to_site_time(row.scheduled_for) if row.scheduled_for else None,
	}
