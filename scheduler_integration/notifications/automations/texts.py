"""Writes the texts of automations: e-mails, text messages, and the JSON of webhooks."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.notifications.messages import Message
from scheduler_integration.notifications.readers import attendee_of, hosts_of
from scheduler_integration.notifications.rules import Automation
from scheduler_integration.notifications.templates import render_text
from scheduler_integration.notifications.variables import variables_for
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform.clock import iso


def email_of(automation: Automation, booking: Document, reader: Reader, message_id: str) -> Message:
	"""Return the automation's e-mail to this reader. It has no invitation, because nothing in a calendar changes."""
	others = attendee_of(booking) if reader.is_hosting else hosts_of(booking)[0]
	return Message(
		booking=booking.name,
		template=automation.built_in or "",
		reader=reader,
		reply_to=others.email,
		variables=lambda: variables_for(booking, reader),
		invitation=lambda: None,
		message_id=message_id,
		email_template=automation.email_template,
	)


def text_of(automation: Automation, booking: Document, reader: Reader) -> str:
	"""Return the text of the automation in the reader's language: a text message, or a to-do."""
	with print_language(reader.language):
		return render_text(automation.built_in or "", automation.text, variables_for(booking, reader))


def webhook_body(automation: Automation, booking: Document, request_id: str) -> dict[str, Any]:
	"""Return the body of a webhook. Instants are ISO 8601 in UTC. `request_id` is the same for each attempt.

	The body has no manage link, because only the attendee may have the link."""
	return {
		"id": request_id,
		"event": frappe.scrub(automation.trigger),
		"automation": automation.name,
		"booking": {
			"id": booking.name,
			"status": booking.status,
			"title": booking.subject,
			"start": iso(booking.starts_at, "UTC"),
			"end": iso(booking.ends_at, "UTC"),
			"meeting_type": frappe.db.get_value("Meeting Type", booking.meeting_type, "slug"),
			"page": frappe.db.get_value("Scheduling Page", booking.scheduling_page, "slug"),
			"hosts": [host.email for host in hosts_of(booking)],
			"attendee": {
				"name": booking.attendee_name,
				"email": booking.attendee_email,
				"phone": booking.attendee_phone or None,
				"company": booking.attendee_company or None,
				"timezone": booking.timezone,
			},
			"guests": [row.email for row in booking.guests],
			"answers": [{"question": row.question, "answer": row.answer} for row in booking.answers],
			"location": booking.location or None,
			"meeting_link": booking.meeting_link or None,
			"source": booking.source,
		},
	}
