import frappe
from frappe import _
from frappe.utils import date_diff

from scheduler_integration.availability.away import check_stand_ins
from scheduler_integration.availability.wall_clock import checked_date, checked_end, checked_start
from scheduler_integration.documents import Form
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import parse_form_field
from scheduler_integration.parsing.hours import LONGEST_MESSAGE
from scheduler_integration.parsing.text import prose
from scheduler_integration.parsing.zones import checked_zone

MAX_DAYS = 366


class AvailabilityOverride(Form):
	def validate(self):
		self.validate_dates()
		self.validate_travel()
		self.validate_absence()
		self.validate_times()

	def validate_dates(self):
		self.end_date = self.end_date or self.date
		if checked_date("end_date", self.end_date) < checked_date("date", self.date):
			raise InvalidRequest(
				_("The last day is before the first."), details={"end_date": _("Choose a later date or time.")}
			)
		if date_diff(self.end_date, self.date) >= MAX_DAYS:
			raise InvalidRequest(_("An override spans at most {0} days.").format(MAX_DAYS))

	def validate_absence(self):
		"""An absence closes its time, whatever else is set. Only an absence has a message and stand-ins."""
		if not self.is_away or self.is_travel:
			self.update({"is_away": 0, "message": None, "stand_ins": []})
			return
		self.is_available = 0
		self.message = parse_form_field(self, "message", lambda text: prose(text, LONGEST_MESSAGE)) or None
		check_stand_ins(self)

	def validate_travel(self):
		"""Travel changes the zone of the weekly hours, but not the hours: clear the fields that would change them."""
		self.timezone = checked_zone(self.timezone) if self.is_travel else None
		if self.is_travel:
			self.update({"is_available": 1, "whole_day": 1})

	def validate_times(self):
		"""Clear the times if `whole_day` is ticked.

		Empty times can't mean the whole day: Frappe 15 fills an empty Time field of a new record with the current time.
		"""
		if self.whole_day:
			self.start_time = self.end_time = None
			return
		if self.start_time in (None, "") or self.end_time in (None, ""):
			raise InvalidRequest(_("Give both times, or tick the whole day."))
		start, end = checked_start(self.start_time), checked_end(self.end_time)
		if self.is_away and date_diff(self.end_date, self.date) == 0 and 0 < end <= start:
			raise InvalidRequest(
				_("The end is before the start."), details={"end_time": _("Choose a later date or time.")}
			)


def on_doctype_update():
	frappe.db.add_index("Availability Override", ["user", "end_date"])
