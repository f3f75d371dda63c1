import frappe
from frappe import _

from scheduler_integration.clock import from_site_time
from scheduler_integration.controllers import Form
from scheduler_integration.exceptions import InvalidRequest


class BlockedTime(Form):
	def validate(self):
		self.refuse_recurrence()
		self.set_instants()

	def refuse_recurrence(self):
		"""Better refused than kept and not heeded: a block that silently doesn't recur would be a double booking."""
		if self.recurring or self.recurrence_rule:
			raise InvalidRequest(_("Recurring blocked time is not supported yet. Please enter each time by itself."))

	def set_instants(self):
		"""A block that reaches into a repeated autumn hour covers both its passes: rather too much than a double booking."""
		try:
			self.starts_at = from_site_time(self.start_time)
			self.ends_at = from_site_time(self.end_time, second_pass=True)
		except (ValueError, OverflowError, AttributeError):
			raise InvalidRequest(_("Write date and time as 2026-11-23 14:30.")) from None
		if self.ends_at <= self.starts_at:
			raise InvalidRequest(_("The end must come after the start."), details={"end_time": _("Too early.")})


def on_doctype_update():
	frappe.db.add_index("Blocked Time", ["user", "ends_at"])
