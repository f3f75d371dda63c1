from urllib.parse import urlsplit

import frappe
from frappe import _

from scheduler_integration.calendars import busy_store
from scheduler_integration.calendars.addresses import checked_address
from scheduler_integration.calendars.mirror.plan import plan_upcoming
from scheduler_integration.calendars.providers.registry import BY_ADDRESS
from scheduler_integration.calendars.queue import sync_soon
from scheduler_integration.documents import Form
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.platform import clock

_LAYOUT = ("Section Break", "Column Break", "Tab Break", "Table")


class CalendarConnection(Form):
	"""An account of a host. People choose calendars and rules; the sync keeps the other fields (`flags.from_provider`).

	The sync may have run between opening and saving a form. So the sync's fields are taken from the database, with a lock,
	and never from the form: with an older sync token or generation, busy times would be lost.
	"""

	def validate(self):
		stored = None
		if not self.is_new():
			stored = frappe.db.get_value("Calendar Connection", self.name, "*", as_dict=True, for_update=True)
		self.keep_fields_of_the_sync(stored)
		self.validate_host()
		self.validate_access(stored)
		self.validate_calendars()

	def on_update(self):
		busy_store.forget_unread_calendars(self.name)
		self.take_destination_from_others()
		if not self.flags.from_provider:
			self.write_into_new_destination()
			sync_soon(self.name)

	def on_trash(self):
		busy_store.forget_connection(self.name)

	def keep_fields_of_the_sync(self, stored):
		if self.flags.from_provider:
			return
		_restore(self, stored or {})
		rows = {}
		if stored:
			filters = {"parent": self.name, "parenttype": "Calendar Connection"}
			found = frappe.db.get_values("Connected Calendar", filters, "*", as_dict=True, for_update=True)
			rows = {row.name: row for row in found}
		# The list of calendars comes from the provider only.
		self.calendars = [row for row in self.calendars if row.name in rows]
		for row in self.calendars:
			_restore(row, rows[row.name])

	def validate_host(self):
		if self.is_new() and not frappe.db.get_value("User", self.user, "enabled"):
			raise InvalidRequest(_("The host must be an active user."))

	def validate_access(self, stored):
		"""Check the typed values. A connection with a new address or password begins as a new one."""
		if not self.provider:
			return  # Frappe says that it is needed.
		if self.provider not in BY_ADDRESS:
			self.validate_consent()
			return
		if self.is_new_secret("address"):
			self.address = checked_address(self.address)
		changed = not stored or self.login != stored.login
		if self.is_new_secret("address"):
			self.account_name = account_label(self.address, self.login)
			# The next reading lists them again, and learns their names.
			for row in self.calendars:
				row.listed_at = None
		if changed or self.is_new_secret("address") or self.is_new_secret("password"):
			self.status, self.sync_error_count, self.last_error, self.next_sync_at = "New", 0, None, 0
			self.failing_since = self.told_host_at = self.told_managers_at = None

	def validate_consent(self):
		"""Refuse an account that was typed into the form. Without a consent, it would only close times."""
		if self.is_new() and not self.flags.from_provider:
			raise InvalidRequest(
				_("Connect this account at /scheduling/calendars, where its provider asks for consent.")
			)

	def validate_calendars(self):
		chosen = [row for row in self.calendars if row.write_bookings]
		if any(not row.can_write for row in chosen):
			raise InvalidRequest(_("Bookings can't be written into this calendar."))
		if len(chosen) > 1:
			raise InvalidRequest(_("Choose one calendar for your bookings."))

	def take_destination_from_others(self):
		"""Bookings are written into one calendar of a host: the one that was chosen last."""
		if not any(row.write_bookings for row in self.calendars):
			return
		others = frappe.get_all("Calendar Connection", {"user": self.user, "name": ("!=", self.name)}, pluck="name")
		if others:
			frappe.db.set_value("Connected Calendar", {"parent": ("in", others)}, "write_bookings", 0)

	def write_into_new_destination(self):
		"""Move the coming bookings' events, if the host chose another calendar for them or switched the connection off."""
		before = self.get_doc_before_save()
		if before and _written(before) != _written(self):
			plan_upcoming(self.user, clock.now())

	def is_new_secret(self, field):
		"""Whether a Password field was typed in. An unchanged one holds asterisks."""
		value = self.get(field) or ""
		return bool(value) and set(value) != {"*"}


def _written(document):
	"""Return the fields on which it depends where and how bookings are written."""
	return document.is_active, document.invites, [row.name for row in document.calendars if row.write_bookings]


def account_label(address, login):
	"""Return the account's name for people. The path of an address may be secret, so it isn't shown."""
	host = urlsplit(address).hostname
	return f"{login} · {host}" if login else host


def _restore(document, stored):
	for field in document.meta.fields:
		if (field.hidden or field.read_only) and field.fieldtype not in _LAYOUT:
			document.set(field.fieldname, stored.get(field.fieldname) if stored else field.default)
