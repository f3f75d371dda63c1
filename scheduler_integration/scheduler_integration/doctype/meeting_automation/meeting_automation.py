import frappe
from frappe import _

from scheduler_integration.documents import Form
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.notifications.channels import CHANNELS
from scheduler_integration.notifications.rules import REMINDER, forget_automations

MOST_MINUTES = 60 * 24 * 90
# Fields with fixed values in built-in messages. An admin may change the text and the conditions, and switch a message off.
FIXED = ("trigger", "channel", "recipient", "built_in")


class MeetingAutomation(Form):
	"""An action of the site when a booking changes, or some time before or after a meeting."""

	def validate(self):
		self.keep_what_is_built_in()
		self.validate_minutes()
		self.validate_channel()

	def onload(self):
		self.set_onload("has_tests", self.channel in CHANNELS and CHANNELS[self.channel].has_tests)

	def on_update(self):
		forget_automations()

	def on_trash(self):
		if self.built_in:
			raise NotPermitted(_("This message comes with the app. Switch it off instead of deleting it."))
		frappe.db.set_value("Outbox Task", {"automation": self.name}, "automation", None, update_modified=False)
		forget_automations()

	def keep_what_is_built_in(self):
		before = self.get_doc_before_save()
		if before and before.built_in and any(self.get(field) != before.get(field) for field in FIXED):
			raise InvalidRequest(_("This message comes with the app: when, how and to whom it goes can't be changed."))

	def validate_minutes(self):
		if not 0 <= (self.minutes or 0) <= MOST_MINUTES:
			raise InvalidRequest(_("Minutes must be between 0 and {0} (90 days).").format(MOST_MINUTES))
		if self.trigger == REMINDER:
			self.minutes = 0

	def validate_channel(self):
		if self.channel not in CHANNELS:
			raise InvalidRequest(_("Nothing here handles “{0}”.").format(self.channel))
		CHANNELS[self.channel].check(self)


def on_doctype_update():
	# Two processes that install the app's messages at the same time must not store one twice.
	frappe.db.add_index("Meeting Automation", ["built_in"])
