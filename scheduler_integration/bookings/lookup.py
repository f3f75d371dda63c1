"""Finds bookings for those who may see them."""

from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.bookings.present import booking_view
from scheduler_integration.bookings.status import LIVE
from scheduler_integration.bookings.tokens import find_by_token, is_booking
from scheduler_integration.exceptions import BookingNotFound, InvalidRequest, LinkExpired, NotPermitted

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
	return [
		host_view(frappe.get_doc("Booking", name), now)
		for name in _names(user, now, when, min(limit, MAX_ROWS), offset)
	]


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
	"""The booking as its hosts see it: `booking_view` with what concerns them, without the attendee's own links."""
	view = booking_view(booking, now)
	# The manage link is the attendee's: a host acts by their own right.
	for attendees_own in ("manage_url", "can_cancel", "cannot_cancel_reason", "calendar"):
		view.pop(attendees_own)
	return {
		**view,
		"name": booking.name,
		"starts_at": booking.starts_at,
		"ends_at": booking.ends_at,
		"can_cancel": booking.status in LIVE and booking.ends_at > now,
		"answers": [{"question": row.question, "answer": row.answer} for row in booking.answers],
		"delivery_error": booking.delivery_error or None,
	}


def _names(user: str, now: int, when: str, limit: int, offset: int) -> list[str]:
	row = frappe.qb.DocType("Booking Host")
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(row).join(booking).on(booking.name == row.parent).select(booking.name)
	query = query.where(row.user == user)
	if when == "upcoming":
		query = query.where((row.is_live == 1) & (row.ends_at > now)).orderby(row.starts_at)
	else:
		query = query.where(row.ends_at <= now).orderby(row.starts_at, order=frappe.qb.desc)
	return query.limit(limit).offset(offset).run(pluck=True)
