"""Shows an automation's text for a real booking, and sends the text to the manager who edits the automation."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.exceptions import InvalidRequest, NotPermitted, Unreachable
from scheduler_integration.meetings.tokens import is_booking
from scheduler_integration.notifications.channels import CHANNELS
from scheduler_integration.notifications.channels.channel import Action, Preview
from scheduler_integration.notifications.email import queue_words
from scheduler_integration.notifications.readers import attendee_of, hosts_of
from scheduler_integration.notifications.rules import find_automation
from scheduler_integration.notifications.templates import Rendered, is_shipped, why_broken
from scheduler_integration.notifications.variables import variables_for
from scheduler_integration.outbox.results import describe
from scheduler_integration.permissions import is_manager


def preview(name: str, booking: str | None) -> Preview:
	"""Return the automation's message about the booking, by default about the newest one. For managers.

	Raises NotPermitted, and InvalidRequest if there is no such automation or booking, or if its text is broken.
	"""
	if not is_manager():
		raise NotPermitted
	automation = find_automation(name)
	if not automation:
		raise InvalidRequest(_("Save the automation first."))
	if automation.channel not in CHANNELS:
		raise InvalidRequest(_("Nothing here handles “{0}”.").format(automation.channel))
	try:
		about, channel = _booking(booking), CHANNELS[automation.channel]
		readers = channel.readers(automation, about) or [attendee_of(about)]
		return channel.preview(Action(automation=automation, booking=about, reader=readers[0], target="", key="…"))
	except InvalidRequest:
		raise
	except Exception as error:
		# A template can raise any error, for example with {{ 1 / 0 }}.
		raise InvalidRequest(_("The text can't be used: {0}").format(describe(error))) from error


def send_test(name: str, booking: str | None) -> str:
	"""Send the preview of an e-mail to the signed-in manager, and return the address. Raises as `preview` does."""
	message = preview(name, booking)
	if message.html is None:
		raise InvalidRequest(_("Only e-mails can be sent as a test."))
	address = frappe.db.get_value("User", frappe.session.user, "email")
	words = Rendered(message.subject or "", message.html, message.text or "")
	reference = {"reference_doctype": "Booking", "reference_name": _booking(booking).name}
	try:
		queue_words(words, recipients=[address], **reference)
	except Unreachable as error:
		# Frappe's sentence says where to set up the account.
		raise InvalidRequest(error.message) from error
	return address


def broken_templates() -> dict[str, str]:
	"""Return the Email Templates of active automations whose own text can't be rendered for the newest booking, with the reason.

	Their messages are sent with the app's text. Empty if nobody has booked yet.
	"""
	used = {"is_active": 1, "email_template": ["is", "set"]}
	automations = frappe.get_all("Meeting Automation", used, ["email_template", "recipient"])
	newest = frappe.get_all("Booking", {"is_forgotten": 0}, pluck="name", order_by="creation desc", limit=1)
	booking = frappe.get_doc("Booking", newest[0]) if newest else None
	broken: dict[str, str] = {}
	for row in automations if booking else ():
		reader = hosts_of(booking)[0] if row.recipient == "Hosts" else attendee_of(booking)
		if not is_shipped(row.email_template):
			with print_language(reader.words):
				reason = why_broken(row.email_template, variables_for(booking, reader))
			broken |= {row.email_template: reason} if reason else {}
	return broken


def _booking(name: str | None) -> Document:
	name = name or frappe.db.get_value("Booking", {"status": ["!=", "Rescheduled"]}, "name", order_by="creation desc")
	if not name or not is_booking(name):
		raise InvalidRequest(_("Choose a booking. The text is filled in with its facts."))
	return frappe.get_doc("Booking", name)
