import frappe

from scheduler_integration.controllers import Form


class BookingSlot(Form):
	"""Five minutes of a host's time that a live booking holds (see bookings/guard.py)."""


def on_doctype_update():
	frappe.db.add_unique("Booking Slot", ["host", "bucket"], constraint_name="unique_host_time")
