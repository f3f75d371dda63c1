from frappe.model.document import Document


class MailOptOut(Document):
	"""That a person wants no messages after a meeting. Only `notifications/unsubscribe.py` writes it."""
