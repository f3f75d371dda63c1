"""The live bookings of one host in a span of time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count

from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.catalogue.readable_meeting_types import ReadableType
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.platform.clock import to_site_time

_OF_LATE = 90 * 86400


def hosted_between(user: str, since: int, until: int | None = None, limit: int = 1000) -> list[Document]:
	"""Return the live bookings that the user hosts for a moment in `[since, until)`, epoch seconds, soonest first.

	Without `until` there is no end, but at most `limit` bookings are returned.
	"""
	row, booking = frappe.qb.DocType("Booking Host"), frappe.qb.DocType("Booking")
	hosted = frappe.qb.from_(row).select(row.parent)
	hosted = hosted.where((row.user == user) & (row.is_live == 1) & (row.ends_at > since))
	if until is not None:
		hosted = hosted.where(row.starts_at < until)
	query = frappe.qb.from_(booking).select(booking.name).where(booking.name.isin(hosted))
	names = (
		query.orderby(booking.starts_at).orderby(booking.creation).orderby(booking.name).limit(limit).run(pluck=True)
	)
	return load_bookings(names)


def has_hosted(user: str) -> bool:
	"""Whether anybody has ever booked the user."""
	return bool(frappe.db.exists("Booking Host", {"user": user}))


def left_hosts(now: int) -> list[tuple[TypeHost, int]]:
	"""Return the disabled users who still host meetings to come, by name, each with how many. `now` is in epoch seconds."""
	row, user = frappe.qb.DocType("Booking Host"), frappe.qb.DocType("User")
	query = frappe.qb.from_(row).join(user).on(user.name == row.user)
	query = query.select(user.name, user.full_name, Count(row.parent).distinct()).groupby(user.name, user.full_name)
	query = query.where((row.is_live == 1) & (row.ends_at > now) & (user.enabled == 0))
	found = [(TypeHost(name, full_name or name), count) for name, full_name, count in query.run()]
	return sorted(found, key=lambda each: (each[0].name.casefold(), each[0].user))


def most_used_first(types: Sequence[ReadableType], user: str, now: int) -> list[ReadableType]:
	"""Return the types, first those that the user hosted most often of late or will host, then those of an own page.

	`now` is in epoch seconds.
	"""
	row, booking = frappe.qb.DocType("Booking Host"), frappe.qb.DocType("Booking")
	query = frappe.qb.from_(row).join(booking).on(booking.name == row.parent)
	query = query.select(booking.meeting_type, Count("*")).groupby(booking.meeting_type)
	hosted = dict(query.where((row.user == user) & (row.is_live == 1) & (row.ends_at > now - _OF_LATE)).run())
	return sorted(types, key=lambda each: (-hosted.get(each.name, 0), not each.is_own))


def by_session(bookings: list[Document]) -> list[list[Document]]:
	"""Group the bookings by session, in their order. A booking without a session is a group of its own."""
	groups: dict[str, list[Document]] = {}
	for booking in bookings:
		groups.setdefault(booking.session or booking.name, []).append(booking)
	return list(groups.values())


# Prepares bookings for the desk's calendar: each day of a multi-day meeting, and a session once.

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
	# Start and end of each part of each booking, once for all its hosts.
	parts: dict[str, list[tuple[int, int]]] = {}
	if rows:
		row = frappe.qb.DocType("Booking Host")
		query = frappe.qb.from_(row).select(row.parent, row.starts_at, row.ends_at).distinct()
		among = row.parent.isin([each.name for each in rows])
		for parent, since, until in query.where(among).orderby(row.starts_at).run():
			parts.setdefault(parent, []).append((since, until))
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
