"""Finds the people whom an automation reaches."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.notifications.readers import attendee_of, guests_of, hosts_of
from scheduler_integration.notifications.rules import Automation
from scheduler_integration.notifications.wording import Reader

ATTENDEE, GUESTS, BOTH, HOSTS, OTHER = (
	"Attendee",
	"Additional Guests",
	"Attendee and Guests",
	"Hosts",
	"Other Address",
)


def readers_for(automation: Automation, booking: Document) -> list[Reader]:
	"""Return the people whom the automation is to reach. Each host gets a to-do; a webhook is called once."""
	if automation.channel == "Webhook":
		return hosts_of(booking)[:1]
	recipient = automation.recipient if automation.channel in ("Email", "SMS") else HOSTS
	if recipient == OTHER:
		return [_somebody_else(automation, booking)]
	return {
		ATTENDEE: [attendee_of(booking)],
		GUESTS: guests_of(booking),
		BOTH: [attendee_of(booking), *guests_of(booking)],
		HOSTS: hosts_of(booking),
	}[recipient or ATTENDEE]


def phone_of(booking: Document, reader: Reader) -> str:
	"""Return the reader's telephone number as it was typed, or an empty text. Additional guests have none."""
	if reader.is_attendee:
		return booking.attendee_phone or ""
	if reader.role == "host":
		return frappe.db.get_value("User", reader.user, "mobile_no") or ""
	return reader.email if reader.role == "other" else ""


def is_told_by_another(reader: Reader, booking: Document) -> bool:
	"""Whether the host gets the message with another booking of the session: the one that was made first."""
	if not (booking.session and reader.is_hosting):
		return False
	sharing = live_rows(booking.session)
	return bool(sharing) and sharing[0].name != booking.name


def _somebody_else(automation: Automation, booking: Document) -> Reader:
	"""Return a reader for an address that the admin chose, with the site's language and the first host's zone."""
	host = hosts_of(booking)[0]
	address = automation.recipient_address or ""
	return Reader(address, address, host.language, host.zone, "other")
