from frappe.model.document import Document


class HostDevice(Document):
	"""A browser that shows notifications to a host. notifications/devices.py writes these records."""
