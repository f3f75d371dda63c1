import frappe
from frappe.model.document import Document


class SchedulingExport(Document):
	"""A file that somebody asked for and a job makes. Only `insights/export_files.py` writes it."""


def on_doctype_update():
	frappe.db.add_index("Scheduling Export", ["user", "asked_at"])
