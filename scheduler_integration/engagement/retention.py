"""Erases people from the rows of engagement. The rows without their people still count in the analytics.

People are erased when their records are deleted, and by a daily job some time after their last event.
"""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce

from scheduler_integration.platform.clock import to_site_time

# All fields of a row about a person. The consultant, the meeting type, the phase and the times stay.
PERSONAL: dict[str, Any] = dict.fromkeys(
	(
		"assessment", "client", "contact", "booking", "outside_booking", "click", "scheduler_event_id",
		"ip_hash", "user_agent", "referrer", "visit",
	)
)  # fmt: skip
# The most rows of one statement: a table of a million rows must not be locked at once.
_CHUNK = 2000


def forget_old_engagement(now: int) -> int:
	"""Forget the people of rows older than the days in Scheduler Settings; 0 days keeps them. Returns the number.

	Commits after each batch, so that no lock is held for long. Outside Bookings contain nothing but facts about a person, so
	they are deleted, with the time that they block.
	"""
	days = frappe.get_cached_doc("Scheduler Settings").engagement_days
	if not days:
		return 0
	before = now - days * 86400
	forgotten = 0
	row = DocType("Scheduler Engagement")
	last_moment = Coalesce(row.scheduled_for, row.booked_at, row.clicked_at, 0)
	# The index finds rows by their creation, but their meetings may take place later.
	is_old = (row.is_forgotten == 0) & (row.creation < to_site_time(before)) & (last_moment < before)
	query = frappe.qb.from_(row).select(row.name).where(is_old).limit(_CHUNK)
	while names := query.run(pluck=True):
		_forget({"name": ["in", names]})
		frappe.db.commit()
		forgotten += len(names)
	booking = DocType("Outside Booking")
	# A booking that only the browser reported has no time.
	old = (booking.creation < to_site_time(before)) & (Coalesce(booking.ends_at, 0) < before)
	for name in frappe.qb.from_(booking).select(booking.name).where(old).run(pluck=True):
		# The job runs for the site, not for a user.
		frappe.delete_doc("Outside Booking", name, ignore_permissions=True, force=True, delete_permanently=True)
		frappe.db.commit()
	return forgotten


def delete_outside_bookings(address: str) -> int:
	"""Delete the Outside Bookings of the person with this address, with their Events. Returns how many there were.

	The external scheduler keeps its own records. A webhook about a later change makes a new one.
	"""
	rows = frappe.get_all("Outside Booking", {"attendee_email": address}, ["name", "event"])
	for row in rows:
		# The person who asks isn't signed in.
		frappe.delete_doc("Outside Booking", row.name, ignore_permissions=True, force=True, delete_permanently=True)
		if row.event and frappe.db.exists("Event", row.event):
			frappe.delete_doc("Event", row.event, ignore_permissions=True, force=True, delete_permanently=True)
	return len(rows)


def forget_assessment(name: str) -> None:
	"""Forget the people of an assessment that is deleted."""
	_forget({"assessment": name})


def forget_bookings(names: list[str]) -> None:
	"""Forget the people of bookings that are erased. A row names the Contact, whose name is the person's."""
	_forget({"booking": ["in", names]})


def forget_meeting_type(name: str) -> None:
	"""Remove a deleted meeting type from the rows. The rows still count in the sums."""
	for doctype in ("Scheduler Engagement", "Outside Booking"):
		_clear(doctype, "meeting_type", name)


def forget_contact(contact: Document, method: str | None = None) -> None:
	"""Hook for a deleted Contact, whose name is the person's."""
	for doctype in ("Scheduler Engagement", "Outside Booking"):
		_clear(doctype, "contact", contact.name)


def forget_user(user: Document, method: str | None = None) -> None:
	"""Hook for a deleted User. A client's rows stay, without the client. A consultant's rows are deleted."""
	_clear("Scheduler Engagement", "client", user.name)
	for doctype in ("Scheduler Engagement", "Outside Booking"):
		frappe.db.delete(doctype, {"consultant": user.name})


def _forget(filters: dict[str, Any]) -> None:
	frappe.db.set_value("Scheduler Engagement", filters, {**PERSONAL, "is_forgotten": 1}, update_modified=False)


def _clear(doctype: str, field: str, value: str) -> None:
	frappe.db.set_value(doctype, {field: value}, field, None, update_modified=False)
