"""Pays money back: planned in the transaction of the command, carried out by a task, once.

The provider's list of refunds decides the state of a refund (`follow`):

    Ada paid 50, and 10 went back at Stripe's dashboard. The notice of that was lost
    Jane cancels: 50 are owed, and a refund of 50 is planned
    the task first lists the refunds at Stripe, finds the 10, and lowers the planned refund to 40
    the 10 fail after a week: 10 of the 50 are still owed, so a refund of 10 is planned
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import frappe
from frappe import _

from scheduler_integration.meetings.changes import Fields
from scheduler_integration.outbox.tasks import fail
from scheduler_integration.payments import records
from scheduler_integration.payments.plan import plan_refunds, refund_key
from scheduler_integration.payments.provider import DONE, FAILED, Back
from scheduler_integration.payments.providers import CASH, provider
from scheduler_integration.payments.units import share, to_major
from scheduler_integration.platform.language import for_later


def give_back(percents: Mapping[str, int], reason: str, now: int) -> None:
	"""Plan to pay back this percentage of what was paid for each booking, by name. Earlier refunds count.

	Cash goes back from hand to hand, so nothing is planned for it.
	"""
	payments = [row for row in records.of_bookings(percents, status=records.PAID) if row.provider != CASH]
	wanted = {row.name: share(row.amount_minor, percents[row.booking], row.currency) for row in payments}
	refund({name: minor for name, minor in wanted.items() if minor}, payments, reason, now)


def refund(
	wanted: Mapping[str, int], payments: list[frappe._dict], reason: str, now: int, *, by_host: bool = False
) -> None:
	"""Plan that so many minor units of each payment, by name, have been paid back in all.

	`by_host`: a host asks for it. Money that this app can't pay back, such as cash, was then paid back by the host by hand.
	Otherwise the refund of such money fails at once, and the task tells the hosts.
	"""
	known = {row.name: row for row in payments}
	online = {name: minor for name, minor in wanted.items() if _can_refund(known[name])}
	records.owe({name: max(minor, known[name].owed_minor or 0) for name, minor in online.items()})
	left = {name: more for name, minor in wanted.items() if (more := minor - (known[name].refunded_minor or 0)) > 0}
	sent = {name: minor for name, minor in left.items() if name in online}
	by_hand = {name: minor for name, minor in left.items() if name not in online}
	if by_hand and by_host:
		records.add_refunds(by_hand, known, reason, now, DONE)
	elif by_hand:
		plan_refunds(records.add_refunds(by_hand, known, reason, now, FAILED), known, now)
	if sent:
		records.note_problem(list(sent), None)
		plan_refunds(records.add_refunds(sent, known, reason, now), known, now)


def _can_refund(payment: frappe._dict) -> bool:
	return payment.provider != CASH and provider(payment.provider).REFUNDS


def follow(shares: Sequence[frappe._dict], backs: Sequence[Back], now: int) -> None:
	"""Bring the refunds of a checkout's payments in line with these refunds at the provider.

	Nobody says there for which date of a series a refund is. It counts for the first of the `shares` of which something is
	left. The caller holds the rows of all their bookings.
	"""
	rows = records.refunds_of([each.name for each in shares])
	own = {refund_key(row.parent, row.number): row for row in rows}
	made_there = defaultdict(list)
	for row in rows:
		made_there[row.external_id].append(row)
	payments = {each.name: each for each in shares}
	for back in backs:
		if row := own.get(back.key):
			_follow_own(row, payments[row.parent], back, now)
		elif back.external_id in made_there:
			for row in made_there[back.external_id]:
				_change(row, payments[row.parent], back, now)
		elif back.status != FAILED:
			_take_in(back, shares, rows, now)
	records.count_refunds(shares, payments)
	_owe_the_rest(shares, now)


def _follow_own(row: frappe._dict, payment: frappe._dict, back: Back, now: int) -> None:
	is_news = row.status != FAILED and back.status == FAILED
	if (row.status, row.external_id or "", row.amount_minor) != (back.status, back.external_id, back.amount):
		_change(row, payment, back, now, external_id=back.external_id or None, amount_minor=back.amount)
	if is_news:
		# It isn't sent again by itself. A person decides that.
		payment.owed_minor = (payment.owed_minor or 0) - row.amount_minor
		records.owe({payment.name: payment.owed_minor})
		fail(refund_key(payment.name, row.number), payment.problem, now)


def _change(row: frappe._dict, payment: frappe._dict, back: Back, now: int, **fields: str | int | None) -> None:
	if row.status != back.status or fields:
		records.change_refund(row, payment.currency, now, status=back.status, **fields)
		if back.status == FAILED:
			amount = f"{to_major(row.amount_minor, payment.currency)} {payment.currency}"
			reason = back.reason or _("the payment provider gives no reason")
			payment.problem = _("{0} couldn't be paid back: {1}").format(amount, reason)
			records.note_problem(payment.name, payment.problem)


def _take_in(back: Back, shares: Sequence[frappe._dict], rows: list[frappe._dict], now: int) -> None:
	"""Store a refund that somebody has made at the provider. It takes the place of planned ones that aren't sent yet."""
	missing, reason = back.amount, records.AT_PROVIDER
	for each in shares:
		mine = [row for row in rows if row.parent == each.name and row.status != FAILED]
		left = each.amount_minor - sum(row.amount_minor for row in mine if row.status != records.PLANNED)
		# More than was paid is no refund of ours. The records say what the provider says.
		part = missing if each is shares[-1] else min(missing, max(left, 0))
		if not part:
			continue
		missing -= part
		lowered = part
		for row in (row for row in mine if row.status == records.PLANNED):
			amount = max(row.amount_minor - lowered, 0)
			lowered -= row.amount_minor - amount
			how = {} if amount else {"status": DONE, "reason": reason}
			records.change_refund(row, each.currency, now, amount_minor=amount, **how)
		records.add_refunds({each.name: part}, {each.name: each}, reason, now, back.status, back.external_id)
		rows.append(frappe._dict(parent=each.name, amount_minor=part, status=back.status))


def _owe_the_rest(shares: Sequence[frappe._dict], now: int) -> None:
	"""Plan what is still owed because a refund failed that somebody had made at the provider."""
	rest = {each.name: (each.owed_minor or 0) - (each.refunded_minor or 0) for each in shares}
	rest = {name: minor for name, minor in rest.items() if minor > 0}
	if rest:
		payments = {each.name: each for each in shares}
		reason = for_later("A refund at the provider failed.")
		plan_refunds(records.add_refunds(rest, payments, reason, now), payments, now)


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
