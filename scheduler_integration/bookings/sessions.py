"""Sessions: bookings of one meeting type, start and host, which share the host's time as a workshop's attendees do."""

import hashlib
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.offer import Offer
from scheduler_integration.bookings.status import LIVE
from scheduler_integration.bookings.titles import event_title
from scheduler_integration.exceptions import SlotTaken


def session_key(meeting_type: str, start: int, user: str) -> str:
	"""What the bookings of a session share; `start` is the session's, epoch seconds, and `user` its main host."""
	return f"{meeting_type}-{start}-{hashlib.sha256(user.encode()).hexdigest()[:12]}"


def standing_session(offer: Offer, users: list[str], start: int) -> Document | None:
	"""The first booking of the session at `start` that any of these hosts has, and that has room; its hosts and dates are
	those of whoever joins. None where nobody has one.
	"""
	members = (offer.member(user) for user in users)
	keys = (engine.joinable_sessions(member.rules, member.host).get(start) for member in members)
	key = next(filter(None, keys), None)
	# The first alone: a session may have hundreds.
	first = _live_names(key, for_update=True)[:1] if key else []
	return frappe.get_doc("Booking", first[0], for_update=True) if first else None


def join(booking: Document, standing: Document) -> None:
	"""Makes the unsaved booking one of the session that stands: all of a session hold the same time of the same hosts.

	Who hosts may have changed since: a host was renamed, others are listed first, or an optional one has time by now.
	Raises SlotTaken where the session isn't on the dates that were asked for.
	"""
	if standing.parts() != booking.parts():
		raise SlotTaken
	booking.session = standing.session
	booking.set("hosts", [_row(row) for row in standing.hosts])
	if booking.host != standing.host:
		booking.host = standing.host
		booking.subject = event_title(booking, frappe.get_cached_doc("Meeting Type", booking.meeting_type))


def _row(row: Document) -> dict[str, Any]:
	kept = ("user", "starts_at", "ends_at", "is_first_day", "buffer_before_minutes", "buffer_after_minutes")
	return {field: row.get(field) for field in kept}


def live_in_session(session: str | None, *, for_update: bool = False) -> list[Document]:
	"""The session's bookings that hold their seats, in the order they came; none for no session.

	`for_update` reads them as they are at this moment, and keeps them so until the transaction ends.
	"""
	if not session:
		return []
	names = _live_names(session, for_update=for_update)
	return [frappe.get_doc("Booking", name, for_update=for_update) for name in names]


def _live_names(session: str, *, for_update: bool) -> list[str]:
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
