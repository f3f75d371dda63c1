"""The meetings to come, for the hosts' page: a user's own or, for managers, everybody's."""

from dataclasses import dataclass, replace

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce, Count
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from scheduler_integration.catalogue.hosts import TypeHost, enabled_people, page_users
from scheduler_integration.exceptions import BookingNotFound, NotPermitted
from scheduler_integration.meetings.filtering import NO_FILTER, fitting, hosted_by
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.possible_hosts import possible_hosts
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import HostBooking, for_hosts
from scheduler_integration.meetings.tokens import is_booking
from scheduler_integration.parsing.booking_filter import BookingFilter
from scheduler_integration.permissions import is_manager


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


def agenda(user: str | None, now: int, limit: int, after: str | None = None, only: BookingFilter = NO_FILTER) -> Agenda:
	"""Return the next open bookings that `user` hosts, or everybody's if `user` is None. `now` is in epoch seconds.

	If `only` names a status or dates, bookings in other states and of the past are returned too.

	There are `limit` of them, or more: a session isn't cut in two, so the rest of the last session is included. With
	`limit` 2, a meeting and a workshop of three bookings, all four are returned. They come after the booking `after`,
	if given.

	Raises NotPermitted if `user` is None and the signed-in user isn't a manager, and BookingNotFound if no booking
	`after` exists.
	"""
	managing = is_manager()
	if user is None and not managing:
		raise NotPermitted
	names, last = _page(_wanted(user, now, only), after, limit)
	bookings = sorted(load_bookings(names), key=lambda each: (each.starts_at, each.creation, each.name))
	handed_to = _possible_hosts(bookings) if managing else {}
	entries = (AgendaEntry(each, handed_to.get(each.id, ())) for each in for_hosts(bookings, now))
	return Agenda(tuple(entries), last)


def count_requests(user: str, now: int) -> int:
	"""Return how many attendees wait for the user's answer. `now` is in epoch seconds."""
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(Count("*")).where(booking.name.isin(hosted_by(user, since=now)))
	return query.where((booking.status == "Pending") & (booking.ends_at > now)).run(pluck=True)[0]


def _wanted(user: str | None, now: int, only: BookingFilter) -> QueryBuilder:
	booking = frappe.qb.DocType("Booking")
	to_come = not only.has_time_or_status
	if to_come:
		only = replace(only, statuses=OPEN, since=now)
	query = fitting(frappe.qb.from_(booking).select(booking.name), only)
	return query.where(booking.name.isin(hosted_by(user, since=now if to_come else None))) if user else query


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
	"""Return the names, ordered by start, session and name: a session's bookings are neighbours, and the order is unique."""
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
