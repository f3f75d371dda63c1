import frappe
from frappe import _

from scheduler_integration.catalogue.widget_hosts import widget_hosts
from scheduler_integration.documents import Form
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.embed_code import parse_embed_code
from scheduler_integration.parsing.fields import parse_form_field
from scheduler_integration.parsing.text import label, prose
from scheduler_integration.parsing.web_address import web_address


class ConsultantSchedulerSettings(Form):
	def before_validate(self):
		super().before_validate()
		self.consultant = self.consultant or frappe.session.user

	def validate(self):
		self.validate_address()
		self.validate_texts()
		self.read_embed_code()

	def validate_address(self):
		address = parse_form_field(self, "scheduler_url", web_address)
		self.scheduler_url = address.text if address else None
		if not address and self.scheduler_provider != "Native":
			needed = _("Enter the address of the scheduler, such as https://calendly.com/your-name.")
			raise InvalidRequest(needed, details={"scheduler_url": needed})

	def validate_texts(self):
		self.display_name = parse_form_field(self, "display_name", lambda value: label(value, 200))
		self.description = parse_form_field(self, "description", prose)

	def read_embed_code(self):
		"""Keep the widget's address and height of the pasted code, as a plain iframe. The rest is dropped."""
		hosts = widget_hosts()
		widget = parse_form_field(self, "embed_code", lambda code: parse_embed_code(code, hosts))
		self.embed_code = widget.embed_code() if widget else None
