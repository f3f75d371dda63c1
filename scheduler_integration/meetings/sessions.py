"""Sessions: bookings of one meeting type, start and host, which share the host's time as a workshop's attendees do."""

import hashlib

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.status import LIVE


def session_key(meeting_type: str, start: int, user: str) -> str:
	"""What the bookings of a session share; `start` is the session's, epoch seconds, and `user` its main host."""
	return f"{meeting_type}-{start}-{hashlib.sha256(user.encode()).hexdigest()[:12]}"


def live_in_session(session: str | None, *, for_update: bool = False) -> list[Document]:
	"""The session's bookings that hold their seats, in the order they came; none for no session.

	`for_update` reads them as they are at this moment, and keeps them so until the transaction ends.
	"""
	if not session:
		return []
	names = live_names(session, for_update=for_update)
	return [frappe.get_doc("Booking", name, for_update=for_update) for name in names]


def live_names(session: str, *, for_update: bool) -> list[str]:
	row = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(row).select(row.name).where((row.session == session) & row.status.isin(sorted(LIVE)))
	query = query.orderby(row.creation).orderby(row.name)
	return (query.for_update() if for_update else query).run(pluck=True)


def has_sessions(meeting_type: str, now: int) -> bool:
	"""Whether sessions of the type stand that aren't over."""
	row = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(row).select(row.name).where((row.meeting_type == meeting_type) & (row.ends_at > now))
	return bool(query.where((row.session != "") & row.status.isin(sorted(LIVE))).limit(1).run())


def changes_of_sessions(meeting_type: str, start: int) -> int:
	"""How often anything changed in the type's sessions at `start`, with whichever host: only ever grows."""
	rows = frappe.get_all("Booking", {"meeting_type": meeting_type, "starts_at": start}, pluck="sequence")
	return len(rows) + sum(rows)
