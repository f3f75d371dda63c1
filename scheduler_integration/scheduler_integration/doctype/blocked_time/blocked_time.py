import frappe
from frappe import _

from scheduler_integration import engine
from scheduler_integration.availability.hours import host_named
from scheduler_integration.availability.recurrence import make_series, rule_zone
from scheduler_integration.availability.recurrence_words import describe, next_occurrences
from scheduler_integration.documents import Form
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.parsing.zones import checked_zone
from scheduler_integration.platform import clock
from scheduler_integration.platform.clock import from_site_time


class BlockedTime(Form):
	def validate(self):
		self.set_instants()
		self.set_series()

	def set_instants(self):
		"""Set start and end as instants of the site's zone.

		When clocks go back, one hour comes twice. A block that reaches into this hour covers both passes: blocking too much
		is better than a double booking. A meeting on an external scheduler has its exact instants.
		"""
		if self.outside_booking and self.flags.ignore_permissions:
			return
		self.refuse_other_times()
		self.starts_at, self.ends_at = _instants(self.start_time, self.end_time)

	def refuse_other_times(self):
		if self.outside_booking and any(self.has_value_changed(field) for field in ("start_time", "end_time", "user")):
			raise InvalidRequest(_("This meeting was booked on an external scheduler. Please change its time there."))

	def set_series(self):
		"""Set the series of recurring blocked time, and its instants from the first to the last occurrence.

		The query for blocked time compares the instants.
		"""
		self.recurrence_rule = (self.recurrence_rule or "").strip()
		if not self.recurring:
			self.validate_rule_needs_recurring()
			self.timezone = self.series = None
			return
		self.timezone = checked_zone(self.timezone or rule_zone(self.user))
		self.series = make_series(self.starts_at, self.ends_at, self.recurrence_rule, self.timezone)
		self.starts_at, self.ends_at = engine.recurrence_bounds(self.series)

	def validate_rule_needs_recurring(self):
		"""Refuse a rule if “Recurring” isn't ticked. An ignored rule would leave the host bookable at blocked times."""
		if self.recurrence_rule:
			raise InvalidRequest(_("Tick “Recurring”, or clear the recurrence rule."))


@frappe.whitelist()
def preview(user=None, start_time=None, end_time=None, recurrence_rule=None, timezone=None):
	"""Return the text that the form shows for a rule: its meaning and the next times, or a `problem`. Stores nothing."""
	try:
		zone = checked_zone(timezone or rule_zone(host_named(str(user or ""))))
		start, end = _instants(str(start_time), str(end_time))
		rule = str(recurrence_rule or "")
		series = make_series(start, end, rule, zone)
	except SchedulingError as error:
		return {"problem": error.message}
	sentence = describe(rule, engine.local_date(start, zone))
	return {"sentence": sentence, "next": next_occurrences(series, clock.now(), zone), "timezone": zone}


def _instants(start, end):
	try:
		starts_at, ends_at = from_site_time(start), from_site_time(end, second_pass=True)
	except (ValueError, OverflowError, AttributeError):
		raise InvalidRequest(_("Write date and time as 2026-11-23 14:30.")) from None
	if ends_at <= starts_at:
		raise InvalidRequest(
			_("The end must come after the start."), details={"end_time": _("Choose a later date or time.")}
		)
	return starts_at, ends_at


def on_doctype_update():
	frappe.db.add_index("Blocked Time", ["user", "ends_at"])
