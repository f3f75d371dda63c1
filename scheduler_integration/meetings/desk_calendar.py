"""Prepares bookings for the desk's calendar: each day of a multi-day meeting, and a session once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from scheduler_integration.meetings.hosted import by_session
from scheduler_integration.platform.clock import to_site_time

_FIELDS = ("name", "subject", "status", "session", "meeting_type", "starts_at")


def drawn_bookings(start: datetime, end: datetime, filters: Sequence[Sequence[Any]] = ()) -> list[dict[str, Any]]:
	"""Return the calendar entries of the bookings in `[start, end)` that the signed-in user may read.

	The times are naive and in the site's zone, as everywhere in the desk. `filters` are the list's filters. The entry of a
	session has the name of one of its bookings.
	"""
	span = [["Booking", "starts_on", "<", end], ["Booking", "ends_on", ">", start]]
	rows = frappe.get_list(
		"Booking", filters=[*filters, *span], fields=list(_FIELDS), order_by="starts_at asc", limit_page_length=0
	)
	parts = _parts([row.name for row in rows])
	return [
		{**_shown(sharing), "starts_on": to_site_time(since), "ends_on": to_site_time(until)}
		for sharing in by_session(rows)
		for since, until in parts.get(sharing[0].name, [])
	]


def _shown(sharing: list[Any]) -> dict[str, Any]:
	first = sharing[0]
	states = {booking.status for booking in sharing}
	event = {"name": first.name, "doctype": "Booking", "status": "Pending" if "Pending" in states else first.status}
	if len(sharing) == 1:
		return {**event, "subject": first.subject}
	title = frappe.get_cached_value("Meeting Type", first.meeting_type, "title")
	return {**event, "subject": _("{0} ({1} bookings)").format(title, len(sharing))}


def _parts(names: list[str]) -> dict[str, list[tuple[int, int]]]:
	"""Return start and end of each part of each booking, epoch seconds, once for all its hosts."""
	if not names:
		return {}
	row = frappe.qb.DocType("Booking Host")
	query = frappe.qb.from_(row).select(row.parent, row.starts_at, row.ends_at).distinct()
	parts: dict[str, list[tuple[int, int]]] = {}
	for parent, start, end in query.where(row.parent.isin(names)).orderby(row.starts_at).run():
		parts.setdefault(parent, []).append((start, end))
	return parts
