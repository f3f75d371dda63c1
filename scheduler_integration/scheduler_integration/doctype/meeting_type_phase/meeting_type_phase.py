from frappe.model.document import Document


class MeetingTypePhase(Document):
	pass
