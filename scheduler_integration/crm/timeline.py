"""Writes the timeline entries of a new Event: a Communication for each participant whose DocType shows Events.

Frappe does it too, with every save. For a new Event with a new Contact, it asks the database eighteen times: whether there
are entries already, whether the records exist that the entry links to, and twice for the Event and its participants,
which it has just stored. This module stores the same rows without asking. Later changes are Frappe's.
"""

import frappe
from frappe.model.document import Document
from frappe.utils import get_fullname


def write_timeline_at_once(event: Document, author: str) -> None:
	"""Let the Event write its timeline with two statements an entry when it is inserted, instead of Frappe's eighteen.

	`author` is the User who acts. Not the Event's owner, who is the host: Frappe saves the entries with each change of the
	Event, which fails if the link to their author is broken. Hosts leave, and their Users are deleted. Nobody deletes
	Guest.
	"""
	written: set[tuple[str, str]] = set()

	def sync_communication() -> None:
		# ERPNext adds a participant while the Event is inserted, and saves it. Then this runs twice.
		new = [who for row in event.event_participants if (who := _party(row)) not in written and _shows_events(who[0])]
		written.update(new)
		for doctype, name in dict.fromkeys(new):
			_store(_entry(event, author, doctype, name))

	# This one document gets its own method. Frappe calls it at the end of each insert and save.
	event.sync_communication = sync_communication


def _party(participant: Document) -> tuple[str, str]:
	return participant.reference_doctype, participant.reference_docname


def _shows_events(doctype: str) -> bool:
	return bool(frappe.get_meta(doctype).get("allow_events_in_timeline"))


def _entry(event: Document, author: str, doctype: str, name: str) -> Document:
	"""Return the unsaved entry of a participant. `new_doc` sets the defaults, those of other apps' fields too."""
	entry = frappe.new_doc("Communication")
	entry.update(
		{
			"subject": event.subject,
			"content": event.description or event.subject,
			"communication_type": "Communication",
			"communication_medium": event.event_category,
			"communication_date": event.starts_on,
			"sender": event.owner,
			"sender_full_name": get_fullname(event.owner),
			"sent_or_received": "Sent",
			"status": "Linked",
			"delivery_status": "",
			"email_status": "Open",
			"reference_doctype": event.doctype,
			"reference_name": event.name,
			"reference_owner": event.owner,
			"user": author,
		}
	)
	entry.add_link(doctype, name)
	return entry


def _store(entry: Document) -> None:
	# All that `insert` would check was stored by this transaction.
	entry.db_insert()
	for link in entry.timeline_links:
		link.parent = entry.name
		link.db_insert()
