"""Finds the people who get a booking's messages."""

from collections.abc import Iterable
from dataclasses import replace

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.defaults import zone_or_sites
from scheduler_integration.notifications.wording import Reader


def attendee_of(booking: Document) -> Reader:
	"""Return the attendee, with the language and time zone of the booking."""
	language = booking.language or _site_language()
	return Reader(booking.attendee_email, booking.attendee_name, language, booking.timezone, "attendee")


def guests_of(booking: Document) -> list[Reader]:
	"""Return the additional guests. Only their addresses are known, so they get the attendee's language and zone."""
	attendee = attendee_of(booking)
	return [Reader(row.email, row.email, attendee.language, attendee.zone, "guest") for row in booking.guests]


def hosts_of(booking: Document) -> list[Reader]:
	"""Return the hosts, each in their own language and time zone."""
	return [host_reader(user) for user in booking.host_users()]


def former_host(user: str) -> Reader:
	"""Return a host from whom the booking was reassigned."""
	return host_reader(user, "removed")


def removed_guests_of(booking: Document, addresses: Iterable[str]) -> list[Reader]:
	"""Return the people with these addresses, who were additional guests until now."""
	return [reader_of(booking, "removed_guest", address, "") for address in addresses]


def reader_of(booking: Document, role: str, email: str, user: str) -> Reader:
	"""Return the reader with this role. `email` is an additional guest's address, `user` a host's User name."""
	if role == "attendee":
		return attendee_of(booking)
	if role in ("guest", "removed_guest"):
		return replace(attendee_of(booking), email=email, name=email, role=role)
	return host_reader(user, role)


def host_reader(user: str, role: str = "host") -> Reader:
	"""Return a host, in their own language and time zone.

	If the User was deleted, the User's name is used as the address: people sign in with it.
	"""
	known = frappe.db.get_value("User", user, ["email", "full_name", "language", "time_zone"])
	email, name, language, zone = known or (user, user, None, None)
	return Reader(email, name or user, language or _site_language(), zone_or_sites(zone), role, user)


def _site_language() -> str:
	return frappe.db.get_single_value("System Settings", "language") or "en"
