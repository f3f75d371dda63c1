from frappe.model.document import Document


class PaymentNotice(Document):
	"""A notice of a payment provider. The unique event makes a repeated notice do nothing. Only payments/ writes it."""
