"""The channels into the CRM: a new status of the booking's lead or deal, and a task for its host.

Both run for the site, as Administrator: a manager has asked for them, and the host may have no rights in the CRM.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications.channels.channel import Action, Channel, Preview, text_of
from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.rules import Automation
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.failures import CRM_RECORD
from scheduler_integration.outbox.outcomes import Again, Done, NotNeeded, Outcome
from scheduler_integration.outbox.tasks import PENDING, SENDING, SENT, Task
from scheduler_integration.platform.acting import acting_as
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.optional_apps import optional_doctypes

_SITE = "Administrator"
# In the order in which the form offers them.
_RECORDS = ("CRM Lead", "CRM Deal", "Lead", "Opportunity")
# What Frappe CRM's own tasks may refer to.
_OF_FRAPPE_CRM = ("CRM Lead", "CRM Deal")
_MOST_DAYS = 365
# Seconds until the next look at the task that makes the booking's lead or deal.
_MOMENT = 30


class _OncePerBooking(Channel):
	"""An action about a booking's lead or deal, once for each booking, whoever hosts it now."""

	days = 14
	is_once_per_session = False

	def readers(self, automation: Automation, booking: Document) -> list[Reader]:
		"""Return the main host."""
		return hosts_of(booking)[:1]

	def is_reader_of(self, task: Task, reader: Reader) -> bool:
		"""Always true: whoever hosts the meeting now, the record is the same."""
		return True

	def run(self, action: Action, now: int) -> Outcome:
		"""Act in the CRM, unless the lead or deal is still to be made or was deleted."""
		booking = action.booking
		making = {"booking": booking.name, "kind": CRM_RECORD, "status": ["in", [PENDING, SENDING]]}
		if frappe.db.exists("Outbox Task", making):
			return Again(now + _MOMENT, _("The lead or deal is being made."))
		doctype, name = booking.reference_doctype, booking.reference_name
		if name and not (doctype in optional_doctypes() and frappe.db.exists(doctype, name)):
			return NotNeeded(_("The lead or deal was deleted."))
		with acting_as(_SITE):
			return self.act(action, now)

	def act(self, action: Action, now: int) -> Outcome:
		"""Change the CRM. `now` is in epoch seconds."""
		raise NotImplementedError


class CrmStatus(_OncePerBooking):
	"""A new value of the status of the booking's lead or deal."""

	name = "Set CRM Status"
	kind = "crm_status"
	needs_text = False

	def target(self, automation: Automation, booking: Document, reader: Reader) -> str:
		"""Return the DocType: the record may be made after the task was planned."""
		return automation.record_doctype or ""

	def act(self, action: Action, now: int) -> Outcome:
		"""Save the record with the value, so that the CRM's own rules apply. If they refuse it, the outbox tries again."""
		row = frappe.get_doc("Meeting Automation", action.automation.name)
		booking = action.booking
		if booking.reference_doctype != row.record_doctype:
			return NotNeeded(_("The booking belongs to no {0}.").format(_(row.record_doctype)))
		record = frappe.get_doc(booking.reference_doctype, booking.reference_name, for_update=True)
		if record.get(row.record_field) != row.record_value:
			record.set(row.record_field, row.record_value)
			record.save()
		return Done(record.name)

	def preview(self, action: Action) -> Preview:
		"""Return the field and its new value."""
		row = frappe.get_doc("Meeting Automation", action.automation.name)
		label = frappe.get_meta(row.record_doctype).get_label(row.record_field)
		return Preview(row.record_doctype, None, None, f"{_(label)}: {_(row.record_value)}")

	def check_fields(self, row: Document) -> None:
		"""Raise InvalidRequest if the site has no such record or its field no such value, or if the value needs more than itself."""
		kinds = [kind for kind in _RECORDS if kind in optional_doctypes()]
		if not kinds:
			raise InvalidRequest(
				_("Only with ERPNext or Frappe CRM there are leads and deals whose status can be set.")
			)
		if row.record_doctype not in kinds:
			raise InvalidRequest(_("Choose whose status is set: {0}.").format(", ".join(map(_, kinds))))
		meta = frappe.get_meta(row.record_doctype)
		if not row.record_field or not meta.has_field(row.record_field):
			row.record_field = "status"
		field = meta.get_field(row.record_field)
		if field.fieldtype == "Link":
			values = frappe.get_all(field.options, pluck="name", order_by="creation")
		else:
			values = [value for value in field.options.split("\n") if value]
		if row.record_value not in values:
			raise InvalidRequest(_("Choose one of these values: {0}.").format(", ".join(values)))
		has_kinds = field.fieldtype == "Link" and frappe.get_meta(field.options).has_field("type")
		kind = frappe.db.get_value(field.options, row.record_value, "type") if has_kinds else None
		if kind == "Lost" and meta.has_field("lost_reason"):
			told = _("“{0}” needs a reason, which somebody has to choose in the CRM. Choose another value.")
			raise InvalidRequest(told.format(row.record_value))


class CrmTask(_OncePerBooking):
	"""A task for the host about the booking's lead or deal: of Frappe CRM if the record is Frappe CRM's, otherwise a to-do."""

	name = "Create Task"
	kind = "crm_task"

	def act(self, action: Action, now: int) -> Outcome:
		"""Make the task, in the transaction that stores this one as done. The text's first line is its subject."""
		booking = action.booking
		# Nobody else makes a task of this booking until this one is stored as done.
		frappe.db.get_value("Booking", booking.name, "name", for_update=True)
		made = {"booking": booking.name, "automation": action.automation.name, "kind": self.kind, "status": SENT}
		if frappe.db.get_value("Outbox Task", made, "external_id", for_update=True):
			return NotNeeded(_("The task was made before."))
		days = frappe.db.get_value("Meeting Automation", action.automation.name, "due_in_days") or 0
		text = text_of(action)
		subject, _line, rest = text.partition("\n")
		if booking.reference_doctype in _OF_FRAPPE_CRM:
			fields = {
				"doctype": "CRM Task",
				"title": subject[:140],
				"description": _html(rest),
				"assigned_to": booking.host,
				"due_date": to_site_time(now + days * 86400),
				"status": "Todo",
				"reference_doctype": booking.reference_doctype,
				"reference_docname": booking.reference_name,
			}
		else:
			has_record = bool(booking.reference_name)
			fields = {
				"doctype": "ToDo",
				"description": _html(text),
				"allocated_to": booking.host,
				"date": local_date(now, action.reader.zone) + timedelta(days=days),
				"reference_type": booking.reference_doctype if has_record else "Booking",
				"reference_name": booking.reference_name if has_record else booking.name,
			}
		task = frappe.get_doc(fields).insert()
		return Done(f"{task.doctype}:{task.name}")

	def check_fields(self, row: Document) -> None:
		"""Raise InvalidRequest if the task would be due before it is made, or in more than a year."""
		if not 0 <= (row.due_in_days or 0) <= _MOST_DAYS:
			raise InvalidRequest(_("A task is due in {0} days at most.").format(_MOST_DAYS))


def forget_crm_tasks(bookings: Collection[str]) -> None:
	"""Delete the tasks that automations made of these bookings: their texts may name the attendee."""
	made = {"booking": ["in", list(bookings)], "kind": CrmTask.kind, "external_id": ["is", "set"]}
	for task in frappe.get_all("Outbox Task", made, pluck="external_id"):
		doctype, _colon, name = task.partition(":")
		if frappe.db.exists("DocType", doctype):
			# Whoever asked for the erasure has no rights in the CRM.
			frappe.delete_doc(
				doctype, name, ignore_missing=True, ignore_permissions=True, force=True, delete_permanently=True
			)


def _html(text: str) -> str:
	return escape_html(text.strip()).replace("\n", "<br>")
