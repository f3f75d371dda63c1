"""Finds bookings for users and attendees who may see them."""

import frappe
from frappe.model.document import Document

from scheduler_integration.exceptions import BookingNotFound, LinkExpired, NotPermitted
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.policy import link_expires_at
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host, for_hosts
from scheduler_integration.meetings.tokens import find_by_token, is_booking

MAX_ROWS = 100


def booking_by_token(token: str, now: int) -> AttendeeBooking:
	"""Return the booking that a manage link leads to: if it was rescheduled, the one that took its place. `now` is in epoch seconds.

	Raises BookingNotFound if the token is wrong, and LinkExpired if the meeting is over.
	"""
	booking = find_by_token(token)
	if link_expires_at(booking) <= now:
		raise LinkExpired(frappe._("This meeting is over. Its link no longer works."))
	return for_attendee(booking, now)


def list_for_host(user: str, now: int, *, past: bool = False, limit: int = 50, offset: int = 0) -> list[HostBooking]:
	"""Return the bookings to come that the user hosts, soonest first; with `past`, those that are over, latest first.

	At most MAX_ROWS are returned, whatever `limit` is. Past bookings include cancelled ones.
	"""
	names = _names_for_host(user, now, past, min(limit, MAX_ROWS), offset)
	return for_hosts(load_bookings(names), now)


def get_for_host(name: str, now: int) -> HostBooking:
	"""Return one booking as its hosts see it. Raises BookingNotFound, and NotPermitted if the user may not read it."""
	return for_host(find_for_host(name, "read"), now)


def find_for_host(name: str, ptype: str, *, for_update: bool = False) -> Document:
	"""Return the booking if the signed-in user has the right `ptype` on it, such as "read" or "write".

	Raises BookingNotFound if it doesn't exist, and NotPermitted without the right.
	"""
	if not is_booking(name):
		raise BookingNotFound(frappe._("There is no such meeting."))
	booking = frappe.get_doc("Booking", name, for_update=for_update)
	if not booking.has_permission(ptype):
		raise NotPermitted
	return booking


def _names_for_host(user: str, now: int, past: bool, limit: int, offset: int) -> list[str]:
	row = frappe.qb.DocType("Booking Host")
	booking = frappe.qb.DocType("Booking")
	hosted = frappe.qb.from_(row).select(row.parent).where(row.user == user)
	query = frappe.qb.from_(booking).select(booking.name)
	# A multi-day meeting has a row for each day. A subquery returns it once, a join several times.
	if past:
		hosted = hosted.where(row.ends_at <= now)
		query = query.where(booking.name.isin(hosted) & (booking.ends_at <= now))
		query = query.orderby(booking.starts_at, order=frappe.qb.desc)
	else:
		hosted = hosted.where((row.is_live == 1) & (row.ends_at > now))
		query = query.where(booking.name.isin(hosted) & booking.status.isin(sorted(OPEN))).orderby(booking.starts_at)
	return query.orderby(booking.creation).orderby(booking.name).limit(limit).offset(offset).run(pluck=True)
