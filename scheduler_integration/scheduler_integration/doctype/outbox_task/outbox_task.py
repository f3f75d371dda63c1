import frappe
from frappe.model.document import Document


class OutboxTask(Document):
	"""Something that happens outside for a booking. Only the room outbox/ writes it."""


def on_doctype_update():
	# For the search for due tasks and lost leases, each minute, among all tasks that were ever done.
	frappe.db.add_index("Outbox Task", ["status", "due_at"])
	frappe.db.add_index("Outbox Task", ["booking", "stage"])
	# For the question whether another task of the same target runs.
	frappe.db.add_index("Outbox Task", ["target", "status"])
