from datetime import timedelta

import frappe
from frappe import _

from scheduler_integration.documents import Form
from scheduler_integration.domains.claims import claim_view
from scheduler_integration.domains.keep import PATIENCE
from scheduler_integration.domains.names import checked_domain, configured_hosts, refuse_own
from scheduler_integration.domains.table import PENDING, forget_table
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import site_now


class SchedulingDomain(Form):
	def onload(self):
		"""Let the form show the records to set, and what the last check found."""
		self.set_onload("claim", claim_view(self))

	def validate(self):
		if self.is_new():
			self.domain = checked_domain(self.domain)
			self.status, self.checked_at, self.failing_since, self.found = PENDING, None, None, None
			self.refuse_taken()
		self.validate_page()

	def on_update(self):
		forget_table()

	def on_trash(self):
		forget_table()

	def refuse_taken(self):
		refuse_own(self.domain, frappe.get_cached_doc("Scheduler Settings").base_domain or "")
		# An admin adds a custom domain to the site's configuration too.
		if self.domain in configured_hosts() and not is_manager():
			raise NotPermitted(_("{0} is set up for the site itself. Ask a Scheduling Manager.").format(self.domain))
		other = frappe.db.get_value(
			"Scheduling Domain", {"domain": self.domain}, ["name", "status", "creation"], as_dict=True
		)
		if other and other.status == PENDING and other.creation < site_now() - timedelta(seconds=PATIENCE):
			# Anybody can type a domain. A user who doesn't prove in this time that they own it can't keep its owner out.
			frappe.delete_doc("Scheduling Domain", other.name, ignore_permissions=True)
		elif other:
			sentence = _("{0} is in use already. Ask a Scheduling Manager.").format(self.domain)
			raise InvalidRequest(sentence, details={"domain": sentence})

	def validate_page(self):
		"""Refuse a page of somebody else. A domain of a page belongs to the owner of the page."""
		if not self.scheduling_page:
			return
		owner = frappe.db.get_value("Scheduling Page", self.scheduling_page, "user")
		if is_manager() or self.flags.ignore_permissions:
			self.user = owner or self.user
		elif owner != self.user:
			raise NotPermitted(_("Choose a page of your own."))
