"""The site's automations, and the bookings that each of them is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime
from pypika.functions import Min

from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.platform.cached_rows import CachedRows

CACHE = "scheduling_automations"

# Triggers that are a time. `minutes` is how long before or after.
BEFORE_START, AFTER_START, BEFORE_END, AFTER_END = "Before Start", "After Start", "Before End", "After End"
# At each of the meeting type's reminder times, or at those of Scheduler Settings.
REMINDER = "Reminder"
TIMED = frozenset({REMINDER, BEFORE_START, AFTER_START, BEFORE_END, AFTER_END})

_FLAGS = ("is_active", "first_time_only", "by_attendee_only", "not_rebooked_only", "not_reconfirmed_only")
# Triggers of messages that nobody needs to hold the meeting: it is over, or doesn't take place.
FOLLOW_UP_TRIGGERS = frozenset({"Cancelled", "Completed", "No Show", AFTER_END})


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
	"""A row of Meeting Automation. The fields have the names of the DocType; `minutes` is never negative.

	`not_rebooked_only` and `not_reconfirmed_only` are checked when the action is due, all others when it is planned.

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
	by_attendee_only: bool
	not_rebooked_only: bool
	not_reconfirmed_only: bool
	email_template: str | None
	text: str | None
	webhook_url: str | None
	record_doctype: str | None

	def is_for(self, booking: Document, facts: Facts) -> bool:
		"""Whether the booking, one of those of `facts`, meets all conditions of the automation."""
		chosen = (
			(self.scheduling_page, booking.scheduling_page),
			(self.meeting_type, booking.meeting_type),
			(self.phase, facts.phases.get(booking.name) if self.phase else None),
		)
		if any(wanted and wanted != tags for wanted, tags in chosen):
			return False
		if self.host and self.host not in booking.host_users():
			return False
		if self.by_attendee_only and booking.cancelled_by != Actor.ATTENDEE.value:
			return False
		if self.contact_tag and self.contact_tag not in facts.tags.get(booking.contact, ()):
			return False
		return not self.first_time_only or booking.name in facts.firsts


class Facts:
	"""Facts of bookings that are stored elsewhere. The first automation that asks for one reads it for all bookings."""

	def __init__(self, bookings: Sequence[Document]) -> None:
		self._bookings = {booking.name: booking for booking in bookings}

	@cached_property
	def phases(self) -> dict[str, str]:
		"""The client's phase at the click in a report that led to the booking, by booking. Others are missing."""
		led = {"booking": ["in", list(self._bookings)]}
		rows = frappe.get_all("Scheduler Engagement", led, ["booking", "phase"], order_by="creation asc")
		return {row.booking: row.phase for row in rows}

	@cached_property
	def tags(self) -> dict[str, list[str]]:
		"""The tags of the attendees' Contacts, by Contact."""
		contacts = [booking.contact for booking in self._bookings.values() if booking.contact]
		rows = frappe.get_all("Contact", {"name": ["in", contacts]}, ["name", "_user_tags"]) if contacts else ()
		return {row.name: [tag for tag in (row._user_tags or "").split(",") if tag] for row in rows}

	@cached_property
	def firsts(self) -> set[str]:
		"""The bookings before which nobody booked with their e-mail address. A moved booking isn't a second booking."""
		row = frappe.qb.DocType("Booking")
		emails = [booking.attendee_email for booking in self._bookings.values()]
		query = frappe.qb.from_(row).select(row.attendee_email, Min(row.creation)).groupby(row.attendee_email)
		rows = query.where(row.attendee_email.isin(emails) & (row.status != "Rescheduled")).run()
		earliest = {email.lower(): get_datetime(creation) for email, creation in rows}
		return {
			name
			for name, booking in self._bookings.items()
			if get_datetime(booking.creation) <= earliest.get(booking.attendee_email.lower(), datetime.max)
		}


def all_automations() -> list[Automation]:
	"""Return every automation, switched off or not. The list is cached until an automation is saved."""
	return [
		Automation(**{**row, **{name: bool(row[name]) for name in _FLAGS}, "minutes": row["minutes"] or 0})
		for row in _ROWS.read()
	]


def active_automations() -> list[Automation]:
	return [automation for automation in all_automations() if automation.is_active]


def find_automation(name: str) -> Automation | None:
	return next((automation for automation in all_automations() if automation.name == name), None)


def built_in(key: str) -> Automation | None:
	"""Return the automation of a message that the app ships. None if the installation hasn't made it yet."""
	return next((automation for automation in all_automations() if automation.built_in == key), None)


def is_switched_off(key: str) -> bool:
	"""Whether an admin switched off a message that the app ships."""
	automation = built_in(key)
	return bool(automation and not automation.is_active)


def _load() -> list[dict[str, Any]]:
	names = [field.name for field in fields(Automation)]
	return [dict(row) for row in frappe.get_all("Meeting Automation", fields=names, order_by="creation asc, name asc")]


_ROWS = CachedRows(CACHE, _load)
forget_automations = _ROWS.forget
