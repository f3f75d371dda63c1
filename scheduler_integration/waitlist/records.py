"""Waitlist Entry and Waitlist Offer: the functions that read and write them. Nobody else does, but `retention.py` deletes.

    entry   Waiting ──▶ Booked    an offer was taken
               ├──────▶ Left      the person doesn't wait any more
               └──────▶ Ended     see BECAUSE_...
    offer   Open ──▶ Taken, Passed (another time, please), Expired, Lost (somebody else has the time), Withdrawn

The list of a meeting type is locked by the locks of its hosts. An entry and its offers are locked by the entry's row.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import frappe
from frappe.query_builder.functions import Min

from scheduler_integration.meetings.invited import UNCONFIRMED
from scheduler_integration.platform.clock import stamp, to_site_time
from scheduler_integration.platform.sql import insert_rows, update_rows
from scheduler_integration.platform.transactions import newest
from scheduler_integration.times import Bounds
from scheduler_integration.waitlist.rows import (
	Entry,
	NewOffer,
	Offered,
	entry_of,
	offer_of,
	stored_bounds,
	stored_hold,
)

ENTRY, OFFER = "Waitlist Entry", "Waitlist Offer"
WAITING, BOOKED, LEFT, ENDED = "Waiting", "Booked", "Left", "Ended"
OPEN, TAKEN, PASSED, EXPIRED, LOST, WITHDRAWN = "Open", "Taken", "Passed", "Expired", "Lost", "Withdrawn"
BECAUSE_DATE, BECAUSE_UNANSWERED, BECAUSE_MEETING, BECAUSE_HOST = "Date", "Unanswered", "Meeting", "Host"

_OFFER_FIELDS = (
	"name", "owner", "modified_by", "creation", "modified", "entry", "meeting_type", "status", "by_hand", "starts_on",
	"expires_on", "starts_at", "ends_at", "offered_at", "expires_at", "hold", "hold_id",
)  # fmt: skip


def insert_entry(
	fields: Mapping[str, Any], bounds: Bounds, details: Mapping[str, Any], now: int, place: int | None = None
) -> Entry:
	"""Store somebody at the `place`, or at the end of the meeting type's list. The caller has locked the type's hosts."""
	if place is None:
		table = frappe.qb.DocType(ENTRY)
		query = frappe.qb.from_(table).select(table.place).where(table.meeting_type == fields["meeting_type"])
		last = query.orderby(table.place, order=frappe.qb.desc).limit(1).run()
		place = int(last[0][0] or 0) + 1 if last else 1
	doc = frappe.get_doc(
		{
			"doctype": ENTRY,
			**fields,
			**stored_bounds(bounds),
			"status": WAITING,
			"place": place,
			"joined_at": now,
			"details": json.dumps(details),
		}
	)
	doc.flags.ignore_links = True
	# The person who joins has no rights on any record.
	doc.insert(ignore_permissions=True)
	return entry_of(doc.as_dict())


def change_bounds(name: str, bounds: Bounds, **fields: Any) -> None:
	"""Store when the person has time from now on. The caller holds the entry's row."""
	_set(ENTRY, [name], **stored_bounds(bounds), **fields)


def entry(name: str, *, for_update: bool = False) -> Entry | None:
	"""Return the entry with this name, locked with `for_update`, or None."""
	row = frappe.db.get_value(ENTRY, name, "*", as_dict=True, for_update=for_update)
	return entry_of(row) if row else None


def waiting_of(*meeting_types: str, hosts: Collection[str] | None = None) -> list[Entry]:
	"""Return who waits for a time of these meeting types, in their order.

	A caller who decides by it has locked the `hosts`, and gets the newest state. Without them it is only shown.
	"""
	if not meeting_types:
		return []
	table = frappe.qb.DocType(ENTRY)
	query = frappe.qb.from_(table).select("*").where(table.meeting_type.isin(meeting_types) & (table.status == WAITING))
	query = query.orderby(table.place).orderby(table.creation).orderby(table.name)
	return [entry_of(row) for row in _read(query, hosts)]


def lock(names: Collection[str]) -> dict[str, Entry]:
	"""Lock these entries, and return those that still wait, by name."""
	if not names:
		return {}
	table = frappe.qb.DocType(ENTRY)
	query = frappe.qb.from_(table).select("*").where(table.name.isin(sorted(names))).orderby(table.name)
	rows = query.for_update().run(as_dict=True)
	return {row.name: entry_of(row) for row in rows if row.status == WAITING}


def of_person(address: str, meeting_type: str | None = None) -> list[Entry]:
	"""Return the entries of the person with this address that wait."""
	filters = {"attendee_email": address, "status": WAITING, **({"meeting_type": meeting_type} if meeting_type else {})}
	return [entry_of(row) for row in frappe.get_all(ENTRY, filters, ["*"], order_by="joined_at asc")]


def all_of(address: str) -> list[Entry]:
	"""Return all entries of the person with this address, also those that ended, newest first."""
	return [
		entry_of(row) for row in frappe.get_all(ENTRY, {"attendee_email": address}, ["*"], order_by="joined_at desc")
	]


def of_booking(booking: str) -> Entry | None:
	"""Return the entry that waits for an earlier time of this booking, or None."""
	rows = frappe.get_all(ENTRY, {"booking": booking, "status": WAITING}, ["*"], limit=1)
	return entry_of(rows[0]) if rows else None


def count_waiting(meeting_type: str) -> int:
	return int(frappe.db.count(ENTRY, {"meeting_type": meeting_type, "status": WAITING}))


def count_before(each: Entry) -> int:
	"""Return how many people wait for the same meeting type with an earlier place."""
	filters = {"meeting_type": each.meeting_type, "status": WAITING, "place": ["<", each.place]}
	return int(frappe.db.count(ENTRY, filters))


def types_with_waiting() -> list[str]:
	"""Return the meeting types for which somebody waits, those first in which somebody waits longest."""
	table = frappe.qb.DocType(ENTRY)
	query = frappe.qb.from_(table).select(table.meeting_type).where(table.status == WAITING)
	rows = query.groupby(table.meeting_type).orderby(Min(table.joined_at), table.meeting_type).run()
	return [meeting_type for (meeting_type,) in rows]


def close(names: Collection[str], status: str, now: int, *, because: str = "", **fields: Any) -> None:
	"""Let entries wait no longer. Their devices are forgotten. The caller holds their rows."""
	_set(ENTRY, names, devices=None, status=status, ended_because=because or None, closed_at=now, **fields)


def keep_devices(name: str, devices: Sequence[Mapping[str, str]]) -> None:
	"""Store which devices show the offers to this entry. The caller holds its row."""
	_set(ENTRY, [name], devices=json.dumps(list(devices)) if devices else None)


def follow_booking(entry: Entry, booking: str) -> Entry:
	"""Store which booking took the place of the one that the person wants to move earlier, and return the entry."""
	_set(ENTRY, [entry.name], booking=booking)
	return replace(entry, booking=booking)


def note_unanswered(unanswered: Mapping[str, int]) -> None:
	"""Store how many offers to each entry had no answer."""
	update_rows(ENTRY, {name: {"unanswered": number} for name, number in unanswered.items()})


def put_in_order(names: Iterable[str]) -> None:
	"""Store a new order of those who wait for one meeting type. The caller has locked its hosts."""
	update_rows(ENTRY, {name: {"place": place} for place, name in enumerate(names, 1)})


def insert_offers(rows: Iterable[NewOffer], now: int, *, by_hand: bool = False) -> list[Offered]:
	"""Store these offers with one statement, and return them. There is at least one.

	The caller has locked the hosts, and the entries' rows. `now` is in epoch seconds.
	"""
	written_at, user = stamp(), frappe.session.user
	values = [
		{
			"name": frappe.generate_hash(length=16),
			"owner": user,
			"modified_by": user,
			"creation": written_at,
			"modified": written_at,
			"entry": row.entry.name,
			"meeting_type": row.entry.meeting_type,
			"status": OPEN,
			"by_hand": int(by_hand),
			"starts_on": to_site_time(row.start),
			"expires_on": to_site_time(row.expires_at),
			"starts_at": row.start,
			"ends_at": row.held.parts[0][1],
			"offered_at": now,
			"expires_at": row.expires_at,
			"hold": stored_hold(row.held),
			"hold_id": row.hold_id,
		}
		for row in rows
	]
	insert_rows(OFFER, _OFFER_FIELDS, [tuple(row[field] for field in _OFFER_FIELDS) for row in values])
	return [offer_of(frappe._dict(row)) for row in values]


def offer(name: str, *, for_update: bool = False) -> Offered | None:
	"""Return the offer with this name, locked with `for_update`, or None."""
	row = frappe.db.get_value(OFFER, name, "*", as_dict=True, for_update=for_update)
	return offer_of(row) if row else None


def open_offers(hosts: Collection[str]) -> list[Offered]:
	"""Return the open offers whose time one of these hosts gives, in the newest state. The hosts are locked."""
	table = frappe.qb.DocType(OFFER)
	query = frappe.qb.from_(table).select("*").where(table.status == OPEN)
	offers = [offer_of(row) for row in newest(query, hosts).run(as_dict=True)]
	return [each for each in offers if not {*hosts}.isdisjoint(each.held.users)]


def starts_held_for_strangers(hosts: Collection[str]) -> list[int]:
	"""Return the starts of these hosts' open offers to people whose address nobody has confirmed. The hosts are locked."""
	table, entry_row = frappe.qb.DocType(OFFER), frappe.qb.DocType(ENTRY)
	query = frappe.qb.from_(table).join(entry_row).on(entry_row.name == table.entry).select(table.starts_at, table.hold)
	query = query.where((table.status == OPEN) & (entry_row.address_status == UNCONFIRMED))
	rows = newest(query, hosts).run()
	return [start for start, hold in rows if not {*hosts}.isdisjoint(json.loads(hold)["users"])]


def expired_offers(now: int) -> list[Offered]:
	"""Return the open offers that hold no longer at `now`, epoch seconds."""
	rows = frappe.get_all(
		OFFER, {"status": OPEN, "expires_at": ["<=", now]}, ["*"], order_by="expires_at asc", limit=500
	)
	return [offer_of(row) for row in rows]


def open_offer_of(entry_name: str, *, for_update: bool = False) -> Offered | None:
	"""Return the open offer to this entry, or None. It has one at most."""
	row = frappe.db.get_value(OFFER, {"entry": entry_name, "status": OPEN}, "*", as_dict=True, for_update=for_update)
	return offer_of(row) if row else None


def late_offer_of(entry_name: str, now: int) -> Offered | None:
	"""Return the last offer to this entry that nobody answered, if its time hasn't begun at `now`, or None."""
	where = {"entry": entry_name, "status": ["in", [OPEN, EXPIRED]], "starts_at": [">", now]}
	rows = frappe.get_all(OFFER, where, ["*"], order_by="offered_at desc", limit=1)
	return offer_of(rows[0]) if rows else None


def offers_to(
	entries: Collection[str], status: str | None = None, hosts: Collection[str] | None = None
) -> dict[str, list[Offered]]:
	"""Return all offers to these entries, or those with this status, by entry, the latest last. See `waiting_of` for `hosts`."""
	found: dict[str, list[Offered]] = defaultdict(list)
	if entries:
		table = frappe.qb.DocType(OFFER)
		query = frappe.qb.from_(table).select("*").where(table.entry.isin(list(entries)))
		query = query.where(table.status == status) if status else query
		for row in _read(query.orderby(table.offered_at).orderby(table.creation), hosts):
			found[row.entry].append(offer_of(row))
	return found


def open_with(hold_id: str) -> list[Offered]:
	"""Return the open offers of the same time. The caller has locked the hosts."""
	return [offer_of(row) for row in frappe.get_all(OFFER, {"hold_id": hold_id, "status": OPEN}, ["*"])]


def ids_of_open_holds(hold_ids: Collection[str]) -> set[str]:
	"""Return those of the ids with which a time is still offered to somebody."""
	if not hold_ids:
		return set()
	return set(frappe.get_all(OFFER, {"hold_id": ["in", list(hold_ids)], "status": OPEN}, pluck="hold_id"))


def end_offers(names: Collection[str], status: str) -> None:
	"""Let these offers hold no longer."""
	_set(OFFER, names, status=status)


def forget_offer(name: str) -> None:
	"""Delete an offer that nobody heard of."""
	frappe.db.delete(OFFER, {"name": name})


def _read(query: Any, hosts: Collection[str] | None) -> list[frappe._dict]:
	found: list[frappe._dict] = (query if hosts is None else newest(query, hosts)).run(as_dict=True)
	return found


def _set(doctype: str, names: Collection[str], **fields: Any) -> None:
	if names:
		update_rows(doctype, dict.fromkeys(names, fields))
