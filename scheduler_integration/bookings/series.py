"""Writes what the bookings of a series have in common, and says which of them change together.

Only this module writes Booking Series.

Each date of a series is a Booking of its own, so the guard, limits, calendars and reminders need to know nothing of series.
The series has the rule, and the one UID of its invitation.
"""

from collections.abc import Sequence

import frappe
from frappe.model.document import Document

from scheduler_integration.bookings import guard
from scheduler_integration.bookings.record import new_uid
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.payment import AWAITING, waits_for_payment
from scheduler_integration.meetings.series import ONE, names_in_scope, rows_of
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.parsing.series import WantedSeries


def insert_series(wanted: WantedSeries, bookings: Sequence[Document], by_rule: Sequence[int], zone: str) -> None:
	"""Store the series of these new bookings, and put them into it, each with its start by the rule. `zone` is that of the dates."""
	first = bookings[0]
	series = frappe.get_doc(
		{
			"doctype": "Booking Series",
			**{field: first.get(field) for field in ("meeting_type", "scheduling_page", "host", "attendee_email")},
			"weeks": wanted.weeks,
			"count": wanted.count,
			"zone": zone,
			"ical_uid": new_uid(),
		}
	)
	series.flags.update(ignore_links=True, ignore_version=True)
	# The attendee has no rights on any record. `book` has decided that they may book.
	series.insert(ignore_permissions=True)
	for booking, start in zip(bookings, by_rule, strict=True):
		# All dates are paid at once.
		booking.update({"series": series.name, "series_date": start, "pay_until": first.pay_until})


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
	guard.lock_further_hosts(user for each in found for user in each.host_users())
	return sorted([booking, *found], key=lambda each: each.starts_at)


def with_unpaid_dates(bookings: Sequence[Document]) -> list[Document]:
	"""Return the bookings, which are locked, and the dates that are paid for with those that still wait for their payment.

	The dates of a series are one order until they are paid: all of them are paid, given up or too late together. The others are
	locked too.
	"""
	known = {each.name for each in bookings}
	series = {each.series for each in bookings if each.series and waits_for_payment(each)}
	rows = [row for each in sorted(series) for row in rows_of(each, "payment_status")]
	others = [row.name for row in rows if row.payment_status == AWAITING and row.name not in known]
	if not others:
		return list(bookings)
	guard.lock_hosts({user for each in bookings for user in each.host_users()})
	found = [each for each in load_bookings(others, for_update=True) if waits_for_payment(each)]
	guard.lock_further_hosts(user for each in found for user in each.host_users())
	return [*bookings, *found]


def forget_people(bookings: list[str], nobody: str) -> None:
	"""Put the address `nobody` in place of the attendee's into the series of these bookings."""
	names = frappe.get_all("Booking", {"name": ["in", bookings], "series": ["is", "set"]}, pluck="series")
	if names:
		frappe.db.set_value("Booking Series", {"name": ["in", names]}, "attendee_email", nobody, update_modified=False)
