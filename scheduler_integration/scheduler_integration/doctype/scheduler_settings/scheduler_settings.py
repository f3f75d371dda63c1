import re
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.utils import escape_html

from scheduler_integration.calendars.providers.registry import WITH_CONSENT
from scheduler_integration.catalogue.hostnames import is_host, is_hostname
from scheduler_integration.catalogue.reminders import parse_reminders
from scheduler_integration.conferencing.connect import CALLBACK as VIDEO_CALLBACK
from scheduler_integration.conferencing.providers import ACCOUNTS
from scheduler_integration.documents import Form
from scheduler_integration.domains.names import checked_domain
from scheduler_integration.domains.table import forget_table
from scheduler_integration.entry.address import parse_network
from scheduler_integration.entry.oauth import CALENDAR_CALLBACK, callback_address
from scheduler_integration.entry.text_replies import SECRETS, reply_address
from scheduler_integration.exceptions import InvalidRequest, PaymentsUnderWay
from scheduler_integration.payments.providers.stripe import NOTICES, is_same_account
from scheduler_integration.payments.records import latest_checkout, under_way
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.site_address import site_url
from scheduler_integration.trust.addresses import checked_domains
from scheduler_integration.trust.pressure import raised
from scheduler_integration.zone_data import release

# The tenant is part of Microsoft's addresses: an ID, a domain of the organisation, or one of Microsoft's words.
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}")


class SchedulerSettings(Form):
	def onload(self):
		"""Let the form show the addresses of this site that must be entered in each vendor's console."""
		addresses = {each.vendor.key: [callback_address(CALENDAR_CALLBACK)] for each in WITH_CONSENT.values()}
		for provider in ACCOUNTS.values():
			own = [site_url(path) for path in (VIDEO_CALLBACK, provider.NOTICES) if path]
			addresses[provider.VENDOR.key] = addresses.get(provider.VENDOR.key, []) + own
		addresses["stripe"] = [site_url(NOTICES)]
		addresses["sms_reply"] = [reply_address()]
		self.set_onload("addresses", addresses)
		self.set_onload("pressure", self.pressure_rows())
		self.set_onload("zone_data", release())

	def pressure_rows(self):
		"""Return what the form shows of the last hour: for each page that asked for something, its title, level and reasons."""
		rows = raised(now())
		titles = dict(
			frappe.get_all(
				"Scheduling Page",
				{"name": ["in", [row["page"] for row in rows]]},
				["name", "title"],
				as_list=True,
			)
		)
		return [{**row, "title": titles[row["page"]]} for row in rows if row["page"] in titles]

	def validate(self):
		parse_reminders(self.default_reminders)
		self.validate_links()
		self.validate_hosts()
		self.validate_report_sources()
		self.validate_proxies()
		self.validate_tenant()
		self.validate_text_replies()
		self.validate_mail_replies()
		self.validate_payments()
		self.allowed_domains = checked_domains(self.allowed_domains)
		self.blocked_domains = checked_domains(self.blocked_domains)
		for field in ("domain_target", "base_domain"):
			self.set(field, checked_domain(self.get(field)) if self.get(field) else None)

	def on_update(self):
		forget_table()

	def validate_links(self):
		"""Refuse an address that isn't one of a page: "javascript:" in a link would run in the readers' browsers."""
		for field in ("feedback_url", "sms_reply_url", "imprint_url", "privacy_url", "jitsi_server"):
			parts = urlsplit((self.get(field) or "").strip())
			is_own = not parts.scheme and not parts.netloc and parts.path.startswith("/")
			if any(parts) and not is_own and not (parts.scheme in ("http", "https") and parts.netloc):
				label = _(self.meta.get_label(field))
				raise InvalidRequest(_("{0}: enter an address that begins with https://.").format(label))

	def validate_hosts(self):
		embedding, widgets = (self.allowed_embed_hosts or "").split(), (self.widget_hosts or "").split()
		for host in (*embedding, *widgets):
			if not (is_host(host) if host in embedding else is_hostname(host)):
				raise InvalidRequest(
					_("“{0}” is not a host name. Write one such as www.example.com a line.").format(host)
				)

	def validate_report_sources(self):
		names = [row.report_doctype for row in self.report_sources]
		if len(set(names)) != len(names):
			raise InvalidRequest(_("A DocType is listed twice."))
		for row in self.report_sources:
			self.validate_report_source(row)

	def validate_report_source(self, row):
		meta = frappe.get_meta(row.report_doctype)
		for fieldname in filter(None, (row.consultant_field, row.phase_field, row.disc_field)):
			if not meta.has_field(fieldname) and fieldname != "owner":
				raise InvalidRequest(_("{0} has no field “{1}”.").format(_(row.report_doctype), escape_html(fieldname)))

	def validate_proxies(self):
		for text in (self.trusted_proxies or "").split():
			try:
				parse_network(text)
			except ValueError:
				raise InvalidRequest(
					_("“{0}” is no address or network. Write one such as 198.51.100.0/24 a line.").format(text)
				) from None

	def validate_text_replies(self):
		"""Require the secret that signs replies. Warn of a word with which carriers stop all messages."""
		fieldname = SECRETS.get(self.sms_replies)
		if fieldname and not self.get(fieldname):
			secret = _(self.meta.get_label(fieldname))
			raise InvalidRequest(_("Enter “{0}”, or leave “{1}” empty.").format(secret, _("Replies come from")))
		if self.sms_can_receive and self.sms_reply_words == "CANCEL" and self.has_value_changed("sms_reply_words"):
			frappe.msgprint(
				_(
					"Many carriers stop all text messages to people who reply CANCEL. They get no answer and no reminder any more. With “1 and 9” this can't happen."
				),
				indicator="orange",
			)

	def validate_mail_replies(self):
		if self.read_mail_replies and not frappe.db.exists("Email Account", {"enable_incoming": 1}):
			raise InvalidRequest(_("First set up an Email Account that reads mails: “Enable Incoming”."))

	def validate_payments(self):
		"""Refuse the key of another account of Stripe while payments or refunds are under way in the present one."""
		# This document's own `get_password` returns what was just typed.
		before = frappe.get_doc(self.doctype).get_password("stripe_secret_key", raise_exception=False)
		secret = self.stripe_secret_key or ""
		if not before or secret == before or set(secret) == {"*"}:
			return
		waiting = under_way("Stripe")
		if not waiting:
			return
		# The answer to an order may have been lost. Then an earlier checkout says which account it was.
		session = next((row.external_id for row in waiting if row.external_id), None) or latest_checkout("Stripe")
		if not (secret and session and is_same_account(secret, session)):
			raise PaymentsUnderWay([row.booking for row in waiting])

	def validate_tenant(self):
		self.microsoft_tenant = (self.microsoft_tenant or "common").strip()
		if not _TENANT.fullmatch(self.microsoft_tenant):
			raise InvalidRequest(_("The tenant is “common”, “organizations”, or the ID of your own tenant."))
