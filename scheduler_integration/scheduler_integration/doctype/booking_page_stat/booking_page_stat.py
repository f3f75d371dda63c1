import frappe
from frappe.model.document import Document


class BookingPageStat(Document):
	"""How far the visitors of a page came on one day. Only `insights/page_stats.py` writes it."""


def on_doctype_update():
	frappe.db.add_index("Booking Page Stat", ["date", "scheduling_page"])
