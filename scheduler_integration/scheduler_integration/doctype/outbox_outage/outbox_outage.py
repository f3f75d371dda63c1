import frappe
from frappe.model.document import Document


class OutboxOutage(Document):
	"""An account or a system outside that can't be used at present. Only the room outbox/ writes it."""


def on_doctype_update():
	# For the question whether the account of a task can be used, for each task that is due.
	frappe.db.add_index("Outbox Outage", ["kind", "account"])
