"""Tells which bookings used a booking link, and whether it can still be used.

No number of uses is stored: a booking names its link (`booking_link`), and takes the link's use. A meeting that was
cancelled or declined was never held, so it gives the use back. A moved one passes it on to its successor. If a host gave
the time back and asked for another one, the attendee still chooses, and keeps the use.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import frappe
from frappe.model.document import Document
from pypika.terms import ExistsCriterion, Not

from scheduler_integration.catalogue.booking_links import LinkTerms
from scheduler_integration.exceptions import BookingLinkExpired, BookingLinkRevoked, BookingLinkUsed
from scheduler_integration.meetings.status import LIVE


def check_open(terms: LinkTerms | None, now: int) -> None:
	"""Raise BookingLinkRevoked, BookingLinkExpired or BookingLinkUsed if the link can't be used. `now` is in epoch seconds."""
	if not terms:
		return
	check_not_over(terms, now)
	if terms.is_single_use and taken_query([terms.name]).limit(1).run():
		raise BookingLinkUsed


def check_not_over(terms: LinkTerms, now: int) -> None:
	"""Raise BookingLinkRevoked or BookingLinkExpired."""
	if terms.is_revoked:
		raise BookingLinkRevoked
	if terms.expires_at <= now:
		raise BookingLinkExpired


def state_of(link: Document | frappe._dict, uses: int, now: int) -> str:
	"""Return `revoked`, `used`, `expired` or `open` for a Booking Link with so many uses. `now` is in epoch seconds."""
	if link.revoked:
		return "revoked"
	if link.single_use and uses:
		return "used"
	return "expired" if link.expires_at <= now else "open"


def taken_query(links: Iterable[str]) -> Any:
	"""Return the query for the bookings that take a use of these links (records' names)."""
	booking, later = frappe.qb.DocType("Booking"), frappe.qb.DocType("Booking").as_("later")
	successor = frappe.qb.from_(later).select(later.name).where(later.rescheduled_from == booking.name)
	is_given_back = (booking.status == "Rescheduled") & (booking.time_given_back == 1)
	stands = booking.status.isin(sorted(LIVE)) | (is_given_back & Not(ExistsCriterion(successor)))
	return frappe.qb.from_(booking).select(booking.name).where(booking.booking_link.isin(list(links)) & stands)


def uses_of(links: Iterable[str]) -> dict[str, list[frappe._dict]]:
	"""Return by link the bookings that take its use, newest first: name, attendee_name, starts_at. Makes one query."""
	names, uses = list(links), defaultdict(list)
	if not names:
		return {}
	booking = frappe.qb.DocType("Booking")
	query = taken_query(names).select(booking.booking_link, booking.attendee_name, booking.starts_at, booking.status)
	for row in query.orderby(booking.creation, order=frappe.qb.desc).run(as_dict=True):
		uses[row.booking_link].append(row)
	return dict(uses)
