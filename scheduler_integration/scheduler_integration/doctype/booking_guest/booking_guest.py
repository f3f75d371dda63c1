from frappe.model.document import Document


class BookingGuest(Document):
	pass
