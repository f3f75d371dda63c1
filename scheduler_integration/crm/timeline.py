"""Writes the timeline entries of a new Event: a Communication for each participant whose DocType shows Events.

Frappe does it too, with every save. For a new Event with a new Contact, it asks the database eighteen times: whether there are
entries already, whether the records exist that the entry links to, and twice for the Event and its participants, which
it has just stored. This module stores the same rows with two statements. Later changes are Frappe's.
"""

import frappe
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.prepared import insert_rows

_ENTRY = (
	"name", "owner", "modified_by", "creation", "modified", "subject", "content", "communication_type",
	"communication_medium", "communication_date", "sender", "sender_full_name", "sent_or_received", "status",
	"delivery_status", "email_status", "reference_doctype", "reference_name", "reference_owner", "user",
)  # fmt: skip
_LINK = (
	"name", "owner", "modified_by", "creation", "modified", "parent", "parenttype", "parentfield", "idx", "link_doctype",
	"link_name",
)  # fmt: skip


def write_timeline_at_once(event: Document, author: str) -> None:
	"""Let the Event write its timeline with two statements when it is inserted, instead of Frappe's eighteen.

	`author` is the User who acts. Not the Event's owner, who is the host: Frappe saves the entries with each change of the
	Event, which fails if the link to their author is broken. Hosts leave, and their Users are deleted. Nobody deletes
	Guest.
	"""
	written: set[tuple[str, str]] = set()

	def sync_communication() -> None:
		# ERPNext adds a participant while the Event is inserted, and saves it. Then this runs twice.
		new = [who for row in event.event_participants if (who := _party(row)) not in written and _shows_events(who[0])]
		written.update(new)
		_store(event, author, list(dict.fromkeys(new)))

	# This one document gets its own method. Frappe calls it at the end of each insert and save.
	event.sync_communication = sync_communication


def _party(participant: Document) -> tuple[str, str]:
	return participant.reference_doctype, participant.reference_docname


def _shows_events(doctype: str) -> bool:
	return bool(frappe.get_meta(doctype).get("allow_events_in_timeline"))


def _store(event: Document, author: str, parties: list[tuple[str, str]]) -> None:
	if not parties:
		return
	entries = [_entry(event, author) for _each in parties]
	links = [_link(entry, *party) for entry, party in zip(entries, parties, strict=True)]
	_insert("Communication", _ENTRY, entries)
	_insert("Communication Link", _LINK, links)


def _insert(doctype: str, fields: tuple[str, ...], rows: list[dict]) -> None:
	insert_rows(doctype, fields, [[row[field] for field in fields] for row in rows])


def _entry(event: Document, author: str) -> dict:
	return {
		**_stamps(event),
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


def _link(entry: dict, doctype: str, name: str) -> dict:
	of = {"parent": entry["name"], "parenttype": "Communication", "parentfield": "timeline_links", "idx": 1}
	stamps = {field: entry[field] for field in ("owner", "modified_by", "creation", "modified")}
	return {**stamps, "name": frappe.generate_hash(length=10), **of, "link_doctype": doctype, "link_name": name}


def _stamps(event: Document) -> dict:
	stamps = {field: event.get(field) for field in ("owner", "modified_by", "creation", "modified")}
	return {"name": frappe.generate_hash(length=10), **stamps}
