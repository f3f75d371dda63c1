"""Plans the tasks of the outbox for payments: one that finds out how a payment stands, and one for each refund.

The first is planned when somebody books, for the moment until which they must have paid. A notice of the provider, and the
attendee who comes back from the provider's page, let it run at once.
"""

from collections.abc import Iterable, Mapping

import frappe

from scheduler_integration.outbox.tasks import MONEY, Planned, generations_of, plan_all
from scheduler_integration.outbox.wake import wake

KIND = MONEY
LOOK, REFUND = "settle", "refund"


def plan_look(payments: Iterable[frappe._dict], due_at: int, now: int, *, is_new: bool = False) -> None:
	"""Let a task find out at `due_at` how the payments stand. All are epoch seconds. The caller holds the bookings' rows."""
	keys = {f"payment:{payment.name}": payment for payment in payments}
	generations = {} if is_new else generations_of(keys)
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
	plan_all(tasks, now, is_new=is_new)
	wake()


def plan_refunds(numbers: Mapping[str, int], payments: Mapping[str, frappe._dict], now: int) -> None:
	"""Let a task carry out the refund with this number of each payment, by name."""
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
