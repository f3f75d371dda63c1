"""Finds bookings for those who may see them."""

from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.exceptions import BookingNotFound, InvalidRequest, LinkExpired, NotPermitted
from scheduler_integration.meetings.load import People, load_bookings, people_of
from scheduler_integration.meetings.present import booking_view, shared_view
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.tokens import find_by_token, is_booking

MAX_ROWS = 100


def booking_by_token(token: object, now: int) -> dict[str, Any]:
	"""The booking that a manage link shows. Raises BookingNotFound, and LinkExpired once the meeting is over."""
	booking = find_by_token(token)
	if booking.ends_at <= now:
		raise LinkExpired(frappe._("This meeting is over, and so is its link."))
	return booking_view(booking, now)


def list_for_host(
	user: str, now: int, when: str = "upcoming", limit: int = 50, offset: int = 0
) -> list[dict[str, Any]]:
	"""The live bookings that the user hosts: those to come, soonest first, or the past ones, latest first.

	Each as `host_view` shows it.
	"""
	if when not in ("upcoming", "past"):
		raise InvalidRequest(details={"when": frappe._("Say upcoming or past.")})
	return host_views(load_bookings(_names_for_host(user, now, when, min(limit, MAX_ROWS), offset)), now)


def get_for_host(name: object, now: int) -> dict[str, Any]:
	"""One booking as its hosts see it. Raises BookingNotFound and NotPermitted."""
	return host_view(find_for_host(name, "read"), now)


def find_for_host(name: object, ptype: str, *, for_update: bool = False) -> Document:
	"""The booking, where the signed-in user has this right on it. Raises BookingNotFound and NotPermitted."""
	if not is_booking(name):
		raise BookingNotFound(frappe._("There is no such meeting."))
	booking = frappe.get_doc("Booking", name, for_update=for_update)
	if not booking.has_permission(ptype):
		raise NotPermitted
	return booking


def host_view(booking: Document, now: int) -> dict[str, Any]:
	"""The booking as its hosts see it: what attendees see too and what concerns hosts, without the attendee's own links."""
	return _host_view(booking, people_of([booking]), now)


def host_views(bookings: list[Document], now: int) -> list[dict[str, Any]]:
	"""Each as `host_view` shows it, with one query for the hosts of all."""
	people = people_of(bookings)
	return [_host_view(booking, people, now) for booking in bookings]


def _names_for_host(user: str, now: int, when: str, limit: int, offset: int) -> list[str]:
	row = frappe.qb.DocType("Booking Host")
	booking = frappe.qb.DocType("Booking")
	hosted = frappe.qb.from_(row).select(row.parent).where(row.user == user)
	query = frappe.qb.from_(booking).select(booking.name)
	# A meeting over several days has a row for each: a subquery counts it once.
	if when == "upcoming":
		hosted = hosted.where((row.is_live == 1) & (row.ends_at > now))
		query = query.where(booking.name.isin(hosted)).orderby(booking.starts_at)
	else:
		hosted = hosted.where(row.ends_at <= now)
		query = query.where(booking.name.isin(hosted) & (booking.ends_at <= now))
		query = query.orderby(booking.starts_at, order=frappe.qb.desc)
	return query.orderby(booking.creation).orderby(booking.name).limit(limit).offset(offset).run(pluck=True)


def _host_view(booking: Document, people: People, now: int) -> dict[str, Any]:
	# The manage link is the attendee's: a host acts by their own right.
	return {
		**shared_view(booking, people, now),
		"name": booking.name,
		"starts_at": booking.starts_at,
		"ends_at": booking.ends_at,
		"hosts": [_host(user, people) for user in _main_first(booking)],
		"session": booking.session or None,
		"seats": booking.seats or 1,
		"can_cancel": booking.status in LIVE and booking.ends_at > now,
		"answers": [{"question": row.question, "answer": row.answer} for row in booking.answers],
		"delivery_error": booking.delivery_error or None,
	}


def _main_first(booking: Document) -> list[str]:
	"""The hosts, first the one the attendee deals with."""
	return sorted(booking.host_users(), key=lambda user: user != booking.host)


def _host(user: str, people: People) -> dict[str, Any]:
	"""A colleague whose User was deleted still stands in the calendar, and can be replaced."""
	person = people.get(user, frappe._dict())
	return {"user": user, "name": person.full_name or user, "image": person.user_image or None}
