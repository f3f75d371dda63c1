import frappe
from frappe.model.document import Document


class BookingHost(Document):
	pass


def on_doctype_update():
	# What the slots of a host ask for: the live meetings of some hosts that end after an instant.
	frappe.db.add_index("Booking Host", ["user", "is_live", "ends_at"])
