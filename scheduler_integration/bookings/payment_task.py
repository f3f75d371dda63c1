"""Runs the outbox's tasks for payments: asks the provider, and lets the booking follow the answer."""

import frappe

from scheduler_integration.bookings.commands.pay import end_refund, note_checkout, settle
from scheduler_integration.bookings.transaction import retried
from scheduler_integration.exceptions import OutsideError, PaymentRefused
from scheduler_integration.meetings.payment import AWAITING
from scheduler_integration.outbox.outcomes import Again, Done, Never, NotNeeded, Outcome, down_by
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.payments import records, refunds
from scheduler_integration.payments.plan import REFUND
from scheduler_integration.payments.provider import Provider, Seen, State
from scheduler_integration.payments.providers import CASH, provider

# A checkout that can't be closed and isn't paid: the money is on its way. Asked again after so many seconds.
LATER = 300
# Somebody began to pay in the moment in which the provider was asked.
SOON = 5


def run(task: Task, now: int) -> Outcome:
	"""Carry out a refund, or find out how a payment stands. Commits between what is asked and what follows."""
	if task.purpose == REFUND:
		return _refund(task, now)
	name = task.payload["payment"]
	if not records.exists(name):
		return NotNeeded("The payment was deleted.")
	payment = records.of(name)
	if payment.status == records.EXPIRED or payment.provider == CASH:
		return NotNeeded("Nobody can pay any more.")
	try:
		seen = _ask(payment, now)
	except OutsideError as error:
		if error.stops_account:
			return down_by(payment.provider, error)
		raise
	frappe.db.commit()
	is_settled = retried(lambda: settle(payment, seen, now))
	frappe.db.commit()
	if not is_settled:
		return Again(now + SOON, "Somebody began to pay.")
	if seen.state is State.OPEN:
		# Nobody has paid yet, and nothing is wrong.
		return Again(payment.pay_until if now < payment.pay_until else now + LATER, "")
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


def _refund(task: Task, now: int) -> Outcome:
	outcome = refunds.send(task)
	frappe.db.commit()
	if isinstance(outcome, Done | Never):
		retried(lambda: end_refund(task, outcome, now))
	return outcome
