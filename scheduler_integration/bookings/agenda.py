"""The meetings to come, as the page of the hosts shows them: one's own or, for managers, everybody's."""

from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.bookings.load import load_bookings
from scheduler_integration.bookings.lookup import host_views, names_for_host
from scheduler_integration.bookings.status import LIVE
from scheduler_integration.bookings.successors import successors
from scheduler_integration.catalogue.hosts import enabled_people, page_users
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.permissions import is_manager

# No meeting reaches further, with all its days and days off between; it keeps the years behind out of what is searched.
_LONGEST = 60 * 86400


def agenda(user: str | None, now: int, limit: int) -> tuple[list[dict[str, Any]], bool]:
	"""The next `limit` live bookings, soonest first, of the user or of everybody (None), and whether there are more.

	Each as `host_view` shows it, with `successors`: for managers the hosts (`user`, `name`) it may be handed to. A session is never
	cut in two: the last one is complete. Raises NotPermitted where somebody else than a manager asks for everybody's.
	"""
	managing = is_manager()
	if user is None and not managing:
		raise NotPermitted
	names = names_for_host(user, now, "upcoming", limit + 1, 0) if user else _names_of_all(now, limit + 1)
	bookings = load_bookings(names[:limit])
	if len(names) > limit:
		bookings += _rest_of_session(bookings)
	handed_to = _successors(bookings) if managing else {}
	views = host_views(bookings, now)
	return [{**view, "successors": handed_to.get(view["name"], [])} for view in views], len(names) > limit


def _names_of_all(now: int, limit: int) -> list[str]:
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(booking.name)
	query = query.where((booking.starts_at > now - _LONGEST) & (booking.ends_at > now))
	query = query.where(booking.status.isin(sorted(LIVE)))
	return query.orderby(booking.starts_at).orderby(booking.creation).orderby(booking.name).limit(limit).run(pluck=True)


def _rest_of_session(bookings: list[Document]) -> list[Document]:
	"""The bookings that the limit cut off from sessions at the last start."""
	last = bookings[-1].starts_at
	sessions = sorted({each.session for each in bookings if each.session and each.starts_at == last})
	known = {each.name for each in bookings}
	return load_bookings([name for name in _names_in_sessions(sessions) if name not in known])


def _names_in_sessions(sessions: list[str]) -> list[str]:
	if not sessions:
		return []
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(booking.name)
	query = query.where(booking.session.isin(sessions) & booking.status.isin(sorted(LIVE)))
	return query.orderby(booking.creation).orderby(booking.name).run(pluck=True)


def _successors(bookings: list[Document]) -> dict[str, list[dict[str, str]]]:
	"""By booking; the hosts of all pages with one query."""
	pages = {each.scheduling_page for each in bookings}
	users = {user for page in pages for user in page_users(frappe.get_cached_doc("Scheduling Page", page))}
	people = enabled_people(sorted(users))
	return {
		each.name: [{"user": host.user, "name": host.name} for host in successors(each, people)] for each in bookings
	}
