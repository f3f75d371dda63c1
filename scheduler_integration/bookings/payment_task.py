"""Payments from outside and by hand: asks the provider, lets the booking follow the answer, and pays money back for hosts."""

from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.bookings.commands.pay import (
	end_wait,
	follow_refunds,
	give,
	look_again,
	note_checkout,
	pay_back_again,
	settle,
)
from scheduler_integration.bookings.consequences import run_for_money
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.together import with_unpaid_dates
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import InvalidRequest, OutsideError, PaymentRefused, TransitionNotAllowed
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import AWAITING, may_be_paid_by_hand, waits_for_payment
from scheduler_integration.meetings.summaries import HostBooking, for_host
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.failures import MONEY
from scheduler_integration.outbox.outcomes import Again, Done, Never, NotNeeded, Outcome, down_by
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.payments import records, refunds
from scheduler_integration.payments.plan import DEADLINE, KIND, LOOK_SECONDS, REFUND, plan_look, refund_key
from scheduler_integration.payments.provider import DONE, FAILED, SENT, Back, Provider, Seen, State
from scheduler_integration.payments.providers import CASH, PROVIDERS, provider
from scheduler_integration.payments.providers.payments_app import missed
from scheduler_integration.payments.units import to_minor
from scheduler_integration.platform.language import for_later

# Somebody began to pay in the moment in which the provider was asked.
SOON = 5
# A refund that is on its way is asked for again after so many seconds, if no notice comes earlier.
REFUND_SECONDS = 6 * 3600
# So long after it was made, a refund can still fail: banks return money for up to 30 days.
REFUNDS_FAIL = 35 * 24 * 3600


def run(task: Task, now: int) -> Outcome:
	"""Carry out a refund, end the wait for a payment, or find out how it stands. Commits between what is asked and what follows."""
	payment = records.of(task.payload["payment"]) if records.exists(task.payload["payment"]) else None
	if not payment:
		return NotNeeded("The payment was deleted.")
	try:
		if task.purpose == REFUND:
			return _refund(task, payment, now)
		if payment.status == records.EXPIRED or payment.provider == CASH:
			return NotNeeded("Nobody can pay any more.")
		if task.purpose != DEADLINE:
			return _look(payment, now)
		# Look for the last time before the time is given back. It goes back in any case.
		if not outages.is_down(KIND, payment.provider, now):
			with suppress(OutsideError):
				_look(payment, now)
		end_wait(payment.name, now)
		return Done()
	except OutsideError as error:
		if error.stops_account:
			return down_by(payment.provider, error)
		raise


def _look(payment: frappe._dict, now: int) -> Outcome:
	seen = _ask(payment, now)
	frappe.db.commit()
	is_settled = settle(payment, seen, now)
	frappe.db.commit()
	if not is_settled:
		return Again(now + SOON, "Somebody began to pay.")
	if seen.state is State.OPEN:
		# Nobody has paid yet, and nothing is wrong.
		return Again(now + LOOK_SECONDS, "")
	if any(each.status == SENT for each in seen.refunds):
		return Again(now + REFUND_SECONDS, "")
	return Done(payment.external_id)


def _ask(payment: frappe._dict, now: int) -> Seen:
	"""Return how the payment stands. Closes the checkout if the booking waits for it no longer."""
	asked = provider(payment.provider)
	if payment.status == records.PAID:
		return asked.look(payment)
	waits = frappe.db.get_value("Booking", payment.booking, "payment_status") == AWAITING
	must_close = not waits or now >= payment.pay_until
	if not payment.external_id and not _find_checkout(payment, asked):
		return Seen(State.CLOSED if must_close else State.OPEN)
	return asked.close(payment) if must_close else asked.look(payment)


def _find_checkout(payment: frappe._dict, asked: Provider) -> bool:
	"""Find out which page the provider has made, if a process died before it stored that. Returns False if none."""
	order = records.order_of(payment)
	if not order:
		return False
	try:
		# The same order makes no second page.
		checkout = asked.open(order)
	except PaymentRefused:
		# It never made one: the order is refused now, and wouldn't be if it had been carried out.
		return False
	note_checkout(payment.name, checkout)
	frappe.db.commit()
	payment.update({"external_id": checkout.external_id})
	return True


def _refund(task: Task, payment: frappe._dict, now: int) -> Outcome:
	"""Send the refund unless the provider has it already, and return how it stands.

	Refunds that were made at the provider meanwhile are noted first, because the provider refuses more than is left.
	"""
	asked, number = provider(payment.provider), task.payload["number"]
	if not asked.REFUNDS:
		problem = _("pay it back at {0} by hand").format(payment.payment_gateway)
		records.note_problem(payment.name, problem)
		return Never(problem)
	row = records.refund_of(payment.name, number)
	if row and row.status == FAILED and task.attempts == 1:
		# It failed at an earlier attempt, and a person wants another one.
		pay_back_again(payment.name, row.amount_minor, now)
		return NotNeeded(_("Another refund takes its place."))
	try:
		row = _sent(payment, number, asked, now)
	except PaymentRefused as error:
		key = refund_key(payment.name, number)
		# A refund at the provider may have lowered the amount since.
		refused = records.refund_of(payment.name, number)
		amount = refused.amount_minor if refused else 0
		back = Back(external_id="", amount=amount, status=FAILED, key=key, reason=error.reason)
		row = _followed(payment, number, [back], now)
	if not row:
		return NotNeeded(_("The refund was taken back."))
	if row.status == FAILED:
		return Never(records.of(payment.name).problem or "")
	if row.status == DONE:
		return Done(row.external_id)
	return Again(now if row.status == records.PLANNED else now + REFUND_SECONDS, "")


def _sent(payment: frappe._dict, number: int, asked: Provider, now: int) -> frappe._dict | None:
	"""Send the refund if it still has to be sent, and return it as it is stored then. Raises PaymentRefused."""
	row = _followed(payment, number, asked.refunds(payment), now)
	if not row or row.status != records.PLANNED:
		return row
	try:
		back = asked.refund(payment, refund_key(payment.name, number), row.amount_minor)
	except PaymentRefused:
		# Somebody may have paid a part of it back meanwhile.
		newer = _followed(payment, number, asked.refunds(payment), now)
		if not newer or newer.amount_minor == row.amount_minor:
			raise
		return newer
	return _followed(payment, number, [back], now)


def _followed(payment: frappe._dict, number: int, backs: Sequence[Back], now: int) -> frappe._dict | None:
	"""Store how the refunds stand at the provider, and return the one with this number as it is stored then."""
	frappe.db.commit()
	follow_refunds(payment.name, backs, now)
	frappe.db.commit()
	return records.refund_of(payment.name, number)


@command
def refund(name: str, amount: Decimal | None, now: int) -> HostBooking:
	"""Pay back `amount` of what was paid for the booking, or all of it without an amount, and return the booking.

	Cards come first. Cash goes back from hand to hand, and is only noted. Raises BookingNotFound, NotPermitted, and
	InvalidRequest if less was paid. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	payments = sorted(records.of_bookings([name], status=records.PAID), key=lambda row: row.provider == CASH)
	left = sum(_left(row) for row in payments)
	# A booking without a price has no currency.
	wanted = to_minor(amount, booking.currency) if left and amount is not None else left
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
