"""Adds the conditions of a filter to a query of bookings."""

import frappe
from pypika.queries import QueryBuilder

from scheduler_integration.parsing.booking_filter import BookingFilter

NO_FILTER = BookingFilter()
# No multi-day meeting is longer, days off included. With this limit the database doesn't search the bookings of past
# years.
LONGEST = 60 * 86400


def fitting(query: QueryBuilder, only: BookingFilter) -> QueryBuilder:
	"""Return the query of Booking for the bookings that fit the filter."""
	booking = frappe.qb.DocType("Booking")
	if only.statuses:
		query = query.where(booking.status.isin(sorted(only.statuses)))
	if only.since is not None:
		query = query.where((booking.starts_at > only.since - LONGEST) & (booking.ends_at > only.since))
	if only.until is not None:
		query = query.where(booking.starts_at < only.until)
	if only.meeting_type:
		query = query.where(booking.meeting_type == only.meeting_type)
	if only.page:
		query = query.where(booking.scheduling_page == only.page)
	if only.host:
		query = query.where(booking.name.isin(hosted_by(only.host)))
	return query


def hosted_by(user: str, since: int | None = None) -> QueryBuilder:
	"""Return a query for the names of the bookings that the user hosts; only live ones that end after `since`, if given.

	The query is used as a subquery, so a multi-day meeting with several rows is found once.
	"""
	row = frappe.qb.DocType("Booking Host")
	query = frappe.qb.from_(row).select(row.parent).where(row.user == user)
	return query if since is None else query.where((row.is_live == 1) & (row.ends_at > since))
