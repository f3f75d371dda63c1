"""Claims the use of a booking link, in the transaction of the booking that takes it."""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.booking_links import DOCTYPE, LinkTerms
from scheduler_integration.exceptions import BookingLinkRevoked, BookingLinkUsed, TooLateToUndo
from scheduler_integration.meetings.link_uses import check_not_over, taken_query
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.platform.transactions import newest


def claim_link(terms: LinkTerms, now: int) -> None:
	"""Raise an error unless the link can be used now; nobody else can use it before this transaction ends.

	The link has a lock of its own, its row, because its host may be changed while two people book: then they lock different
	hosts. Only those who book with this link wait for it. Raises BookingLinkRevoked, BookingLinkExpired or BookingLinkUsed.
	"""
	check_not_over(terms, now)
	if not terms.is_single_use:
		return
	if _lock(terms.name).get("revoked", 1):
		raise BookingLinkRevoked
	if _is_taken(terms.name):
		raise BookingLinkUsed


def check_use_is_free(booking: Document, status: str) -> None:
	"""Raise TooLateToUndo if a booking that is to stand again has a link that somebody else used meanwhile.

	`status` is the booking's state before it is restored.
	"""
	if not booking.booking_link or status not in RELEASED or booking.status in RELEASED:
		return
	if _lock(booking.booking_link).get("single_use") and _is_taken(booking.booking_link):
		raise TooLateToUndo(_("The booking link was used again meanwhile, so it can't be undone."))


def is_used_again(booking: Document) -> bool:
	"""Whether somebody else has used the link since this booking gave its use back. Waits for the link's row."""
	link = booking.booking_link
	return bool(link and _lock(link).get("single_use") and _is_taken(link))


def _lock(name: str) -> dict[str, int]:
	"""Wait for the link's row, and return its facts; empty if it was deleted."""
	link = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(link).select(link.revoked, link.single_use).where(link.name == name)
	rows = query.for_update().run(as_dict=True)
	return dict(rows[0]) if rows else {}


def _is_taken(name: str) -> bool:
	return bool(newest(taken_query([name]), ()).limit(1).run())
