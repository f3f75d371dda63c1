"""Pays money back, and notes money that came by hand, as the signed-in host or manager."""

from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.bookings.commands.pay import give
from scheduler_integration.bookings.consequences import run_for_money
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.together import with_unpaid_dates
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import InvalidRequest, TransitionNotAllowed
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import may_be_paid_by_hand, waits_for_payment
from scheduler_integration.meetings.summaries import HostBooking, for_host
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.payments import records, refunds
from scheduler_integration.payments.plan import plan_look
from scheduler_integration.payments.providers import CASH
from scheduler_integration.payments.units import to_minor
from scheduler_integration.platform.language import for_later


@command
def refund(name: str, amount: Decimal | None, now: int) -> HostBooking:
	"""Pay back `amount` of what was paid for the booking, or all of it without an amount, and return the booking.

	Cards come first. Cash goes back from hand to hand, and is only noted. Raises BookingNotFound, NotPermitted, and
	InvalidRequest if less was paid. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	payments = sorted(records.of_bookings([name], status=records.PAID), key=lambda row: row.provider == CASH)
	left = sum(_left(row) for row in payments)
	wanted = left if amount is None else to_minor(amount, booking.currency)
	if not 0 < wanted <= left:
		raise InvalidRequest(details={"amount": _("Enter what was paid at most.")})
	sums = {}
	for row in payments:
		part = min(wanted, _left(row))
		wanted -= part
		if part:
			sums[row.name] = (row.refunded_minor or 0) + part
	refunds.refund(sums, payments, for_later("The host paid it back."), now, by_host=True)
	_store(booking)
	run_for_money(Change(Kind.REFUNDED, booking, now, by=Actor.HOST, status_before=booking.status))
	return for_host(booking, now)


@command
def mark_paid(name: str, now: int) -> HostBooking:
	"""Note that a host took by hand what is left of the booking's price, and return the booking.

	A booking that waits for its payment becomes a meeting, with the other dates of its series, and the checkout is closed at
	the provider. Raises BookingNotFound, NotPermitted, and TransitionNotAllowed if nothing is left to pay. The caller must roll
	back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	if not may_be_paid_by_hand(booking):
		raise TransitionNotAllowed(_("There is nothing to pay any more."))
	waited = waits_for_payment(booking)
	if waited and booking.starts_at <= now:
		raise TransitionNotAllowed(_("This meeting wasn't paid for in time."))
	dates = with_unpaid_dates([booking])
	for each in dates:
		records.new_cash(each, Decimal(str(each.price)) - Decimal(str(each.amount_paid or 0)), now)
	if waited:
		plan_look(records.checkouts_of([name]), now, now)
		give(dates, [float(each.price) for each in dates], now)
	else:
		_store(booking)
	run_for_money(*(Change(Kind.PAID_BY_HAND, each, now, by=Actor.HOST, status_before=each.status) for each in dates))
	return for_host(booking, now)


def _left(payment: frappe._dict) -> int:
	return int(payment.amount_minor - (payment.refunded_minor or 0))


def _store(booking: Document) -> None:
	"""Store what was paid and paid back. The booking is saved as a whole, so that its version says who did that."""
	booking.update(refunds.amounts_of([booking.name])[booking.name])
	save(booking)
