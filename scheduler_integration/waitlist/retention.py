"""Erases those who waited: by age, because they ask for it, or with their meeting type. Nothing of an entry stays."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import frappe

from scheduler_integration.availability.holds import release_after_commit
from scheduler_integration.bookings import Person, command, delete_records_about
from scheduler_integration.outbox.tasks import delete_tasks_of
from scheduler_integration.platform.sql import update_rows
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.plan import KIND
from scheduler_integration.waitlist.records import ENTRY, OFFER, OPEN, WAITING
from scheduler_integration.waitlist.rows import key_of_hold

_BATCH = 500
# Ended entries stay so long if the site keeps its bookings for ever: nobody needs to know then why somebody wasn't asked.
USUAL_DAYS = 90


def forget_ended_waiting(now: int) -> int:
	"""Erase the entries that ended more than `retention_days` of Scheduler Settings ago; without that, USUAL_DAYS.

	`now` is in epoch seconds. Returns the number of entries. Commits after each batch.
	"""
	before = now - (frappe.get_cached_doc("Scheduler Settings").retention_days or USUAL_DAYS) * 86400
	table = frappe.qb.DocType(ENTRY)
	# If a list was switched off, nothing has ended the entries whose last date is over.
	is_over = ((table.status != WAITING) & (table.closed_at < before)) | (table.until_at < before)
	forgotten = 0
	while names := frappe.qb.from_(table).select(table.name).where(is_over).limit(_BATCH).run(pluck=True):
		forget_entries(names)
		frappe.db.commit()
		forgotten += len(names)
	return forgotten


def forget_entries(names: Collection[str]) -> None:
	"""Delete these entries with their offers, messages and what else Frappe holds about them.

	A look at the list that one of them has planned still happens. It names nobody.
	"""
	if not names:
		return
	# The outbox logs errors of any task as those of a booking.
	delete_records_about((ENTRY, "Booking"), names)
	delete_tasks_of(names, keep=KIND)
	frappe.db.delete(OFFER, {"entry": ["in", list(names)]})
	frappe.db.delete(ENTRY, {"name": ["in", list(names)]})


def forget_list(meeting_type: str) -> None:
	"""Delete the waitlist of a deleted meeting type. Its offers hold no time any more."""
	held = frappe.get_all(OFFER, {"meeting_type": meeting_type, "status": OPEN}, pluck="hold_id")
	release_after_commit(*map(key_of_hold, held))
	forget_entries(names_of({"meeting_type": meeting_type}))


def names_of(filters: Mapping[str, Any]) -> list[str]:
	"""Return the names of the entries with these values, such as all of a person."""
	return list(frappe.get_all(ENTRY, dict(filters), pluck="name", order_by="joined_at desc"))


@command
def correct_waiting(name: str, person: Person, now: int) -> bool:
	"""Write the person's corrected facts into the entry `name`. Returns whether anything changed."""
	entry = records.entry(name, for_update=True)
	if not entry:
		return False
	facts = {"attendee_name": person.name, "attendee_phone": person.phone, "attendee_company": person.company}
	present = {**entry.details, "attendee_name": entry.attendee_name, "attendee_phone": entry.attendee_phone}
	if all((present.get(field) or "") == value for field, value in facts.items()):
		return False
	# A meeting that is moved earlier has details of its own.
	details = {**entry.details, **facts} if entry.details else {}
	fields = {"attendee_name": person.name, "attendee_phone": person.phone, "details": json.dumps(details)}
	# Without a number, offers come by e-mail.
	update_rows(ENTRY, {name: fields if person.phone else {**fields, "by_text": 0}})
	return True
