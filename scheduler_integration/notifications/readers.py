"""Finds the people who get a booking's messages."""

from collections.abc import Iterable
from dataclasses import replace

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.defaults import zone_or_sites
from scheduler_integration.meetings.invited import invited_guests, is_unconfirmed
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform.language import site_language


def attendee_of(booking: Document) -> Reader:
	"""Return the attendee, with the language and time zone of the booking."""
	language = booking.language or site_language()
	return Reader(
		booking.attendee_email,
		booking.attendee_name,
		language,
		booking.timezone,
		"attendee",
		writing=booking.get("writing") or "",
	)


def guests_of(booking: Document) -> list[Reader]:
	"""Return the additional guests who may get messages. Only their addresses are known, so they get the attendee's language
	and zone."""
	attendee = attendee_of(booking)
	return [replace(attendee, email=email, name=email, role="guest") for email in invited_guests(booking)]


def hosts_of(booking: Document) -> list[Reader]:
	"""Return the hosts, each in their own language and time zone.

	The hosts are read only once for each copy of the booking, because every message and every rule of a command needs
	them. For a new booking they were read with the meeting type (`flags.people`).
	"""
	cache = booking.flags.setdefault("host_readers", {})
	people = booking.flags.people or {}
	for user in booking.host_users():
		if user not in cache:
			cache[user] = _host_reader(user, people[user]) if user in people else host_reader(user)
	return [cache[user] for user in booking.host_users()]


def share_hosts(bookings: Iterable[Document]) -> None:
	"""Let `hosts_of` read the hosts of these bookings once, because they are the same in a session."""
	readers: dict[str, Reader] = {}
	for booking in bookings:
		readers.update(booking.flags.get("host_readers") or {})
		booking.flags.host_readers = readers


def former_host(user: str) -> Reader:
	"""Return a host from whom the booking was reassigned."""
	return host_reader(user, "removed")


def removed_guests_of(booking: Document, addresses: Iterable[str]) -> list[Reader]:
	"""Return the people with these addresses, who were additional guests until now. Nobody if guests never got a message."""
	return (
		[] if is_unconfirmed(booking) else [reader_of(booking, "removed_guest", address, "") for address in addresses]
	)


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
	person = frappe.db.get_value("User", user, ["email", "full_name", "language", "time_zone"], as_dict=True)
	return _host_reader(user, person or frappe._dict(), role)


def _host_reader(user: str, person: frappe._dict, role: str = "host") -> Reader:
	language, zone = person.language or site_language(), zone_or_sites(person.time_zone)
	return Reader(person.email or user, person.full_name or user, language, zone, role, user)
