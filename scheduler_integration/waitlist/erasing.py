"""Corrects and deletes rows of Waitlist Entry and Waitlist Offer."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import frappe

from scheduler_integration.platform.sql import update_rows
from scheduler_integration.waitlist.records import ENTRY, OFFER, OPEN, WAITING
from scheduler_integration.waitlist.rows import key_of_hold

# Ended entries stay so long if the site keeps its bookings for ever: nobody needs to know then why somebody wasn't asked.
USUAL_DAYS = 90


def names_of(filters: Mapping[str, Any]) -> list[str]:
	"""Return the names of the entries with these values, such as all of a person."""
	return list(frappe.get_all(ENTRY, dict(filters), pluck="name", order_by="joined_at desc"))


def ended_before(instant: int, most: int) -> list[str]:
	"""Return the names of at most so many entries that don't wait since before `instant`, epoch seconds.

	If a list was switched off, nothing has ended the entries whose last date is over.
	"""
	table = frappe.qb.DocType(ENTRY)
	is_over = ((table.status != WAITING) & (table.closed_at < instant)) | (table.until_at < instant)
	return list(frappe.qb.from_(table).select(table.name).where(is_over).limit(most).run(pluck=True))


def open_holds(meeting_type: str) -> set[str]:
	"""Return the keys of the holds of all open offers of a meeting type."""
	ids = frappe.get_all(OFFER, {"meeting_type": meeting_type, "status": OPEN}, pluck="hold_id")
	return set(map(key_of_hold, ids))


def correct(name: str, attendee_name: str, phone: str, details: Mapping[str, Any]) -> None:
	"""Store the person's corrected facts. Without a number, offers come by e-mail. The caller holds the entry's row."""
	fields = {"attendee_name": attendee_name, "attendee_phone": phone, "details": json.dumps(details)}
	update_rows(ENTRY, {name: fields if phone else {**fields, "by_text": 0}})


def delete(names: Collection[str]) -> None:
	"""Delete these entries with their offers."""
	frappe.db.delete(OFFER, {"entry": ["in", list(names)]})
	frappe.db.delete(ENTRY, {"name": ["in", list(names)]})


def forget_offer(name: str) -> None:
	"""Delete an offer that nobody heard of."""
	frappe.db.delete(OFFER, {"name": name})
