import frappe

from scheduler_integration.documents import Row


class BookingHost(Row):
	pass


def on_doctype_update():
	# For the query that loads calendars: live bookings of some hosts that end after an instant.
	frappe.db.add_index("Booking Host", ["user", "is_live", "ends_at"])
