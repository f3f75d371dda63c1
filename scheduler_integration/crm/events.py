"""The Event that shows a meeting in the CRM: its row, its participants, and its entries on timelines.

A session has one Event, and each attendee is a participant. Frappe's `save` writes all participants and their entries
again, each with statements of its own. With 25 attendees, a new one would cost a thousand statements, under the hosts'
lock. So this module writes only the rows that change.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.meetings.changes import Fields
from scheduler_integration.platform.acting import acting_as

# A row of an Event: DocType and name of a contact, record or User, and the person's address.
Participant = dict[str, str]


def insert_event(
	values: dict[str, Any], participants: list[Participant], host: str, *, has_entries: bool = True
) -> Document:
	"""Insert the Event, owned by the host, with its entries, and return it.

	The timeline names the Event's owner as the sender. The owner of a new record is the user who inserts it. So the host
	inserts it here, also if somebody else made the booking.

	Without `has_entries`, timelines show another Event in its place: that of the first date of a series.

	Frappe would name the Event by a series. The series is one row, locked until the transaction ends: everybody who books
	any host of the site would wait for it.
	"""
	event = frappe.get_doc({"doctype": "Event", **values, "event_participants": participants})
	# The participants were read in this transaction.
	event.flags.ignore_links = True
	# A new record has no earlier version.
	event.flags.ignore_version = True
	author = frappe.session.user
	with acting_as(host), _without_entries(event):
		# The host may have no role that can create Events, and doesn't need one for this.
		event.insert(ignore_permissions=True, set_name=f"EV-{frappe.generate_hash(length=10)}")
		# ERPNext may have added a participant meanwhile.
		if has_entries:
			write_entries(event, author, dict.fromkeys(map(party_of, event.event_participants)))
	return event


def event_to_change(name: str | None) -> Document | None:
	"""Return the Event `name`, locked and in its newest state; None if `name` is empty or somebody deleted the Event."""
	if not name or not frappe.db.get_value("Event", name, "name", for_update=True):
		return None
	return frappe.get_doc("Event", name, for_update=True)


def change_event(event: Document, fields: Fields) -> None:
	"""Store new values of the Event and repeat them in its entries. Other apps' hooks run as when it is saved."""
	with _without_entries(event):
		event.db_set(fields)
		event.run_method("on_update")
	if fields:
		update_entries(event)


def add_participants(event: Document, people: list[Participant]) -> None:
	"""Add those who don't take part yet, with their entries. Runs for the user who acts."""
	parties = {party_of(row) for row in event.event_participants}
	present = {(*party_of(row), row.email) for row in event.event_participants}
	new = [who for who in people if tuple(who.values()) not in present]
	for who in new:
		event.append("event_participants", who).db_insert()
	write_entries(event, frappe.session.user, {party_of(frappe._dict(who)): None for who in new}.keys() - parties)


def remove_participants(event: Document, rows: Collection[Document]) -> None:
	"""Remove these participants, and the entries of records that nobody else connects with the Event."""
	if not rows:
		return
	frappe.db.delete("Event Participants", {"name": ["in", [row.name for row in rows]]})
	event.event_participants = [row for row in event.event_participants if row not in rows]
	delete_entries(event, {party_of(row) for row in rows} - {party_of(row) for row in event.event_participants})


@contextmanager
def _without_entries(event: Document) -> Iterator[None]:
	"""Keep Frappe from writing the entries. It calls this method of the Event at the end of each insert and save."""
	event.sync_communication = lambda: None
	try:
		yield
	finally:
		del event.sync_communication


# Writes the timeline entries of a new Event: a Communication for each participant that shows the meeting by one.
#
# - Frappe itself writes such an entry for each participant whose DocType has the switch `allow_events_in_timeline`: Contact,
#   and ERPNext's Lead, Opportunity and Customer.
# - Leads and deals of Frappe CRM don't have it. Their timelines list Communications only, so this module writes entries for
#   them. A newer Frappe CRM also lists the Events that refer to a lead or deal, in a view of its own and by their subject.
#
# The entry belongs to the Event, so Frappe moves it with the Event and deletes it with the Event. If it belonged to the
# lead, Frappe and Frappe CRM would take it for the team's reply to the lead: its first response, which ends the time that a
# service level agreement measures.
#
# Frappe writes the entries of all participants with every save, and for a new one takes eighteen statements: it looks for
# existing entries and for the records to which the entry links, and twice reads the Event and its participants, which it
# has just stored. This module writes the same rows with two statements an entry, and changes all entries with one.

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
		if asks or party[0] in _CRM_DOCTYPES:
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


# Takes persons out of the CRM's records of meetings.


def forget_in_activities(bookings: Sequence[frappe._dict]) -> None:
	"""Take the attendees of these bookings out of the Events, and out of the entries on timelines.

	Each booking has `name`, `event`, `attendee_email` and `meeting_type`. An Event that other bookings have too keeps its
	words, which name no single attendee. The entry of a lead or deal stays, without the person.
	"""
	names = {booking.name for booking in bookings}
	by_event: dict[str, list[frappe._dict]] = {}
	for booking in bookings:
		by_event.setdefault(booking.event, []).append(booking)
	for name, own in by_event.items():
		others = frappe.get_all(
			"Booking", {"event": name, "name": ["not in", names], "is_forgotten": 0}, "attendee_email"
		)
		staying = {_key(each.attendee_email) for each in others}
		_forget(name, own, {_key(each.attendee_email) for each in own} - staying, is_shared=bool(others))


def _forget(name: str, bookings: list[frappe._dict], addresses: set[str], *, is_shared: bool) -> None:
	event = event_to_change(name)
	if not event:
		return
	people = [row for row in event.event_participants if _key(row.email) in addresses]
	remove_participants(event, [row for row in people if row.reference_doctype == "Contact"])
	for row in people:
		if row.reference_doctype != "Contact":
			row.db_set("email", None, update_modified=False)
	if not is_shared:
		title = frappe.get_cached_value("Meeting Type", bookings[0].meeting_type, "title")
		change_event(event, {"subject": title, "description": ""})
	if frappe.db.table_exists("Version"):
		frappe.db.delete("Version", {"ref_doctype": "Event", "docname": name})
	frappe.db.delete("__global_search", {"doctype": "Event", "name": name})


def _key(address: str | None) -> str:
	return (address or "").lower()
