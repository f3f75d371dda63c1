import frappe
from frappe.model.document import Document


class SchedulingDailyStat(Document):
	"""The meetings of one day, host, page, meeting type and currency. Only `insights/history.py` writes it."""


def on_doctype_update():
	frappe.db.add_index("Scheduling Daily Stat", ["date", "is_main"])
	frappe.db.add_index("Scheduling Daily Stat", ["host", "date"])
