import frappe
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.limits import check_limits
from scheduler_integration.availability.wall_clock import checked_end, checked_start
from scheduler_integration.documents import Form
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import parse_form_field
from scheduler_integration.parsing.hours import MAX_RULES
from scheduler_integration.parsing.text import visible
from scheduler_integration.parsing.zones import checked_zone

MAX_BUFFER_MINUTES = 24 * 60


class AvailabilitySchedule(Form):
	def validate(self):
		parse_form_field(self, "title", visible)
		self.timezone = checked_zone(self.timezone or timezone_of(self.user))
		self.validate_rules()
		self.validate_buffer()
		check_limits(self)
		self.set_default()

	def on_update(self):
		if self.is_default:
			self.unset_other_defaults()
		if self.host_changed():
			self.get_doc_before_save().promote_another_default()

	def on_trash(self):
		self.promote_another_default()

	def validate_rules(self):
		if len(self.rules) > MAX_RULES:
			raise InvalidRequest(_("A schedule has at most {0} rows of hours.").format(MAX_RULES))
		for row in self.rules:
			checked_start(row.start_time)
			checked_end(row.end_time)

	def validate_buffer(self):
		if (self.buffer_minutes or 0) > MAX_BUFFER_MINUTES:
			raise InvalidRequest(_("A buffer is at most a day."))

	def set_default(self):
		"""Make this the default schedule if its host has no other default.

		A schedule that gets another host doesn't replace that host's default.
		"""
		if self.host_changed():
			self.is_default = 0
		if not self.is_default and not self.other_defaults():
			self.is_default = 1

	def host_changed(self) -> bool:
		before = self.get_doc_before_save()
		return bool(before and before.user != self.user)

	def unset_other_defaults(self):
		for name in self.other_defaults():
			frappe.db.set_value("Availability Schedule", name, "is_default", 0)

	def promote_another_default(self):
		"""If this is the default, make the newest other schedule of the host the default. The host stays bookable."""
		others = {"user": self.user, "name": ["!=", self.name]}
		if self.is_default and (
			newest := frappe.db.get_value("Availability Schedule", others, order_by="creation desc")
		):
			frappe.db.set_value("Availability Schedule", newest, "is_default", 1)

	def other_defaults(self) -> list[str]:
		"""Return the host's default schedules without this one."""
		filters = {"user": self.user, "is_default": 1, "name": ["!=", self.name or ""]}
		return frappe.get_all("Availability Schedule", filters, pluck="name")


def on_doctype_update():
	# With the zone, which the figures look up for the host of each booking.
	frappe.db.add_index("Availability Schedule", ["user", "is_default", "timezone"])
