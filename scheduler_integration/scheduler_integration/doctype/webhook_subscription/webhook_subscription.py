import hashlib

import frappe
from frappe import _

from scheduler_integration.documents import Form
from scheduler_integration.exceptions import AddressRefused, InvalidRequest
from scheduler_integration.http.addresses import callable_address, site_guard
from scheduler_integration.notifications.subscriptions import EVENTS, forget_hooks
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.failures import WEBHOOK_SUBSCRIPTION
from scheduler_integration.permissions import is_manager

# Of one host. Each is a call for each meeting.
MOST = 50
_LONGEST_URL = 2000


class WebhookSubscription(Form):
	"""A program that a host lets know of meetings. People pause it; its address and events are those it was made with."""

	def before_insert(self):
		if not self.flags.is_taken_back:
			self.secret = frappe.generate_hash(length=40)
		if frappe.db.count("Webhook Subscription", {"user": self.user}) >= MOST:
			raise InvalidRequest(_("More than {0} subscriptions can't be kept. Delete one first.").format(MOST))

	def validate(self):
		if self.is_new():
			self.check_fields()

	def check_fields(self):
		"""Check and tidy what is subscribed to. Raises InvalidRequest that names the wrong fields."""
		self.format, self.meetings = self.format or "JSON", self.meetings or "Own"
		details = {}
		try:
			self.url = callable_address((self.url or "").strip())
			site_guard().check(self.url)
		except AddressRefused as error:
			details["url"] = error.message
		if len(self.url or "") > _LONGEST_URL:
			details["url"] = _("This address is too long.")
		asked = (self.events or "").split()
		if not asked or not EVENTS.keys() >= {*asked}:
			details["events"] = _("Must be one of: {0}.").format(", ".join(EVENTS))
		self.events = "\n".join(each for each in EVENTS if each in asked)
		if self.meetings == "All" and not is_manager(self.user):
			details["meetings"] = _("Only a Scheduling Manager can subscribe to the meetings of others.")
		if details:
			raise InvalidRequest(details=details)
		same = "\n".join((self.user, self.url, self.events, self.format, self.meetings))
		self.key = hashlib.sha256(same.encode()).hexdigest()

	def on_update(self):
		forget_hooks()

	def on_trash(self):
		forget_hooks()
		# Managers needn't look at a receiver that nobody calls any more.
		outages.end(WEBHOOK_SUBSCRIPTION, self.name)
