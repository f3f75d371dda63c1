import frappe

from scheduler_integration.documents import Form


class SchedulerEngagement(Form):
	"""A click on a link of a report, or a meeting that followed from it. Only the room engagement/ writes it."""


def on_doctype_update():
	# Analytics read only these indexes, however many rows a consultant has. Most rows are clicks. Their index
	# has the order of the groups, so the database adds them up without sorting.
	_add_index("analytics_clicks", "consultant", "event_type", "meeting_type", "phase", "clicked_at")
	for moment in ("booked_at", "completed_at"):
		_add_index(f"analytics_{moment}", "consultant", "from_report", moment, "meeting_type", "phase")
	# The latest click on a link.
	frappe.db.add_index("Scheduler Engagement", ["assessment", "clicked_at"])
	# The job that forgets people.
	frappe.db.add_index("Scheduler Engagement", ["is_forgotten", "creation"])


def _add_index(name: str, *fields: str) -> None:
	frappe.db.add_index("Scheduler Engagement", [*fields], index_name=name)
