"""Finds the host whom a returning attendee has met, or who owns the attendee's deal or lead."""

from collections.abc import Collection

import frappe
from frappe.query_builder import DocType

from scheduler_integration.crm.owners import owner_among
from scheduler_integration.meetings.status import RELEASED


def preferred_host(email: str, users: Collection[str]) -> str | None:
	"""Return the user of `users` with whom `email` has the latest meeting, past or future; None if there is none.

	Without such a meeting, returns the owner of the deal or lead with this address, if the owner is one of `users`.
	"""
	return _last_host(email, users) or owner_among(email, users)


def _last_host(email: str, users: Collection[str]) -> str | None:
	row, booking = DocType("Booking Host"), DocType("Booking")
	query = frappe.qb.from_(booking).join(row).on(row.parent == booking.name).select(row.user)
	query = query.where((booking.attendee_email == email) & row.user.isin(list(users)))
	query = query.where(booking.status.notin(sorted(RELEASED)))
	# If several of `users` host the latest meeting, the first row counts: the main host comes first.
	hosts = query.orderby(booking.starts_at, order=frappe.qb.desc).orderby(row.idx).limit(1).run(pluck=True)
	return hosts[0] if hosts else None
