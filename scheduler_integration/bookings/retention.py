"""Erases personal data from past bookings. Limits, loads and reports still count them: host, type, times and state stay.

Contacts and their activities are the CRM's own records, and stay until somebody deletes them there.
"""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.translate import print_language

from scheduler_integration.calendars.mirror import rows as events
from scheduler_integration.conferencing import records as calls
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.outbox.tasks import delete_tasks_of
from scheduler_integration.platform.language import site_language

# Every field that is about a person, or was written by one.
_PERSONAL: dict[str, Any] = dict.fromkeys(
	(
		"attendee_phone", "attendee_company", "contact", "reference_doctype", "reference_name", "event", "location",
		"meeting_link", "meeting_id", "meeting_password", "video_error", "notes", "host_notes", "cancel_reason",
		"reschedule_reason", "reschedule_message", "reference", "idempotency_key",
	)
)  # fmt: skip
# A booking must have an e-mail address. RFC 2606 reserves `.invalid`, so no mail can go there.
NOBODY = "nobody@erased.invalid"
# Bookings that one transaction erases: it mustn't lock a large part of the table.
_BATCH = 500


def forget_past_bookings(now: int) -> int:
	"""Erase personal data from bookings that ended more than `retention_days` of Scheduler Settings ago; 0 days keeps them.

	`now` is in epoch seconds. Returns the number of bookings. Commits after each batch. Their manage links stop
	working, and their outbox tasks and timeline are deleted.
	"""
	days = frappe.get_cached_doc("Scheduler Settings").retention_days
	if not days:
		return 0
	forgotten = 0
	for names in _past_bookings(now - days * 86400):
		_forget(names)
		frappe.db.commit()
		forgotten += len(names)
	return forgotten


def _past_bookings(before: int) -> Iterator[list[str]]:
	booking = frappe.qb.DocType("Booking")
	past = (booking.is_forgotten == 0) & (booking.ends_at < before) & booking.status.notin(sorted(OPEN))
	query = frappe.qb.from_(booking).select(booking.name).where(past)
	after = ""
	while names := query.where(booking.name > after).orderby(booking.name).limit(_BATCH).run(pluck=True):
		yield names
		after = names[-1]


def _forget(names: list[str]) -> None:
	frappe.db.set_value("Booking", {"name": ["in", names]}, _erased(), update_modified=False)
	for table in ("Booking Answer", "Booking Guest"):
		frappe.db.delete(table, {"parenttype": "Booking", "parent": ["in", names]})
	frappe.db.delete("Comment", {"reference_doctype": "Booking", "reference_name": ["in", names]})
	if frappe.db.table_exists("Version"):
		frappe.db.delete("Version", {"ref_doctype": "Booking", "docname": ["in", names]})
	delete_tasks_of(names)
	events.forget_people(names)
	calls.forget_people(names)


def _erased() -> dict[str, Any]:
	with print_language(site_language()):
		nobody = _("Erased")
	values = {
		**_PERSONAL,
		"subject": nobody,
		"attendee_name": nobody,
		"attendee_email": NOBODY,
		# Without the key, no manage link is valid.
		"manage_key": "",
		"is_forgotten": 1,
	}
	# Frappe adds the column with the first comment on any booking.
	return {**values, "_comments": None} if frappe.db.has_column("Booking", "_comments") else values
