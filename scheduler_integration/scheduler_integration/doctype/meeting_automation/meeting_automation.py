import frappe
from frappe import _

from scheduler_integration.documents import Form
from scheduler_integration.exceptions import AddressRefused, InvalidRequest, NotPermitted
from scheduler_integration.http.addresses import callable_address
from scheduler_integration.notifications.rules import TIMED, forget_automations
from scheduler_integration.notifications.templates import TEXT_NAMES
from scheduler_integration.parsing.email_address import is_header_safe
from scheduler_integration.parsing.typed_template import check_text_field

MOST_MINUTES = 60 * 24 * 90
# Fields with fixed values in built-in messages. An admin may change the text and the conditions, and switch a message off.
FIXED = ("trigger", "channel", "recipient", "built_in")


class MeetingAutomation(Form):
	"""An action of the site when a booking changes, or some time before or after a meeting."""

	def validate(self):
		self.keep_what_is_built_in()
		self.validate_minutes()
		self.validate_recipient()
		self.validate_webhook()
		self.validate_text()

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
		if self.trigger not in TIMED:
			self.minutes = 0

	def validate_recipient(self):
		if self.channel not in ("Email", "SMS") or self.recipient != "Other Address":
			self.recipient_address = None
		elif not self.recipient_address:
			raise InvalidRequest(_("Enter the address or the telephone number."))
		elif self.channel == "Email" and (
			"@" not in self.recipient_address or not is_header_safe(self.recipient_address)
		):
			raise InvalidRequest(_("“{0}” is not an e-mail address.").format(self.recipient_address))

	def validate_webhook(self):
		if self.channel != "Webhook":
			return
		try:
			self.webhook_url = callable_address((self.webhook_url or "").strip())
		except AddressRefused:
			raise InvalidRequest(_("Enter the webhook's address. It begins with https://.")) from None

	def validate_text(self):
		check_text_field(self, "text", TEXT_NAMES)
		if self.built_in:
			return
		if self.channel == "Email" and not self.email_template:
			raise InvalidRequest(_("Choose an Email Template."))
		if self.channel in ("SMS", "To-do") and not (self.text or "").strip():
			raise InvalidRequest(_("Enter the message text."))


def on_doctype_update():
	# Two processes that install the app's messages at the same time must not store one twice.
	frappe.db.add_index("Meeting Automation", ["built_in"])
