from frappe.model.document import Document


class BookingAnswer(Document):
	pass
