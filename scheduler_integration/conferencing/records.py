"""The rows of Video Meeting: each stands for one call at a provider, from before it is made until it is deleted.

A row is committed before the provider is asked, so that the row exists even if the worker dies. A claim is a lease. Only
one worker changes a call, and the claim of a dead worker ends by itself.
"""

import hashlib
from collections.abc import Collection

import frappe
from frappe.model.document import Document

from scheduler_integration.conferencing import records
from scheduler_integration.conferencing.desired import Desired
from scheduler_integration.conferencing.provider import Account, Call, Conference
from scheduler_integration.conferencing.providers import PROVIDERS
from scheduler_integration.platform.records import picked, record

PLANNED, MAKING, READY = "Planned", "Making", "Ready"
REMOVING, REMOVED, DELETED_OUTSIDE = "Removing", "Removed", "Deleted Outside"
OVER = (REMOVED, DELETED_OUTSIDE)
# In seconds: longer than the requests of one step may take.
CLAIM_SECONDS = 150


def open_rows(booking: str, subject: str, scope: str) -> list[Document]:
	"""Return the open calls of the subject, the calls that were made for the booking, and its present call `scope`.

	A reassigned session has another key, and so another subject.
	"""
	row = frappe.qb.DocType("Video Meeting")
	query = frappe.qb.from_(row).select(row.name).where(row.status.notin(OVER))
	mine = (row.subject == subject) | (row.booking == booking) | (row.name == scope)
	names = query.where(mine).orderby(row.creation).run(pluck=True)
	return [frappe.get_doc("Video Meeting", name) for name in names]


def row_for(desired: Desired, account: Account) -> Document:
	"""Return the open row for this call, new if there is none. Commits."""
	of = {"subject": desired.subject, **picked(account, "provider", "user")}
	generation = frappe.db.count("Video Meeting", {**of, "status": ["in", OVER]})
	nonce = nonce_of(desired.subject, account, generation)
	name = frappe.db.get_value("Video Meeting", {"nonce": nonce})
	if not name:
		row = frappe.get_doc(
			{
				"doctype": "Video Meeting",
				"status": PLANNED,
				"booking": desired.booking,
				"connection": account.connection,
				"is_fallback": int(account == desired.fallback and account != desired.account),
				**of,
				"nonce": nonce,
				"generation": generation,
			}
		)
		# Runs in the outbox, without a user who has rights. Nobody may write these rows by hand.
		row.insert(ignore_permissions=True)
		frappe.db.commit()
		name = row.name
	return frappe.get_doc("Video Meeting", name)


def nonce_of(subject: str, account: Account, generation: int) -> str:
	"""Return the mark that is stored in the call: the same for each attempt, another one after it was deleted."""
	of = "\n".join((frappe.local.site, subject, account.provider, account.user, str(generation)))
	return hashlib.sha256(of.encode()).hexdigest()[:32]


def claim(row: Document, now: int) -> bool:
	"""Claim the row for this worker, and reload it. Returns False if another worker has it. Commits."""
	mark = frappe.generate_hash(length=16)
	table = frappe.qb.DocType("Video Meeting")
	is_free = table.claim.isnull() | (table.claim == "") | (table.claimed_until <= now)
	query = frappe.qb.update(table).where((table.name == row.name) & is_free)
	query.set(table.claim, mark).set(table.claimed_until, now + CLAIM_SECONDS).run()
	frappe.db.commit()
	row.reload()
	return row.claim == mark


def store(row: Document, **fields: object) -> None:
	"""Set fields of a claimed row and commit. Does nothing if the claim was lost meanwhile."""
	table = frappe.qb.DocType("Video Meeting")
	query = frappe.qb.update(table).where((table.name == row.name) & (table.claim == row.claim))
	for field, value in fields.items():
		query = query.set(table[field], value)
	query.run()
	frappe.db.commit()
	row.update(fields)


def release(row: Document, **fields: object) -> None:
	"""Set fields of a claimed row, end the claim, and commit."""
	store(row, **fields, claim=None, claimed_until=None)


def call_of(row: Document, desired: Desired | None = None) -> Call:
	"""Return the row's call: as it should be, or as it was stored."""
	if not desired:
		start, end = row.starts_at or 0, row.ends_at or 0
		return Call(nonce=row.nonce, title=row.title or "", start=start, end=end, minutes=0, zone="UTC", host=row.user)
	return record(Call, desired, nonce=row.nonce, host=row.user)


def fields_of(conference: Conference) -> dict[str, object]:
	"""Return the row's fields that hold the provider's answer."""
	return {**picked(conference, "external_id", "shown_id", "passcode"), "join_url": conference.link}


def is_current(row: Document, desired: Desired) -> bool:
	"""Whether the provider has the time and the title already."""
	return (row.starts_at, row.ends_at, row.title) == (desired.start, desired.end, desired.title)


def forget_people(bookings: Collection[str]) -> None:
	"""Erase the persons from the records of these bookings' calls. A call's title names the attendee."""
	frappe.db.set_value("Video Meeting", {"booking": ["in", list(bookings)]}, "title", None, update_modified=False)


def host_link(booking: Document, now: int) -> str | None:
	"""Return the host's own link, made at each request and stored nowhere; the attendees' link if there is no other.

	`now` is in epoch seconds. Returns None if the booking has no call, or the meeting is over.

	The host's own link makes its reader a moderator. Most providers recognise the host by their account instead.
	"""
	if booking.status != "Scheduled" or booking.ends_at <= now:
		return None
	kind = PROVIDERS.get(booking.video_provider or "")
	if not kind or not kind.HAS_HOST_LINKS or not booking.video_meeting:
		return booking.meeting_link or None
	row, name = frappe.get_doc("Video Meeting", booking.video_meeting), frappe.utils.get_fullname(booking.host)
	provider = kind.open(Account(booking.video_provider, booking.host), now)
	return provider.host_link(records.call_of(row), row.external_id, name) or booking.meeting_link
