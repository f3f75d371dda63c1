"""The meetings for the hosts' page: requests, those to come, and the past. A user's own or, for managers, everybody's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Count
from pypika import Case, Order
from pypika.functions import NullIf
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term

from scheduler_integration.engine import Interval
from scheduler_integration.exceptions import BookingNotFound, NotPermitted
from scheduler_integration.meetings.filtering import NO_FILTER, fitting, hosted_by, naming
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.payment import AWAITING
from scheduler_integration.meetings.status import LIVE, OPEN
from scheduler_integration.meetings.summaries import HostBooking, for_hosts
from scheduler_integration.meetings.tokens import is_booking
from scheduler_integration.parsing.booking_filter import BookingFilter
from scheduler_integration.permissions import is_manager

# More requests than these wait on a page of their own.
MOST_REQUESTS = 20


@dataclass(frozen=True, slots=True)
class Agenda:
	"""Bookings, soonest first, or latest first if the list is of the past.

	`last` is the name of the last one if more follow: the `after` of the next call. `requests` need the host's answer; they
	are returned beside the first bookings to come, and aren't among `bookings`. `has_more_requests` if they aren't all.
	"""

	bookings: tuple[HostBooking, ...]
	last: str | None
	requests: tuple[HostBooking, ...] = ()
	has_more_requests: bool = False


def agenda(
	user: str | None,
	now: int,
	limit: int,
	after: str | None = None,
	only: BookingFilter = NO_FILTER,
	*,
	is_past: bool = False,
) -> Agenda:
	"""Return the next open bookings that `user` hosts, or everybody's if `user` is None. `now` is in epoch seconds.

	If `only` names a status, dates or a text, bookings in other states and of the past are returned too. With `is_past` these
	are the meetings that are over, except for cancelled ones.

	There are `limit` of them, or more. A session isn't cut in two, so the rest of the last session is included. With
	`limit` 2, a meeting and a workshop of three bookings, all four are returned. They come after the booking `after`,
	if given. Makes the same statements for any number of bookings.

	Raises NotPermitted if `user` is None and the signed-in user isn't a manager, and BookingNotFound if no booking
	`after` exists.
	"""
	if user is None and not is_manager():
		raise NotPermitted
	latest_first = is_past or bool(only.text)
	is_plain = not (is_past or only.has_time_or_status or only.text)
	query = _past(user, now, only) if is_past else _wanted(user, now, only)
	waiting: list[str] = []
	if is_plain:
		query = query.where(_needs_answer().negate())
		if not after:
			requests_only = _wanted(user, now, replace(only, statuses=frozenset({"Pending"}), since=now))
			waiting = _names(requests_only.where(_needs_answer()), None, MOST_REQUESTS + 1)
	names, last = _page(query, after, limit, latest_first=latest_first)
	summaries = {summary.id: summary for summary in for_hosts(load_bookings([*waiting, *names]), now)}
	requests = _chosen(summaries, waiting[:MOST_REQUESTS])
	return Agenda(_chosen(summaries, names), last, requests, has_more_requests=len(waiting) > MOST_REQUESTS)


def count_requests(user: str, now: int) -> int:
	"""Return how many attendees wait for the user's answer. `now` is in epoch seconds."""
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(Count("*")).where(booking.name.isin(hosted_by(user, since=now)))
	return query.where(_needs_answer() & (booking.ends_at > now)).run(pluck=True)[0]


@dataclass(frozen=True, slots=True)
class Figures:
	"""A host's meetings of this week that weren't cancelled, bookings made in the last 7 days, and no-shows in the last 30.

	Bookings that wait for their payment don't count, a moved meeting isn't new, and a session is one meeting.
	"""

	this_week: int
	new: int
	no_shows: int


def figures(user: str, now: int, week: Interval) -> Figures:
	"""Return the figures of the user. `now` and the bounds of the `week` are in epoch seconds. Makes one statement."""
	booking = frappe.qb.DocType("Booking")
	meeting = Coalesce(NullIf(booking.session, ""), booking.name)
	is_new = (booking.booked_at >= now - 7 * 86400) & booking.status.notin(["Rescheduled", "Expired"])

	def count(condition: Criterion, what: Term) -> Term:
		return Count(Case().when(condition, what)).distinct()

	in_week = (booking.starts_at >= week[0]) & (booking.starts_at < week[1]) & booking.status.isin(sorted(LIVE))
	missed = (booking.status == "No Show") & (booking.starts_at >= now - 30 * 86400)
	name = booking.name
	query = frappe.qb.from_(booking).select(count(in_week, meeting), count(is_new, name), count(missed, name))
	recent = ((booking.starts_at >= now - 30 * 86400) | is_new) & booking.name.isin(hosted_by(user))
	recent &= Coalesce(booking.payment_status, "") != AWAITING
	return Figures(*(int(number) for number in query.where(recent).run()[0]))


def _needs_answer() -> Criterion:
	"""The condition for requests that a host has to answer. Those whose attendees haven't paid yet don't need it."""
	booking = frappe.qb.DocType("Booking")
	return (booking.status == "Pending") & (Coalesce(booking.payment_status, "") != AWAITING)


def _chosen(summaries: dict[str, HostBooking], names: Sequence[str]) -> tuple[HostBooking, ...]:
	return tuple(summaries[name] for name in names if name in summaries)


def _wanted(user: str | None, now: int, only: BookingFilter) -> QueryBuilder:
	booking = frappe.qb.DocType("Booking")
	to_come = not (only.has_time_or_status or only.text)
	if to_come:
		only = replace(only, statuses=OPEN, since=now)
	query = fitting(frappe.qb.from_(booking).select(booking.name), only)
	if user:
		query = query.where(booking.name.isin(hosted_by(user, since=now if to_come else None)))
	return naming(query, only.text, user) if only.text else query


def _past(user: str | None, now: int, only: BookingFilter) -> QueryBuilder:
	booking = frappe.qb.DocType("Booking")
	query = fitting(frappe.qb.from_(booking).select(booking.name), replace(only, statuses=only.statuses or LIVE))
	query = query.where((booking.ends_at <= now) & (booking.status != "Pending"))
	return query.where(booking.name.isin(hosted_by(user))) if user else query


def _page(
	query: QueryBuilder, after: str | None, limit: int, *, latest_first: bool = False
) -> tuple[list[str], str | None]:
	"""Return the names of `limit` bookings and the rest of the last session, and the last name if more follow."""
	names = _names(query, after, limit + 1, latest_first=latest_first)
	if len(names) <= limit:
		return names, None
	names = names[:limit]
	last = names[-1]
	session = frappe.db.get_value("Booking", last, "session")
	booking = frappe.qb.DocType("Booking")
	rest_of_session = (
		_names(query.where(booking.session == session), last, latest_first=latest_first) if session else []
	)
	names += rest_of_session
	return names, names[-1] if _names(query, names[-1], 1, latest_first=latest_first) else None


def _names(
	query: QueryBuilder, after: str | None, limit: int | None = None, *, latest_first: bool = False
) -> list[str]:
	"""Return the names, ordered by start, session and name. A session's bookings are neighbours, and the order is unique."""
	booking, order = frappe.qb.DocType("Booking"), Order.desc if latest_first else Order.asc
	if after:
		query = query.where(_behind(after, latest_first=latest_first))
	for term in (booking.starts_at, Coalesce(booking.session, ""), booking.name):
		query = query.orderby(term, order=order)
	if limit is not None:
		query = query.limit(limit)
	return query.run(pluck=True)  # type: ignore[operator]  # PyPika's builder has no `run`: Frappe adds it.


def _behind(name: str, *, latest_first: bool) -> Criterion:
	"""Return the condition for bookings that come after this one in the order of `_names`.

	An offset would skip bookings: if one of the first 20 is cancelled while somebody reads them, the 21st becomes the
	20th.
	"""
	if not is_booking(name):
		raise BookingNotFound(_("There is no such meeting."))
	booking, session = frappe.qb.DocType("Booking"), Coalesce(frappe.qb.DocType("Booking").session, "")
	last = frappe.db.get_value("Booking", name, ["starts_at", "session"], as_dict=True)
	same_start, same_session = booking.starts_at == last.starts_at, session == (last.session or "")
	if latest_first:
		at_its_start = (session < (last.session or "")) | (same_session & (booking.name < name))
		return (booking.starts_at < last.starts_at) | (same_start & at_its_start)
	at_its_start = (session > (last.session or "")) | (same_session & (booking.name > name))
	return (booking.starts_at > last.starts_at) | (same_start & at_its_start)
