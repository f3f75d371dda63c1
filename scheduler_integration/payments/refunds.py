"""Pays money back: planned in the transaction of the command, carried out by a task, once."""

from collections.abc import Mapping, Sequence

import frappe

from scheduler_integration.exceptions import OutsideError, PaymentRefused
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.outbox.outcomes import Done, Never, NotNeeded, Outcome, down_by
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.payments import records
from scheduler_integration.payments.plan import plan_refunds, refund_key
from scheduler_integration.payments.providers import CASH, provider
from scheduler_integration.payments.units import share, to_major


def give_back(percents: Mapping[str, int], reason: str, now: int) -> None:
	"""Plan to pay back this percentage of what was paid for each booking, by name. What was paid back already counts.

	Cash goes back from hand to hand, so nothing is planned for it.
	"""
	payments = [row for row in records.of_bookings(percents, status=records.PAID) if row.provider != CASH]
	wanted = {row.name: share(row.amount_minor, percents[row.booking], row.currency) for row in payments}
	refund({name: minor for name, minor in wanted.items() if minor}, payments, reason, now)


def refund(
	wanted: Mapping[str, int], payments: list[frappe._dict], reason: str, now: int, *, by_host: bool = False
) -> None:
	"""Plan that so many minor units of each payment, by name, have been paid back in all.

	`by_host`: a host says so. What this app can't pay back, such as cash, the host has paid back by hand then.
	"""
	known = {row.name: row for row in payments}
	left = {name: minor - (known[name].refunded_minor or 0) for name, minor in wanted.items()}
	left = {name: minor for name, minor in left.items() if minor > 0}
	if not left:
		return
	by_hand = {name: minor for name, minor in left.items() if by_host and not _can_refund(known[name])}
	sent = {name: minor for name, minor in left.items() if name not in by_hand}
	if by_hand:
		records.add_refunds(by_hand, known, reason, now, records.DONE)
	if sent:
		plan_refunds(records.add_refunds(sent, known, reason, now), known, now)


def _can_refund(payment: frappe._dict) -> bool:
	return payment.provider != CASH and provider(payment.provider).REFUNDS


def send(task: Task) -> Outcome:
	"""Ask the provider for the refund of the task, and store nothing: `end` does, under the booking's lock."""
	name, number = task.payload["payment"], task.payload["number"]
	payment = records.of(name)
	row = next((each for each in records.refunds_of([name]) if each.number == number), None)
	if not row or row.status != records.PLANNED:
		return NotNeeded("The refund was taken back.")
	try:
		return Done(provider(payment.provider).refund(payment, refund_key(name, number), row.amount_minor))
	except PaymentRefused as error:
		return Never(error.message)
	except OutsideError as error:
		if error.stops_account:
			return down_by(payment.provider, error)
		raise


def end(task: Task, outcome: Done | Never, now: int) -> None:
	"""Store how the refund of the task ended. The caller holds the booking's row."""
	payment, number = records.of(task.payload["payment"], for_update=True), task.payload["number"]
	if isinstance(outcome, Done):
		records.end_refund(payment, number, records.DONE, now, outcome.external_id)
		return
	records.end_refund(payment, number, records.FAILED, now)
	records.note_problem(payment.name, outcome.reason)


def note_outside(shares: Sequence[frappe._dict], refunded: int, now: int, reason: str) -> bool:
	"""Store what was paid back at the provider itself: `refunded` minor units in all. Returns whether that is news.

	Nobody says there for which date of a series it is. It counts for the first of the `shares` of which something is left.
	"""
	rows = records.refunds_of([each.name for each in shares])
	if any(row.status == records.PLANNED for row in rows):
		# One of ours is under way, and may be a part of it. The next look counts again.
		return False
	missing = refunded - sum(row.amount_minor for row in rows if row.status == records.DONE)
	if missing <= 0:
		return False
	parts = {}
	for each in shares:
		parts[each.name] = min(missing, each.amount_minor - (each.refunded_minor or 0))
		missing -= parts[each.name]
	# More than was paid is no refund of ours. The records say what the provider says.
	parts[shares[0].name] += missing
	parts = {name: minor for name, minor in parts.items() if minor}
	records.add_refunds(parts, {each.name: each for each in shares}, reason, now, records.DONE)
	return True


def amounts_of(bookings: list[str]) -> dict[str, Fields]:
	"""Return the fields of the bookings that say what was paid and paid back, by name."""
	sums: dict[str, list[int]] = {}
	currencies: dict[str, str] = {}
	for row in records.of_bookings(bookings, status=records.PAID):
		paid, back = sums.get(row.booking, [0, 0])
		sums[row.booking] = [paid + row.amount_minor, back + (row.refunded_minor or 0)]
		currencies[row.booking] = row.currency
	return {name: _fields(paid, back, currencies[name]) for name, (paid, back) in sums.items()}


def _fields(paid: int, back: int, currency: str) -> Fields:
	status = "Paid" if not back else "Refunded" if back >= paid else "Partly Refunded"
	return {
		"payment_status": status,
		"amount_paid": float(to_major(paid, currency)),
		"amount_refunded": float(to_major(back, currency)),
	}
