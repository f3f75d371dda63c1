from frappe.model.document import Document


class HostCalendar(Document):
	"""One row for each host, which a booking locks first (see bookings/guard.py)."""
