import frappe

from scheduler_integration.controllers import Form


class ConsultantSchedulerSettings(Form):
	def before_validate(self):
		super().before_validate()
		self.consultant = self.consultant or frappe.session.user
