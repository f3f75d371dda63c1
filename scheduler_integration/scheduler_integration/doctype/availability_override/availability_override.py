import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import date_diff, getdate

from scheduler_integration.availability.wall_clock import checked_end, checked_start
from scheduler_integration.exceptions import InvalidRequest

MAX_DAYS = 366


class AvailabilityOverride(Document):
	def validate(self):
		self.validate_dates()
		self.validate_times()

	def validate_dates(self):
		self.end_date = self.end_date or self.date
		if getdate(self.end_date) < getdate(self.date):
			raise InvalidRequest(_("The last day lies before the first."), details={"end_date": _("Too early.")})
		if date_diff(self.end_date, self.date) >= MAX_DAYS:
			raise InvalidRequest(_("An override spans at most {0} days.").format(MAX_DAYS))

	def validate_times(self):
		if self.is_available and not (self.has_start() and self.has_end()):
			raise InvalidRequest(_("Say from when to when you are available on that day."))
		if self.has_start() != self.has_end():
			raise InvalidRequest(_("Give both times, or neither for the whole day."))
		if self.has_start():
			checked_start(self.start_time)
			checked_end(self.end_time)

	def has_start(self) -> bool:
		# Midnight is a time although timedelta(0) is false.
		return self.start_time not in (None, "")

	def has_end(self) -> bool:
		return self.end_time not in (None, "")


def on_doctype_update():
	frappe.db.add_index("Availability Override", ["user", "end_date"])
