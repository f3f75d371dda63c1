from frappe.model.document import Document


class MeetingTypeQuestion(Document):
	pass
