from frappe.model.document import Document


class AvailabilityRule(Document):
	pass
