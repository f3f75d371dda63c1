"""Plans the tasks of the outbox for payments: the deadline, looks at the provider, and one task for each refund.

The deadline is planned when somebody books. Looks begin when the attendee presses "Pay", and come every few minutes while the
provider's page is open. A notice of the provider, and the attendee who comes back from that page, let one run at once.
"""

from collections.abc import Iterable, Mapping

import frappe
from frappe.model.document import Document

from scheduler_integration.outbox.failures import MONEY
from scheduler_integration.outbox.tasks import Planned, generations_of, plan_all, skip_failed
from scheduler_integration.outbox.wake import wake

KIND = MONEY
DEADLINE, LOOK, REFUND = "deadline", "settle", "refund"
# Seconds between two looks at an open page of the provider.
LOOK_SECONDS = 180


def plan_deadline(payment: Document, now: int) -> None:
	"""Let a task end the wait for a new payment at its `pay_until`. All are epoch seconds.

	Its target isn't the provider: while the provider can't be reached, the tasks for it wait, and the deadline doesn't.
	"""
	task = Planned(
		kind=KIND,
		purpose=DEADLINE,
		target=DEADLINE,
		key=f"deadline:{payment.name}",
		due_at=payment.pay_until,
		payload={"payment": payment.name},
	)
	plan_all([(payment.booking, task)], now, is_new=True)


def plan_look(payments: Iterable[frappe._dict], due_at: int, now: int) -> None:
	"""Let a task find out at `due_at` how the payments stand. All are epoch seconds. The caller holds the bookings' rows."""
	keys = {f"payment:{payment.name}": payment for payment in payments}
	generations = generations_of(keys)
	tasks = [
		(
			payment.booking,
			Planned(
				kind=KIND,
				purpose=LOOK,
				target=payment.provider,
				key=key,
				due_at=due_at,
				# A higher generation makes a task due again that was done.
				generation=generations.get(key, -1) + 1,
				payload={"payment": payment.name},
			),
		)
		for key, payment in keys.items()
	]
	plan_all(tasks, now)
	if due_at <= now:
		wake()


def plan_refunds(numbers: Mapping[str, int], payments: Mapping[str, frappe._dict], now: int) -> None:
	"""Let a task carry out the refund with this number of each payment, by name. It replaces those that failed."""
	skip_failed([payments[name].booking for name in numbers], KIND, REFUND, now)
	tasks = [
		(
			payments[name].booking,
			Planned(
				kind=KIND,
				purpose=REFUND,
				target=payments[name].provider,
				key=refund_key(name, number),
				due_at=now,
				payload={"payment": name, "number": number},
			),
		)
		for name, number in numbers.items()
	]
	plan_all(tasks, now)
	wake()


def refund_key(payment: str, number: int) -> str:
	"""Return the key by which the outbox and the provider know a refund."""
	return f"refund-{payment}-{number}"
