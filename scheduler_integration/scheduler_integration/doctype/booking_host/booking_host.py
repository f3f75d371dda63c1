import frappe

from scheduler_integration.controllers import Row


class BookingHost(Row):
	pass


def on_doctype_update():
	# What the slots of a host ask for: the live meetings of some hosts that end after an instant.
	frappe.db.add_index("Booking Host", ["user", "is_live", "ends_at"])
