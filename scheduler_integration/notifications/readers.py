"""The people whom a booking's messages go to."""

import json

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.notifications.wording import Reader


def attendee_of(booking: Document) -> Reader:
	language = booking.language or _site_language()
	return Reader(booking.attendee_email, booking.attendee_name, language, booking.timezone, "attendee")


def guests_of(booking: Document) -> list[Reader]:
	"""The extra participants, of whom nothing but an address is known: the attendee's language and zone are theirs."""
	attendee = attendee_of(booking)
	return [Reader(row.email, row.email, attendee.language, attendee.zone, "guest") for row in booking.guests]


def hosts_of(booking: Document) -> list[Reader]:
	return [_host(user) for user in booking.host_users()]


def removed_hosts_of(booking: Document) -> list[Reader]:
	"""The former hosts who haven't been told yet that the meeting was handed over."""
	users = json.loads(booking.removed_hosts or "[]")
	return [_host(user, "removed") for user in users if frappe.db.exists("User", user)]


def _host(user: str, role: str = "host") -> Reader:
	"""A User who was deleted since is known by their name alone, which is the address they signed in with."""
	known = frappe.db.get_value("User", user, ["email", "full_name", "language"])
	email, name, language = known or (user, user, None)
	return Reader(email, name or user, language or _site_language(), timezone_of(user), role, user)


def _site_language() -> str:
	return frappe.db.get_single_value("System Settings", "language") or "en"
