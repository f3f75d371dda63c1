"""The site's automations, and the bookings that each of them is for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import frappe
from frappe.model.document import Document

CACHE = "scheduling_automations"

# Triggers that are a time. `minutes` is how long before or after.
BEFORE_START, AFTER_START, BEFORE_END, AFTER_END = "Before Start", "After Start", "Before End", "After End"
# At each of the meeting type's reminder times, or at those of Scheduler Settings.
REMINDER = "Reminder"
TIMED = frozenset({REMINDER, BEFORE_START, AFTER_START, BEFORE_END, AFTER_END})


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
	"""A row of Meeting Automation. The fields have the names of the DocType; `minutes` is never negative.

	`built_in` is the key of a message that the app ships, such as `attendee_reminder`, and empty for others.
	"""

	name: str
	title: str
	built_in: str | None
	is_active: bool
	trigger: str
	minutes: int
	channel: str
	recipient: str | None
	recipient_address: str | None
	scheduling_page: str | None
	meeting_type: str | None
	host: str | None
	phase: str | None
	contact_tag: str | None
	first_time_only: bool
	email_template: str | None
	text: str | None
	webhook_url: str | None

	def is_for(self, booking: Document) -> bool:
		"""Whether the booking meets all conditions of the automation."""
		chosen = (
			(self.scheduling_page, booking.scheduling_page),
			(self.meeting_type, booking.meeting_type),
			(self.phase, _phase_of(booking) if self.phase else None),
		)
		if any(wanted and wanted != found for wanted, found in chosen):
			return False
		if self.host and self.host not in booking.host_users():
			return False
		if self.contact_tag and self.contact_tag not in _tags_of(booking.contact):
			return False
		return not self.first_time_only or _is_first(booking)


def all_automations() -> list[Automation]:
	"""Return every automation, switched off or not. The list is cached until an automation is saved."""
	# This transaction's own changes may be rolled back, so they are kept out of the cache.
	rows = _load() if frappe.flags.automations_changed else frappe.cache.get_value(CACHE, _load)
	return [_automation(row) for row in rows]


def active_automations() -> list[Automation]:
	return [each for each in all_automations() if each.is_active]


def find_automation(name: str) -> Automation | None:
	return next((each for each in all_automations() if each.name == name), None)


def built_in(key: str) -> Automation | None:
	"""Return the automation of a message that the app ships. None if the installation hasn't made it yet."""
	return next((each for each in all_automations() if each.built_in == key), None)


def is_switched_off(key: str) -> bool:
	"""Whether an admin switched off a message that the app ships."""
	found = built_in(key)
	return bool(found and not found.is_active)


def forget_automations() -> None:
	"""Empty the cache when this transaction ends. Until then this transaction reads the database."""
	frappe.flags.automations_changed = True
	frappe.db.after_commit.add(_forget)
	frappe.db.after_rollback.add(_forget)


def _forget() -> None:
	frappe.flags.automations_changed = False
	frappe.cache.delete_value(CACHE)


def _load() -> list[dict[str, Any]]:
	names = [field.name for field in fields(Automation)]
	return [dict(row) for row in frappe.get_all("Meeting Automation", fields=names, order_by="creation asc, name asc")]


def _automation(row: dict[str, Any]) -> Automation:
	flags = {name: bool(row[name]) for name in ("is_active", "first_time_only")}
	return Automation(**{**row, **flags, "minutes": row["minutes"] or 0})


def _phase_of(booking: Document) -> str | None:
	"""Return the client's phase at the click in a report that led to the booking, if there was such a click."""
	if not frappe.db.exists("DocType", "Scheduler Engagement"):
		return None
	return frappe.db.get_value("Scheduler Engagement", {"booking": booking.name}, "phase")


def _tags_of(contact: str | None) -> list[str]:
	tags = frappe.db.get_value("Contact", contact, "_user_tags") if contact else None
	return [tag for tag in (tags or "").split(",") if tag]


def _is_first(booking: Document) -> bool:
	"""Whether nobody booked with this e-mail address before. A moved booking isn't a second booking."""
	earlier = {"attendee_email": booking.attendee_email, "name": ["!=", booking.name], "status": ["!=", "Rescheduled"]}
	return not frappe.db.exists("Booking", {**earlier, "creation": ["<", booking.creation]})
