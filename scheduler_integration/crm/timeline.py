"""Writes the timeline entries of a new Event: a Communication for each participant that shows the meeting by one.

- Frappe itself writes such an entry for each participant whose DocType has the switch `allow_events_in_timeline`: Contact,
  and ERPNext's Lead, Opportunity and Customer.
- Leads and deals of Frappe CRM don't have it. A newer Frappe CRM lists the Events that refer to a lead or deal instead. An
  older one lists Communications only, so this module writes entries for its leads and deals.

The entry belongs to the Event, so Frappe moves it with the Event and deletes it with the Event. If it belonged to the
lead, Frappe and Frappe CRM would take it for the team's reply to the lead: its first response, which ends the time that a
service level agreement measures.

Frappe writes the entries of all participants with every save, and for a new one takes eighteen statements: it looks for
existing entries and for the records to which the entry links, and twice reads the Event and its participants, which it
has just stored. This module writes the same rows with two statements an entry, and changes all entries with one.
"""

from collections.abc import Collection, Iterable
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import get_fullname

_CRM_DOCTYPES = ("CRM Lead", "CRM Deal")
# DocType and name of a record that takes part in an Event.
Party = tuple[str, str]


def party_of(participant: Document | frappe._dict) -> Party:
	return participant.reference_doctype, participant.reference_docname


def write_entries(event: Document, author: str, parties: Iterable[Party]) -> None:
	"""Write the entries of new participants. Those whose DocType doesn't show meetings get none.

	`author` is the User who acts, Guest for visitors. The Event's owner, its host, would be a bad author: Frappe saves
	the entries if somebody changes the Event in the desk, which fails after the author's User was deleted, as when a host
	leaves.
	"""
	for party in parties:
		asks = frappe.get_meta(party[0]).get("allow_events_in_timeline")
		if asks or _is_of_older_crm(event, *party):
			entry = _entry(event, author, *party)
			# This transaction has stored everything that `insert` would check.
			entry.db_insert()
			for link in entry.timeline_links:
				link.parent = entry.name
				link.db_insert()


def update_entries(event: Document) -> None:
	"""Repeat subject, text, time and sender of the Event in all its entries."""
	entry, link = frappe.qb.DocType("Communication"), frappe.qb.DocType("Communication Link")
	frappe.db.set_value("Communication", _entries_of(event), _facts(event))
	if frappe.get_meta("Communication Link").has_field("communication_date"):
		names = frappe.qb.from_(entry).select(entry.name)
		names = names.where((entry.reference_doctype == "Event") & (entry.reference_name == event.name))
		frappe.qb.update(link).set(link.communication_date, event.starts_on).where(link.parent.isin(names)).run()


def delete_entries(event: Document, parties: Collection[Party]) -> None:
	"""Delete the entries of these records."""
	if not parties:
		return
	entry, link = frappe.qb.DocType("Communication"), frappe.qb.DocType("Communication Link")
	query = frappe.qb.from_(entry).join(link).on(link.parent == entry.name)
	query = query.select(entry.name, link.link_doctype, link.link_name)
	query = query.where((entry.reference_doctype == "Event") & (entry.reference_name == event.name))
	names = [name for name, *party in query.run() if tuple(party) in parties]
	if names:
		frappe.db.delete("Communication Link", {"parent": ["in", names], "parenttype": "Communication"})
		frappe.db.delete("Communication", {"name": ["in", names]})


def _entries_of(event: Document) -> dict[str, str]:
	return {"reference_doctype": event.doctype, "reference_name": event.name}


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


def _entry(event: Document, author: str, doctype: str, name: str) -> Document:
	"""Return the unsaved entry of a participant. `new_doc` sets the defaults, those of other apps' fields too."""
	entry = frappe.new_doc("Communication")
	entry.update(
		{
			"communication_type": "Communication",
			"communication_medium": event.event_category,
			"sent_or_received": "Sent",
			"status": "Linked",
			"delivery_status": "",
			"email_status": "Open",
			"user": author,
			**_entries_of(event),
			**_facts(event),
		}
	)
	entry.add_link(doctype, name)
	return entry


def _facts(event: Document) -> dict[str, Any]:
	return {
		"subject": event.subject,
		"content": event.description or event.subject,
		"communication_date": event.starts_on,
		"sender": event.owner,
		"sender_full_name": get_fullname(event.owner),
		"reference_owner": event.owner,
	}
