"""Confirms a request, marks a meeting as completed or the attendee as absent, and closes bookings whose time has passed.

The outcome doesn't change the invitation, so the sequence stays. Readers get no message about it, only automations may act.
The jobs that close past bookings commit after each one, so if one fails, the others are closed. A second run does nothing.
"""

from collections.abc import Callable, Iterator

import frappe
from frappe.model.document import Document
from pypika.functions import Coalesce
from pypika.queries import QueryBuilder
from pypika.terms import Field

from scheduler_integration.bookings.change_status import change_status
from scheduler_integration.bookings.commands.cancel import allowed, decline_unanswered, release_unconfirmed
from scheduler_integration.bookings.together import dates_in
from scheduler_integration.bookings.transaction import command
from scheduler_integration.meetings.changes import Kind
from scheduler_integration.meetings.invited import KNOWN, is_unconfirmed
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.release import ANSWER_SECONDS, LATE_SECONDS
from scheduler_integration.meetings.series import ONE
from scheduler_integration.meetings.summaries import HostBooking, for_host
from scheduler_integration.meetings.transitions import COMPLETION_DELAY, Actor
from scheduler_integration.platform.transactions import apart


@command
def complete(name: str, now: int) -> HostBooking:
	"""Mark a meeting that has begun as completed, as the signed-in host or manager. It may be marked as a no-show.

	Raises BookingNotFound, AlreadyCancelled, and NotPermitted if the user may not, the meeting hasn't begun, or seven
	days have passed. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	change_status([booking], "Completed", Kind.COMPLETED, Actor.HOST, now, **_as_known(booking))
	return for_host(booking, now)


@command
def mark_no_show(name: str, reason: str, now: int) -> HostBooking:
	"""Mark that the attendee didn't come to a meeting that has begun.

	It may be completed. Raises the errors of `complete`.
	"""
	booking = find_for_host(name, "write", for_update=True)
	change_status([booking], "No Show", Kind.NO_SHOW, Actor.HOST, now, reason=reason)
	return for_host(booking, now)


@command
def complete_past(name: str, now: int) -> None:
	"""Complete a meeting that ended 15 minutes ago or earlier, as the system. Does nothing if it isn't Scheduled."""
	booking = frappe.get_doc("Booking", name, for_update=True)
	if booking.status == "Scheduled":
		change_status([booking], "Completed", Kind.COMPLETED, Actor.SYSTEM, now)


@command
def confirm(name: str, now: int, *, scope: str = ONE) -> HostBooking:
	"""Confirm a pending booking as the signed-in host or manager. The hosts' time has been taken since the request.

	With a `scope`, other requests of its series are confirmed too.

	Raises BookingNotFound, AlreadyCancelled, and NotPermitted if the user may not, the booking isn't pending or the
	meeting has begun. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	# The host has agreed to meet the attendee, so the additional guests are invited too.
	dates = allowed(dates_in(booking, scope, now), booking, "Scheduled", now)
	change_status(dates, "Scheduled", Kind.CONFIRMED, Actor.HOST, now, **_as_known(booking))
	return for_host(booking, now)


def _as_known(booking: Document) -> dict[str, str]:
	"""Return the fields of a booking whose host says that the attendee is somebody."""
	return {"address_status": KNOWN} if is_unconfirmed(booking) else {}


# The most bookings that one run closes. After a long pause, later runs close the rest.
MOST = 500
_BATCH = 100
_HOUR = 3600


def complete_past_meetings(now: int) -> int:
	"""Complete the meetings that ended 15 minutes before `now` (epoch seconds) or earlier. Return how many.

	Commits after each of them.
	"""
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(booking.name)
	over = (booking.status == "Scheduled") & (booking.ends_at <= now - COMPLETION_DELAY)
	return close_each(query.where(over), complete_past, now)


def decline_unanswered_requests(now: int) -> int:
	"""Decline the requests whose start has passed. Return how many. Commits after each of them."""
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(booking.name)
	return close_each(query.where((booking.status == "Pending") & (booking.starts_at <= now)), decline_unanswered, now)


def release_unconfirmed_meetings(now: int) -> int:
	"""Cancel the meetings whose attendees haven't said in time that they are coming. Return how many. Commits after each.

	A meeting type asks for that, and says how many hours before the start a meeting is released. One that was booked less
	than a day before that moment stays: its attendee has just said so by booking. One whose attendee wasn't asked in time
	stays too, for example because the mail server was down. So does one whose moment is over because no job ran
	then, and one whose reminder left before the type asked for an answer, or said until when.
	"""
	booking, meeting_type = frappe.qb.DocType("Booking"), frappe.qb.DocType("Meeting Type")
	hours = meeting_type.release_unconfirmed_hours
	query = (
		frappe.qb.from_(booking).join(meeting_type).on(meeting_type.name == booking.meeting_type).select(booking.name)
	)
	query = query.where((meeting_type.asks_to_reconfirm == 1) & (hours > 0))
	query = query.where((booking.status == "Scheduled") & (Coalesce(booking.reconfirmed_at, 0) == 0))
	release_at = booking.starts_at - hours * _HOUR
	query = query.where((booking.starts_at > now) & (release_at <= now) & (release_at >= now - LATE_SECONDS))
	asked_at = Coalesce(booking.reconfirm_asked_at, 0)
	query = query.where((asked_at > 0) & (asked_at >= Coalesce(meeting_type.asks_since, 0)))
	query = query.where(asked_at <= release_at - ANSWER_SECONDS)
	return close_each(query, release_unconfirmed, now)


def close_each(query: QueryBuilder, close: Callable[[str, int], None], now: int, key: Field | None = None) -> int:
	"""Close each record that the query finds, in a transaction of its own, and return how many were closed.

	`close` is a command. `key` is the field with the records' names, if they aren't Bookings. A record that fails is logged and left.
	"""
	closed = 0
	for name in _names(query, key or frappe.qb.DocType("Booking").name):
		with apart(f"Booking {name} could not be closed"):
			close(name, now)
			closed += 1
	return closed


def _names(query: QueryBuilder, key: Field) -> Iterator[str]:
	"""Yield at most MOST names, in their order. A booking that fails isn't tried twice in one run."""
	after = ""
	for _batch in range(MOST // _BATCH):
		names = query.where(key > after).orderby(key).limit(_BATCH).run(pluck=True)  # type: ignore[operator]  # PyPika's builder has no `run`: Frappe adds it.
		yield from names
		if len(names) < _BATCH:
			return
		after = names[-1]
