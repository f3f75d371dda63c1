"""Erases personal data from past bookings. Limits, loads and reports still count them: host, type, times and state stay.

Contacts, and the activities of meetings that took place (Events and their entries on timelines), are the CRM's own records.
They stay until somebody deletes them there, or the attendee asks for it. Logs that name no booking, such as the web
server's, are deleted by their own settings.
"""

import re
from collections.abc import Collection
from typing import Any

import frappe
from frappe import _
from frappe.translate import print_language

from scheduler_integration.calendars.mirror import rows as events
from scheduler_integration.conferencing import records as calls
from scheduler_integration.crm.events import forget_in_activities
from scheduler_integration.crm.pipeline import forget_records
from scheduler_integration.engagement.retention import forget_bookings as forget_engagement
from scheduler_integration.meetings.status import OPEN, RELEASED
from scheduler_integration.notifications.channels.crm import forget_crm_tasks
from scheduler_integration.outbox.tasks import delete_tasks_of
from scheduler_integration.payments import records as payments
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.language import language_of

# Every field that is about a person, or was written by one.
_PERSONAL: dict[str, Any] = dict.fromkeys(
	(
		"attendee_phone", "phone_e164", "attendee_company", "contact", "reference_doctype", "reference_name", "event", "location",
		"meeting_link", "meeting_id", "meeting_password", "video_error", "own_title", "notes", "host_notes", "cancel_reason",
		"reschedule_reason", "reschedule_message", "reference", "idempotency_key",
		"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
	)
)  # fmt: skip
# Columns that Frappe itself fills in: a copy of the comments, tags, and who has a to-do. Some exist only once needed.
_FRAPPES = ("_comments", "_user_tags", "_assign")
# A caller writes the source, so it may be anything. These are the app's own words, which are counted.
_OWN_SOURCES = ("page", "host")
# Frappe's records about a document, each with the fields that name the document, and with its rows.
_ABOUT = (
	("Comment", "reference_doctype", "reference_name", ()),
	("Communication", "reference_doctype", "reference_name", ("Communication Link",)),
	("Email Queue", "reference_doctype", "reference_name", ("Email Queue Recipient",)),
	("Error Log", "reference_doctype", "reference_name", ()),
	("Notification Log", "document_type", "document_name", ()),
	("Tag Link", "document_type", "document_name", ()),
	("ToDo", "reference_type", "reference_name", ()),
	("Version", "ref_doctype", "docname", ()),
)
# A booking must have an e-mail address. RFC 2606 reserves `.invalid`, so no mail can go there.
NOBODY = "nobody@erased.invalid"
# Bookings that one transaction erases: it mustn't lock a large part of the table.
_BATCH = 500


def forget_past_bookings(now: int) -> int:
	"""Erase personal data from bookings that ended more than `retention_days` of Scheduler Settings ago; 0 days keeps them.

	`now` is in epoch seconds. Returns the number of bookings. Commits after each batch. Their manage links stop
	working. Their outbox tasks, mails, notifications, to-dos, files and timeline are deleted.
	"""
	days = frappe.get_cached_doc("Scheduler Settings").retention_days
	if not days:
		return 0
	forgotten = 0
	before = now - days * 86400
	booking = frappe.qb.DocType("Booking")
	past = (booking.is_forgotten == 0) & (booking.ends_at < before) & booking.status.notin(sorted(OPEN))
	query = frappe.qb.from_(booking).select(booking.name).where(past)
	after = ""
	while names := query.where(booking.name > after).orderby(booking.name).limit(_BATCH).run(pluck=True):
		forget_bookings(names)
		frappe.db.commit()
		forgotten += len(names)
		after = names[-1]
	# Delete the mails that listed the meetings of a day before this instant (epoch seconds).
	digests = {"reference_doctype": "Host Preferences", "creation": ["<", to_site_time(before)]}
	_delete("Email Queue", digests, ("Email Queue Recipient",))
	frappe.db.commit()
	return forgotten


def forget_bookings(names: list[str], *, activities: bool = False) -> None:
	"""Erase personal data from these bookings, which must not be open.

	The CRM forgets who was to come to a meeting that didn't take place; with `activities` also who came.
	"""
	bookings = {"name": ["in", names]} if activities else {"name": ["in", names], "status": ["in", sorted(RELEASED)]}
	forget_in_activities(frappe.get_all("Booking", bookings, ["name", "event", "attendee_email", "meeting_type"]))
	if activities:
		forget_records(names)
	frappe.db.set_value("Booking", {"name": ["in", names]}, _erased(), update_modified=False)
	typed = {"name": ["in", names], "source": ["not in", _OWN_SOURCES]}
	frappe.db.set_value("Booking", typed, "source", None, update_modified=False)
	for table in ("Booking Answer", "Booking Guest"):
		frappe.db.delete(table, {"parenttype": "Booking", "parent": ["in", names]})
	if frappe.db.table_exists("File"):
		for name in frappe.get_all(
			"File", {"attached_to_doctype": "Booking", "attached_to_name": ["in", names]}, pluck="name"
		):
			# The job runs for the site, not for a user. The file itself is deleted too.
			frappe.delete_doc("File", name, ignore_permissions=True, force=True, delete_permanently=True)
	delete_records_about(("Booking",), names)
	if activities:
		forget_crm_tasks(names)
	delete_tasks_of(names)
	events.forget_people(names)
	calls.forget_people(names)
	payments.forget_people(names)
	forget_engagement(names)
	if series := frappe.get_all("Booking", {"name": ["in", names], "series": ["is", "set"]}, pluck="series"):
		frappe.db.set_value("Booking Series", {"name": ["in", series]}, "attendee_email", NOBODY, update_modified=False)


def delete_records_about(doctypes: Collection[str], names: Collection[str]) -> None:
	"""Delete what Frappe holds about the documents with these names and of one of these DocTypes."""
	for doctype, of_type, of_name, tables in _ABOUT:
		if frappe.db.table_exists(doctype):
			_delete(doctype, {of_type: ["in", list(doctypes)], of_name: ["in", list(names)]}, tables)
	frappe.db.delete("__global_search", {"doctype": ["in", list(doctypes)], "name": ["in", list(names)]})


def forget_guest(name: str, address: str) -> None:
	"""Erase an additional guest from the booking `name`, with the messages to them and the notes about them."""
	frappe.db.delete("Booking Guest", {"parenttype": "Booking", "parent": name, "email": address})
	frappe.db.delete("Outbox Task", {"booking": name, "target": address})
	# Mails to the others list the guests. The outbox writes those that haven't left again, by the booking as it is now.
	mails = {"reference_doctype": "Booking", "reference_name": name, "status": ["!=", "Sending"]}
	_delete("Email Queue", mails, ("Email Queue Recipient",))
	about = {"reference_doctype": "Booking", "reference_name": name, "content": ["like", f"%{address}%"]}
	for note in frappe.get_all("Comment", about, ["name", "content"]):
		content = re.sub(re.escape(address), str(_erased()["attendee_name"]), note.content, flags=re.IGNORECASE)
		frappe.db.set_value("Comment", note.name, "content", content, update_modified=False)


def _delete(doctype: str, filters: dict[str, Any], tables: tuple[str, ...]) -> None:
	"""Delete records with their rows and former versions. `delete_doc` would keep a copy of each as a Deleted Document."""
	names = frappe.get_all(doctype, filters, pluck="name")
	if not names:
		return
	for table in tables:
		frappe.db.delete(table, {"parenttype": doctype, "parent": ["in", names]})
	if frappe.db.table_exists("Version"):
		frappe.db.delete("Version", {"ref_doctype": doctype, "docname": ["in", names]})
	frappe.db.delete(doctype, {"name": ["in", names]})


def _erased() -> dict[str, Any]:
	with print_language(language_of()):
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
	return {**values, **{column: None for column in _FRAPPES if frappe.db.has_column("Booking", column)}}
