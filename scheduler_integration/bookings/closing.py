"""Closes bookings whose time has passed: completes meetings, declines requests that nobody answered.

Each booking has a transaction of its own, so if one fails, the others are still closed. A second run finds nothing to do.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

import frappe
from pypika.functions import Coalesce
from pypika.queries import QueryBuilder
from pypika.terms import Field

from scheduler_integration.bookings.commands.cancel import decline_unanswered, release_unconfirmed
from scheduler_integration.bookings.commands.outcome import complete_past
from scheduler_integration.bookings.commands.pay import look_again
from scheduler_integration.exceptions import OutsideError
from scheduler_integration.meetings.release import ANSWER_SECONDS, LATE_SECONDS
from scheduler_integration.meetings.transitions import COMPLETION_DELAY
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.failures import MONEY
from scheduler_integration.payments import records
from scheduler_integration.payments.providers import PROVIDERS
from scheduler_integration.payments.providers.payments_app import missed

# The most bookings that one run closes. After a long pause, later runs close the rest.
MOST = 500
_BATCH = 100
_HOUR = 3600
# So long after it was made, a refund can still fail: banks return money for up to 30 days.
REFUNDS_FAIL = 35 * 24 * _HOUR


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


def look_at_missed_payments(now: int) -> None:
	"""Look again at payments that were given up although the money came. Commits after each of them.

	The payments app swallows errors of what it calls, so what it has logged counts.
	"""
	for payment in missed():
		look_again(payment, now)
		frappe.db.commit()


def look_at_missed_refunds(now: int) -> None:
	"""Look again at payments whose refunds at the provider aren't known here, because a notice was lost. Commits after each.

	Asks each provider for the refunds of the last weeks, and not for each payment.
	"""
	for name, kind in PROVIDERS.items():
		asked = kind()
		if not asked.is_set_up() or outages.is_down(MONEY, name, now):
			continue
		with suppress(OutsideError):
			for payment in records.differing(asked.recent_refunds(now - REFUNDS_FAIL)):
				look_again(payment, now)
				frappe.db.commit()


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
		try:
			close(name, now)
			frappe.db.commit()
			closed += 1
		except Exception:
			frappe.db.rollback()
			frappe.log_error(f"Booking {name} could not be closed", frappe.get_traceback())
			frappe.db.commit()
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
