import frappe

from scheduler_integration.documents import Form


class BookingSeat(Form):
	"""A seat of a session that a live booking takes (see bookings/guard.py)."""


def on_doctype_update():
	frappe.db.add_unique("Booking Seat", ["session", "seat"], constraint_name="unique_seat_of_session")
