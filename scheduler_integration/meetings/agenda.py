"""The meetings to come, for the hosts' page: a user's own or, for managers, everybody's."""

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from scheduler_integration.catalogue.hosts import TypeHost, enabled_people, page_users
from scheduler_integration.exceptions import BookingNotFound, NotPermitted
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.possible_hosts import possible_hosts
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import HostBooking, for_hosts
from scheduler_integration.meetings.tokens import is_booking
from scheduler_integration.permissions import is_manager

# No multi-day meeting spans more, days off included. With this bound the database doesn't search the bookings of past
# years.
_LONGEST = 60 * 86400


@dataclass(frozen=True, slots=True)
class AgendaEntry:
	"""A booking. For managers, `possible_hosts` are the hosts it can be reassigned to if they are free."""

	booking: HostBooking
	possible_hosts: tuple[TypeHost, ...] = ()


@dataclass(frozen=True, slots=True)
class Agenda:
	"""Bookings, soonest first. `last` is the name of the last one if more follow: the `after` of the next call."""

	entries: tuple[AgendaEntry, ...]
	last: str | None


def agenda(user: str | None, now: int, limit: int, after: str | None = None) -> Agenda:
	"""Return the next open bookings that `user` hosts, or everybody's if `user` is None. `now` is in epoch seconds.

	There are `limit` of them, or more: a session isn't cut in two, so the rest of the last session is included. With
	`limit` 2, a meeting and a workshop of three bookings, all four are returned. They come after the booking `after`,
	if given.

	Raises NotPermitted if `user` is None and the signed-in user isn't a manager, and BookingNotFound if no booking
	`after` exists.
	"""
	managing = is_manager()
	if user is None and not managing:
		raise NotPermitted
	names, last = _page(_to_come(user, now), after, limit)
	bookings = sorted(load_bookings(names), key=lambda each: (each.starts_at, each.creation, each.name))
	handed_to = _possible_hosts(bookings) if managing else {}
	entries = (AgendaEntry(each, handed_to.get(each.id, ())) for each in for_hosts(bookings, now))
	return Agenda(tuple(entries), last)


def _to_come(user: str | None, now: int) -> QueryBuilder:
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(booking.name)
	query = query.where((booking.starts_at > now - _LONGEST) & (booking.ends_at > now))
	query = query.where(booking.status.isin(sorted(OPEN)))
	return query.where(booking.name.isin(_hosted(user, now))) if user else query


def _hosted(user: str, now: int) -> QueryBuilder:
	"""Return the bookings that the user hosts. In a subquery, the several rows of a multi-day meeting count once."""
	row = frappe.qb.DocType("Booking Host")
	return frappe.qb.from_(row).select(row.parent).where((row.user == user) & (row.is_live == 1) & (row.ends_at > now))


def _page(query: QueryBuilder, after: str | None, limit: int) -> tuple[list[str], str | None]:
	"""Return the names of `limit` bookings and the rest of the last session, and the last name if more follow."""
	names = _names(query, after, limit + 1)
	if len(names) <= limit:
		return names, None
	names = names[:limit]
	names += _rest_of_session(query, names[-1])
	return names, names[-1] if _names(query, names[-1], 1) else None


def _rest_of_session(query: QueryBuilder, last: str) -> list[str]:
	session = frappe.db.get_value("Booking", last, "session")
	booking = frappe.qb.DocType("Booking")
	return _names(query.where(booking.session == session), last) if session else []


def _names(query: QueryBuilder, after: str | None, limit: int | None = None) -> list[str]:
	"""Return the names, ordered by start, session and name: a session's bookings are neighbours, and no two tie."""
	booking = frappe.qb.DocType("Booking")
	if after:
		query = query.where(_behind(after))
	query = query.orderby(booking.starts_at).orderby(Coalesce(booking.session, "")).orderby(booking.name)
	if limit is not None:
		query = query.limit(limit)
	return query.run(pluck=True)  # type: ignore[operator]  # PyPika's builder has no `run`: Frappe adds it.


def _behind(name: str) -> Criterion:
	"""Return the condition for bookings that come after this one in the order of `_names`.

	An offset would skip bookings: if one of the first 20 is cancelled while somebody reads them, the 21st becomes the
	20th.
	"""
	if not is_booking(name):
		raise BookingNotFound(_("There is no such meeting."))
	booking, session = frappe.qb.DocType("Booking"), Coalesce(frappe.qb.DocType("Booking").session, "")
	last = frappe.db.get_value("Booking", name, ["starts_at", "session"], as_dict=True)
	at_its_start = (session > (last.session or "")) | ((session == (last.session or "")) & (booking.name > name))
	return (booking.starts_at > last.starts_at) | ((booking.starts_at == last.starts_at) & at_its_start)


def _possible_hosts(bookings: list[Document]) -> dict[str, tuple[TypeHost, ...]]:
	"""Return the possible hosts by booking. The hosts of all pages are loaded with one query."""
	pages = {each.scheduling_page for each in bookings}
	users = {user for page in pages for user in page_users(frappe.get_cached_doc("Scheduling Page", page))}
	people = enabled_people(sorted(users))
	return {each.name: tuple(possible_hosts(each, people)) for each in bookings}
