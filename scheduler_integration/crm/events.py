"""The Event that shows a meeting in the CRM: its row, its participants, and its entries on timelines.

A session has one Event, and each attendee is a participant. Frappe's `save` writes all participants and their entries
again, each with statements of its own. With 25 attendees, a new one would cost a thousand statements, under the hosts'
lock. So this module writes only the rows that change.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.crm.timeline import delete_entries, party_of, update_entries, write_entries
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
