import frappe
from frappe.model.document import Document


class SchedulingStatDay(Document):
	"""A row for each day that was counted, and one for each later change. Only `insights/stat_days.py` writes it."""


def on_doctype_update():
	frappe.db.add_index("Scheduling Stat Day", ["date", "is_counted"])
