"""The outbox's handlers for automations: e-mail, text message, webhook and to-do."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import OutsideError
from scheduler_integration.notifications.automations.recipients import is_told_by_another, readers_for
from scheduler_integration.notifications.automations.texts import email_of, text_of, webhook_body
from scheduler_integration.notifications.automations.triggers import still_fits
from scheduler_integration.notifications.carry import send_message
from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.rules import Automation, find_automation
from scheduler_integration.notifications.sms import send_text
from scheduler_integration.notifications.webhook import post_signed
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.outcomes import Done, NotNeeded, Outcome, down_by
from scheduler_integration.outbox.tasks import Task

# Either everything that a handler needs, or the reason why it does nothing.
_Found = tuple[Automation, Document, Reader]


def send_automation_email(task: Task, now: int) -> Outcome:
	"""Send the automation's e-mail. `now` is in epoch seconds. Raises the errors of `send_message`."""
	found = _look(task)
	if isinstance(found, NotNeeded):
		return found
	automation, booking, reader = found
	return send_message(email_of(automation, booking, reader, task.key), now)


def send_automation_text(task: Task, now: int) -> Outcome:
	"""Send the automation's text message through the gateway of Frappe's SMS Settings.

	If the gateway can't be used, all text messages wait.
	"""
	found = _look(task)
	if isinstance(found, NotNeeded):
		return found
	automation, booking, reader = found
	zones = (reader.zone, hosts_of(booking)[0].zone)
	try:
		return send_text(task.target, text_of(automation, booking, reader), zones=zones)
	except OutsideError as error:
		return down_by(task.kind, error)


def call_webhook(task: Task, now: int) -> Outcome:
	"""Call the automation's webhook. After an error, all calls of this automation wait until the receiver works again."""
	found = _look(task)
	if isinstance(found, NotNeeded):
		return found
	automation, booking, _reader = found
	secret = frappe.get_doc("Meeting Automation", automation.name).get_password("webhook_secret", raise_exception=False)
	body = webhook_body(automation, booking, task.key)
	try:
		return post_signed(automation.webhook_url or "", body, secret or "", now)
	except OutsideError as error:
		return down_by(automation.name, error)


def create_todo(task: Task, now: int) -> Outcome:
	"""Give the host a to-do about the booking. It is stored in the transaction that stores the task as done."""
	found = _look(task)
	if isinstance(found, NotNeeded):
		return found
	automation, booking, reader = found
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": reader.user,
			"description": frappe.utils.escape_html(text_of(automation, booking, reader)),
			"reference_type": "Booking",
			"reference_name": booking.name,
		}
	)
	# The outbox acts here, for no user.
	return Done(todo.insert(ignore_permissions=True).name)


def _look(task: Task) -> _Found | NotNeeded:
	"""Return the automation, the booking and the reader, or why nobody needs the action any more."""
	automation = find_automation(task.payload["automation"])
	if not automation or not automation.is_active:
		return NotNeeded(_("The automation was switched off."))
	if not frappe.db.exists("Booking", task.booking):
		return NotNeeded(_("The booking was deleted."))
	booking = frappe.get_doc("Booking", task.booking)
	if not still_fits(automation.trigger, booking.status):
		return NotNeeded(_("The booking is {0} now.").format(_(booking.status)))
	reader = _reader(automation, booking, task)
	if not reader:
		return NotNeeded(_("This person doesn't take part any more."))
	if automation.channel != "Webhook" and is_told_by_another(reader, booking):
		return NotNeeded(_("The host gets this once for the whole session."))
	return automation, booking, reader


def _reader(automation: Automation, booking: Document, task: Task) -> Reader | None:
	role, user = task.payload["role"], task.payload["user"]
	for reader in readers_for(automation, booking):
		is_same = reader.user == user if user else reader.email == task.target or automation.channel == "SMS"
		if automation.channel == "Webhook" or (reader.role == role and is_same):
			return reader
	return None
