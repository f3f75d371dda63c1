import frappe

from scheduler_integration.documents import Form
from scheduler_integration.engagement.retention import forget_assessment
from scheduler_integration.parsing.fields import parse_form_field
from scheduler_integration.parsing.text import label


class ClientAssessment(Form):
	def before_validate(self):
		super().before_validate()
		self.consultant = self.consultant or frappe.session.user

	def validate(self):
		self.client_name = parse_form_field(self, "client_name", lambda value: label(value, 200))

	def on_trash(self):
		forget_assessment(self.name)


def on_doctype_update():
	# Bookings without a reference are matched by the client's address, while the host's lock is held.
	frappe.db.add_index("Client Assessment", ["client_email", "consultant"])
