"""Writes the timeline entries of a new Event: a Communication for each participant that shows the meeting by one.

- Frappe itself writes such an entry for each participant whose DocType has the switch `allow_events_in_timeline`: Contact,
  and ERPNext's Lead, Opportunity and Customer.
- Leads and deals of Frappe CRM don't have it. A newer Frappe CRM lists the Events that refer to a lead or deal instead. An
  older one lists Communications only, so this module writes entries for its leads and deals.

The entry belongs to the Event, so Frappe moves it with the Event and deletes it with the Event. If it belonged to the
lead, Frappe and Frappe CRM would take it for the team's reply to the lead: its first response, which ends the time that a
service level agreement measures.

Frappe writes its entries with every save. For a new Event with a new Contact, that takes eighteen queries: it looks for
existing entries and for the records to which the entry links, and twice reads the Event and its participants, which it
has just stored. This module stores the same rows without these queries. After later changes, Frappe writes the entries.
"""

import frappe
from frappe.model.document import Document
from frappe.utils import get_fullname

_CRM_DOCTYPES = ("CRM Lead", "CRM Deal")


def write_timeline_at_once(event: Document, author: str) -> None:
	"""Let the Event write its timeline with two statements an entry when it is inserted, instead of Frappe's eighteen.

	`author` is the User who acts, Guest for visitors. The Event's owner, its host, would be a bad author: Frappe saves
	the entries with each change of the Event, which fails after the author's User was deleted, as when a host leaves.
	"""
	written: set[tuple[str, str]] = set()

	def sync_communication() -> None:
		# ERPNext adds a participant while the Event is inserted, and saves it. Then this runs twice.
		new = [
			who for row in event.event_participants if (who := _party(row)) not in written and _needs_entry(event, *who)
		]
		written.update(new)
		for doctype, name in dict.fromkeys(new):
			_store(_entry(event, author, doctype, name))

	# This one document gets its own method. Frappe calls it at the end of each insert and save.
	event.sync_communication = sync_communication


def _party(participant: Document) -> tuple[str, str]:
	return participant.reference_doctype, participant.reference_docname


def add_entry(event: Document, author: str, record: tuple[str, str]) -> None:
	"""Write the entry of a lead or deal that joins an Event, unless it has one or Frappe writes it.

	`author` is the User who acts.
	"""
	if _is_of_older_crm(event, *record) and not _has_entry(event, *record):
		_store(_entry(event, author, *record))


def _needs_entry(event: Document, doctype: str, name: str) -> bool:
	asks = frappe.get_meta(doctype).get("allow_events_in_timeline")
	return bool(asks) or _is_of_older_crm(event, doctype, name)


def _is_of_older_crm(event: Document, doctype: str, name: str) -> bool:
	"""Whether this is a lead or deal of Frappe CRM that doesn't list the Event.

	An Event refers to one record. The leads of the others in a session get entries with any version.
	"""
	if doctype not in _CRM_DOCTYPES:
		return False
	return not crm_lists_events() or (event.get("reference_doctype"), event.get("reference_docname")) != (doctype, name)


def crm_lists_events() -> bool:
	"""Whether Frappe CRM is installed in a version that shows Events on leads and deals.

	Event's reference fields can't decide this: Frappe has them from 15.101 on, with any version of Frappe CRM.
	"""
	return bool(
		frappe.db.exists("DocType", "FCRM Settings", cache=True)
		and frappe.get_meta("FCRM Settings").has_field("event_notifications")
	)


def _has_entry(event: Document, doctype: str, name: str) -> bool:
	entries = frappe.get_all(
		"Communication", {"reference_doctype": "Event", "reference_name": event.name}, pluck="name"
	)
	linked = {"parenttype": "Communication", "parent": ["in", entries], "link_doctype": doctype, "link_name": name}
	return bool(entries and frappe.db.exists("Communication Link", linked))


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
	# This transaction has stored everything that `insert` would check.
	entry.db_insert()
	for link in entry.timeline_links:
		link.parent = entry.name
		link.db_insert()
