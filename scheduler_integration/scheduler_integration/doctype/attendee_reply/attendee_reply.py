from frappe.model.document import Document


class AttendeeReply(Document):
	"""A reply of an attendee that this site got. Only `replies/rows.py` writes it."""
