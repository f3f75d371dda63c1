from frappe.model.document import Document


class SchedulingPageHost(Document):
	pass
