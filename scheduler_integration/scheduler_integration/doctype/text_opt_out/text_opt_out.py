from frappe.model.document import Document


class TextOptOut(Document):
	"""That a telephone number wants no text messages. Only `notifications/text_opt_outs.py` writes it."""
