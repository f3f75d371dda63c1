"""Adds the conditions of a filter to a query of bookings."""

import frappe
from pypika import Field
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, ExistsCriterion

from scheduler_integration.parsing.booking_filter import BookingFilter

NO_FILTER = BookingFilter()
# No multi-day meeting is longer, days off included. With this limit the database doesn't search the bookings of past
# years.
LONGEST = 60 * 86400
# A search among everybody's bookings considers this many for each field.
MOST_NAMED = 500


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


def naming(query: QueryBuilder, text: str, user: str | None) -> QueryBuilder:
	"""Return the query of Booking for bookings whose attendee or guests have the text in a name or address.

	The bookings of one host (`user`) may have it anywhere. Among everybody's, names and addresses must begin with it. The
	database then finds them by an index, and doesn't read every booking of the site.
	"""
	booking, guest = frappe.qb.DocType("Booking"), frappe.qb.DocType("Booking Guest")
	if user:
		like = _like(text, anywhere=True)
		invited = frappe.qb.from_(guest).select(guest.name)
		invited = invited.where((guest.parent == booking.name) & guest.email.like(like))
		return query.where(
			booking.attendee_name.like(like) | booking.attendee_email.like(like) | ExistsCriterion(invited)
		)
	like = _like(text, anywhere=False)
	names = [
		*_named(booking.name, booking.attendee_name.like(like)),
		*_named(booking.name, booking.attendee_email.like(like)),
		*_named(guest.parent, guest.email.like(like)),
	]
	return query.where(booking.name.isin(names or [""]))


def _named(column: Field, condition: Criterion) -> list[str]:
	"""Return bookings that fit the condition, more than a page shows."""
	return frappe.qb.from_(column.table).select(column).where(condition).limit(MOST_NAMED).run(pluck=True)


def _like(text: str, *, anywhere: bool) -> str:
	# A percent sign would match everything. A backslash means something else in each database.
	kept = text.replace("%", "").replace("\\", "")
	return f"%{kept}%" if anywhere else f"{kept}%"


def hosted_by(user: str, since: int | None = None) -> QueryBuilder:
	"""Return a query for the names of the bookings that the user hosts; only live ones that end after `since`, if given.

	The query is used as a subquery, so a multi-day meeting with several rows is found once.
	"""
	row = frappe.qb.DocType("Booking Host")
	query = frappe.qb.from_(row).select(row.parent).where(row.user == user)
	return query if since is None else query.where((row.is_live == 1) & (row.ends_at > since))
