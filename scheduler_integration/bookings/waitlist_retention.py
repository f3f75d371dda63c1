"""Erases those who waited: by age, because they ask for it, or with their meeting type. Nothing of an entry stays."""

from __future__ import annotations

from collections.abc import Collection

import frappe

from scheduler_integration.availability.holds import release_after_commit
from scheduler_integration.bookings.commands.correct import Person
from scheduler_integration.bookings.retention import delete_records_about
from scheduler_integration.bookings.transaction import command
from scheduler_integration.outbox.tasks import delete_tasks_of
from scheduler_integration.waitlist import erasing, records
from scheduler_integration.waitlist.erasing import USUAL_DAYS
from scheduler_integration.waitlist.plan import KIND

_BATCH = 500


def forget_ended_waiting(now: int) -> int:
	"""Erase the entries that ended more than `retention_days` of Scheduler Settings ago; without that, USUAL_DAYS.

	`now` is in epoch seconds. Returns the number of entries. Commits after each batch.
	"""
	days = frappe.get_cached_doc("Scheduler Settings").retention_days or USUAL_DAYS
	forgotten = 0
	while names := erasing.ended_before(now - days * 86400, _BATCH):
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
	delete_records_about((records.ENTRY, "Booking"), names)
	delete_tasks_of(names, keep=KIND)
	erasing.delete(names)


def forget_list(meeting_type: str) -> None:
	"""Delete the waitlist of a deleted meeting type. Its offers hold no time any more."""
	release_after_commit(*erasing.open_holds(meeting_type))
	forget_entries(erasing.names_of({"meeting_type": meeting_type}))


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
	erasing.correct(name, person.name, person.phone, details)
	return True
