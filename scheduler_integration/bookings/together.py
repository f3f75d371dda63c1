"""Says which bookings change together: those of a session, the dates of a series, and those that are paid for together."""

from collections.abc import Sequence

from frappe.model.document import Document

from scheduler_integration.bookings import guard
from scheduler_integration.meetings.load import load_bookings, users_of
from scheduler_integration.meetings.payment import waits_for_payment
from scheduler_integration.meetings.series import ONE, names_in_scope, rows_of
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.status import OPEN


def together(booking: Document) -> list[Document]:
	"""Return the booking and the other open bookings of its session, which change with it. They are locked."""
	guard.lock_hosts(booking.host_users())
	sharing = live_in_session(booking.session, hosts=booking.host_users())
	return [booking, *(each for each in sharing if each.status in OPEN and each.name != booking.name)]


def dates_in(booking: Document, scope: str, now: int) -> list[Document]:
	"""Return the booking, and the other dates of its series in the scope that are to come, in order. All are locked.

	The caller has locked `booking`, and gets this very object back in the list.
	"""
	if scope == ONE or not booking.series:
		return [booking]
	guard.lock_hosts(booking.host_users())
	others = [name for name in names_in_scope(booking, scope, now) if name != booking.name]
	found = [each for each in load_bookings(others, for_update=True) if each.status in OPEN]
	# One of the dates may have been reassigned to another host.
	guard.lock_further_hosts(users_of(found))
	return sorted([booking, *found], key=lambda each: each.starts_at)


def with_unpaid_dates(bookings: Sequence[Document]) -> list[Document]:
	"""Return the bookings, which are locked, and the dates that are paid for with those that still wait for their payment.

	The dates of a series are one order until they are paid: all of them are paid, given up or too late together. The others are
	locked too.
	"""
	series = {each.series for each in filter(waits_for_payment, bookings)} - {None, ""}
	rows = [row for each in sorted(series) for row in rows_of(each, "payment_status")]
	known = {each.name for each in bookings}
	others = [row.name for row in filter(waits_for_payment, rows) if row.name not in known]
	if not others:
		return list(bookings)
	guard.lock_hosts(users_of(bookings))
	found = [each for each in load_bookings(others, for_update=True) if waits_for_payment(each)]
	guard.lock_further_hosts(users_of(found))
	return [*bookings, *found]
