"""Sessions: bookings of one meeting type, start and main host that share a slot, as the attendees of a workshop do."""

import hashlib
from collections.abc import Collection

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.platform.transactions import newest


def session_key(meeting_type: str, start: int, user: str) -> str:
	"""Return the key of a session. `start` is in epoch seconds, `user` is the main host."""
	return f"{meeting_type}-{start}-{hashlib.sha256(user.encode()).hexdigest()[:12]}"


def host_uid(booking: Document, user: str) -> str:
	"""Return the UID of the host's calendar entry: the booking's UID, or for a session the host's UID for all of it."""
	return session_uid_for(booking, user) if booking.session else booking.ical_uid


def live_in_session(session: str | None, *, hosts: Collection[str] | None = None) -> list[Document]:
	"""Return the session's live bookings, oldest first, with five queries. Returns an empty list if `session` is empty.

	A command that has locked its `hosts` gets the newest state, and the bookings are locked until the transaction ends.
	"""
	names = [row.name for row in live_rows(session, hosts=hosts)]
	return load_bookings(names, for_update=hosts is not None)


def others_in_session(booking: Document) -> list[str]:
	"""Return the names of the session's other live bookings, oldest first. The caller has locked the hosts."""
	sharing = live_rows(booking.session, hosts=booking.host_users())
	return [row.name for row in sharing if row.name != booking.name]


def live_rows(session: str | None, *fields: str, hosts: Collection[str] | None = None) -> list[frappe._dict]:
	"""Return name and `fields` of the session's live bookings, oldest first, with one query.

	A command that has locked its `hosts` gets the newest state. Raises HostsNotLocked if they aren't locked.
	"""
	if not session:
		return []
	row = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(row).select(row.name, *(row[field] for field in fields))
	query = query.where((row.session == session) & row.status.isin(sorted(LIVE)))
	query = query.orderby(row.creation).orderby(row.name)
	return (query if hosts is None else newest(query, hosts)).run(as_dict=True)


def has_sessions(meeting_type: str, now: int) -> bool:
	"""Whether the type has live sessions that aren't over at `now` (epoch seconds)."""
	row = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(row).select(row.name).where((row.meeting_type == meeting_type) & (row.ends_at > now))
	return bool(query.where((row.session != "") & row.status.isin(sorted(LIVE))).limit(1).run())


def new_session_uid() -> str:
	"""Return a new UID, which stays with a session when it is moved to another time or host."""
	return frappe.generate_hash(length=32)


def session_uid_for(booking: Document, user: str) -> str:
	"""Return the UID of the session's entry in the calendar of the host `user` (RFC 5545, 3.8.4.7).

	Each host has another UID, because a reassigned session leaves one calendar and enters another.
	"""
	of = f"{booking.session_uid}\n{user}"
	return f"{hashlib.sha256(of.encode()).hexdigest()[:32]}@{booking.ical_uid.partition('@')[2]}"


def session_sequence(session_uid: str) -> int:
	"""Return a number that grows with each change of the session.

	Each booking counts 1, and its `sequence` counts its later changes: two bookings, one of them cancelled, make 3.
	Bookings that left the session count too, so that the number never gets smaller.
	"""
	rows = frappe.get_all("Booking", {"session_uid": session_uid}, pluck="sequence")
	return len(rows) + sum(rows)
