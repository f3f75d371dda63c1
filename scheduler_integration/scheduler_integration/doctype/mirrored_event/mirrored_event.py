import frappe

from scheduler_integration.documents import Form


class MirroredEvent(Form):
	pass


def on_doctype_update():
	# For each reading of a calendar: the events of meetings to come that were written into it.
	frappe.db.add_index("Mirrored Event", ["calendar", "ends_at"])
	# For a host's page, and for the job that tells hosts of changes.
	frappe.db.add_index("Mirrored Event", ["user", "ends_at"])
	frappe.db.add_index("Mirrored Event", ["state", "ends_at"])
