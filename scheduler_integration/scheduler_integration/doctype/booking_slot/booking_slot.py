import frappe

from scheduler_integration.documents import Form


class BookingSlot(Form):
	"""A bucket: five minutes of a host that a live booking or session takes (see bookings/guard.py)."""


def on_doctype_update():
	frappe.db.add_unique("Booking Slot", ["host", "bucket"], constraint_name="unique_host_time")
