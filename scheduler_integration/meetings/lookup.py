"""Finds bookings for users and attendees who may see them."""

from collections.abc import Collection

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.defaults import zone_or_sites
from scheduler_integration.exceptions import BookingNotFound, LinkExpired, NotPermitted
from scheduler_integration.meetings.filtering import NO_FILTER, fitting, hosted_by
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.policy import link_expires_at
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host, for_hosts
from scheduler_integration.meetings.tokens import find_by_answer_token, find_by_pay_token, find_by_token, is_booking
from scheduler_integration.meetings.transitions import has_begun_sentence
from scheduler_integration.parsing.booking_filter import BookingFilter

MAX_ROWS = 100
UPCOMING, PAST, ALL = "upcoming", "past", "all"


def booking_by_token(token: str, now: int) -> AttendeeBooking:
	"""Return the booking to which a manage link leads, the last one of its chain. `now` is in epoch seconds.

	Raises BookingNotFound if the token is wrong, and LinkExpired if the meeting is over.
	"""
	booking = find_by_token(token)
	if link_expires_at(booking) <= now:
		raise LinkExpired(frappe._("This meeting is over. Its link no longer works."))
	return for_attendee(booking, now)


def booking_by_pay_token(token: str, now: int) -> AttendeeBooking:
	"""Return the booking to which a payment link leads. Raises BookingNotFound, and LinkExpired if the meeting is over."""
	booking = find_by_pay_token(token)
	if booking.ends_at <= now:
		raise LinkExpired(frappe._("This meeting is over. Its link no longer works."))
	return for_attendee(booking, now)


def list_for_host(
	user: str | None,
	now: int,
	*,
	when: str = UPCOMING,
	only: BookingFilter = NO_FILTER,
	limit: int = 50,
	offset: int = 0,
) -> list[HostBooking]:
	"""Return the bookings that fit `only` and that the user hosts, or everybody's if `user` is None.

	UPCOMING are open and not over, soonest first. PAST are over, latest first. ALL are sorted soonest first. At most
	MAX_ROWS are returned, whatever `limit` is.
	"""
	booking = frappe.qb.DocType("Booking")
	query = fitting(frappe.qb.from_(booking).select(booking.name), only)
	if user:
		query = query.where(booking.name.isin(hosted_by(user, since=now if when == UPCOMING else None)))
	if when == UPCOMING:
		query = query.where(booking.status.isin(sorted(OPEN)) & (booking.ends_at > now))
	if when == PAST:
		query = query.where(booking.ends_at <= now)
	order = frappe.qb.desc if when == PAST else frappe.qb.asc
	query = query.orderby(booking.starts_at, order=order).orderby(booking.creation).orderby(booking.name)
	names = query.limit(min(limit, MAX_ROWS)).offset(offset).run(pluck=True)  # type: ignore[operator]  # Frappe adds `run` to PyPika.
	return for_hosts(load_bookings(names), now)


def get_for_host(name: str, now: int) -> HostBooking:
	"""Return one booking as its hosts see it. Raises BookingNotFound, and NotPermitted if the user may not read it."""
	return for_host(find_for_host(name, "read"), now)


def readable_of(names: Collection[str], now: int) -> list[HostBooking]:
	"""Return those of the bookings that the signed-in user may read, as hosts see them."""
	return for_hosts([booking for booking in load_bookings(list(names)) if booking.has_permission("read")], now)


def request_by_answer_token(token: str, now: int) -> tuple[HostBooking, str]:
	"""Return the booking to which a host's answer link leads, and the host's time zone. `now` is in epoch seconds.

	Raises BookingNotFound if the token is wrong, and LinkExpired if the meeting is over, or if a request wasn't answered
	before its start.
	"""
	booking, user = find_by_answer_token(token)
	if booking.status == "Pending" and booking.starts_at <= now < booking.ends_at:
		raise LinkExpired(has_begun_sentence())
	if booking.ends_at <= now:
		raise LinkExpired(frappe._("This meeting is over. Its link no longer works."))
	return for_host(booking, now), zone_or_sites(frappe.db.get_value("User", user, "time_zone"))


def earlier_choices(email: str) -> tuple[str, str]:
	"""Return the time zone and language of the latest booking with this attendee's address; empty without one."""
	rows = frappe.get_all(
		"Booking", {"attendee_email": email}, ["timezone", "language"], order_by="creation desc", limit=1
	)
	return (rows[0].timezone or "", rows[0].language or "") if email and rows else ("", "")


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
