"""Joins an existing session: its bookings share the host's time."""

from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.offer import Offer
from scheduler_integration.exceptions import SlotTaken
from scheduler_integration.meetings.sessions import live_names
from scheduler_integration.meetings.titles import event_title


def standing_session(offer: Offer, users: list[str], start: int) -> Document | None:
	"""The first booking of the session at `start` that any of these hosts has, and that has room; its hosts and dates are
	those of whoever joins. None where nobody has one.
	"""
	members = (offer.member(user) for user in users)
	keys = (engine.joinable_sessions(member.rules, member.host).get(start) for member in members)
	key = next(filter(None, keys), None)
	# The first alone: a session may have hundreds.
	first = live_names(key, for_update=True)[:1] if key else []
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
