"""Shows an automation's text for a real booking, and sends the text to the manager who edits the automation."""

from __future__ import annotations

import json
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.meetings.tokens import is_booking
from scheduler_integration.notifications.automations.recipients import phone_of, readers_for
from scheduler_integration.notifications.automations.texts import text_of, webhook_body
from scheduler_integration.notifications.readers import attendee_of
from scheduler_integration.notifications.rules import Automation, find_automation
from scheduler_integration.notifications.templates import TEXT_NAMES, render
from scheduler_integration.notifications.variables import variables_for
from scheduler_integration.outbox.results import describe
from scheduler_integration.parsing.typed_template import check_text
from scheduler_integration.permissions import is_manager


@dataclass(frozen=True, slots=True)
class Preview:
	"""The message that one reader would get: `html` for an e-mail, `text` for everything else."""

	to: str
	subject: str | None
	html: str | None
	text: str | None


def preview(name: str, booking: str | None) -> Preview:
	"""Return the automation's message about the booking, by default about the newest one. For managers.

	Raises NotPermitted, and InvalidRequest if there is no such automation or booking, or if its text is broken.
	"""
	if not is_manager():
		raise NotPermitted
	automation = find_automation(name)
	if not automation:
		raise InvalidRequest(_("Save the automation first."))
	try:
		return _preview(automation, _booking(booking))
	except InvalidRequest:
		raise
	except Exception as error:
		# A template can raise any error, for example with {{ 1 / 0 }}.
		raise InvalidRequest(_("The text can't be used: {0}").format(describe(error))) from error


def send_test(name: str, booking: str | None) -> str:
	"""Send the preview of an e-mail to the signed-in manager, and return the address. Raises as `preview` does."""
	shown = preview(name, booking)
	if shown.html is None:
		raise InvalidRequest(_("Only e-mails can be sent as a test."))
	address = frappe.db.get_value("User", frappe.session.user, "email")
	try:
		frappe.sendmail(
			recipients=[address],
			subject=shown.subject,
			message=shown.html,
			reference_doctype="Booking",
			reference_name=_booking(booking).name,
			add_unsubscribe_link=0,
		)
	except frappe.OutgoingEmailError as error:
		# Frappe's sentence says where to set up the account.
		raise InvalidRequest(describe(error)) from error
	return address


def _booking(name: str | None) -> Document:
	name = name or frappe.db.get_value("Booking", {"status": ["!=", "Rescheduled"]}, "name", order_by="creation desc")
	if not name or not is_booking(name):
		raise InvalidRequest(_("Choose a booking. The text is filled in with its facts."))
	return frappe.get_doc("Booking", name)


def _preview(automation: Automation, booking: Document) -> Preview:
	readers = readers_for(automation, booking) or [attendee_of(booking)]
	reader = readers[0]
	if automation.channel == "Email":
		with print_language(reader.language):
			variables = {**variables_for(booking, reader), "is_reassigned": False}
			subject, html = render(automation.built_in or "", variables, automation.email_template)
		return Preview(reader.email, subject, html, None)
	if automation.channel == "Webhook":
		body = json.dumps(webhook_body(automation, booking, "…"), indent=2, ensure_ascii=False)
		return Preview(automation.webhook_url or "", None, None, body)
	check_text(automation.text, TEXT_NAMES)
	to = phone_of(booking, reader) if automation.channel == "SMS" else reader.email
	return Preview(to, None, None, text_of(automation, booking, reader))
