"""Booking Payment and Payment Notice: the functions that read and write them. Nobody else does.

    Open ──paid──▶ Paid ──▶ its refunds: Planned, Sent, then Done or Failed
      └──closed──▶ Expired     nobody can pay it any more

`owed_minor` is what the attendee was promised to get back in all. A refund that somebody makes at the provider itself counts for
it, and if such a refund fails, another one is planned for the rest.

The dates of a series are paid in one checkout. Each date has a payment of its own, which is its share, so its refunds are its
own too. The first one has the checkout, and the others name it in `paid_with`:

    13 October    50 EUR, checkout of 150 EUR
    20 October    50 EUR, paid with the first
    27 October    50 EUR, paid with the first

Callers hold the booking's row, or the payment's own (`of` with `for_update`).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.payments.provider import DONE, FAILED, SENT, Back, Checkout, Notice, Order, Seen, asked_for
from scheduler_integration.payments.providers import CASH
from scheduler_integration.payments.units import to_major, to_minor
from scheduler_integration.platform.clock import stamp, to_site_time
from scheduler_integration.platform.language import for_later
from scheduler_integration.platform.sql import insert_rows, update_rows

DOCTYPE, REFUND = "Booking Payment", "Booking Payment Refund"
OPEN, PAID, EXPIRED = "Open", "Paid", "Expired"
PLANNED = "Planned"
# The reason of a refund that nobody here planned.
AT_PROVIDER = for_later("Paid back at the provider.")
_NOTICE = "Payment Notice"
DAY = 86400
# Providers repeat a notice for some days.
_NOTICE_DAYS = 30


def new(booking: Document, amount: Decimal, provider: str, **fields: Any) -> Document:
	"""Store what the booking's attendee owes, in the booking's currency, and return the payment."""
	payment = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"booking": booking.name,
			"provider": provider,
			"amount": float(amount),
			"amount_minor": to_minor(amount, booking.currency),
			"refunded_minor": 0,
			"currency": booking.currency,
			**fields,
		}
	)
	payment.flags.ignore_links = True
	# Attendees have no rights to any record, and no role may write payments by hand.
	return payment.insert(ignore_permissions=True)


def new_shares(first: Document, bookings: Collection[Document]) -> None:
	"""Store what is owed for further dates of a series, which are paid in the checkout of `first`."""
	written_at, user = stamp(), frappe.session.user
	shares = {booking.name: to_minor(booking.amount_due, booking.currency) for booking in bookings}
	rows = [
		(
			frappe.generate_hash(length=10), user, user, written_at, written_at, booking.name, first.provider, OPEN,
			float(to_major(shares[booking.name], booking.currency)), shares[booking.name], 0, booking.currency,
			first.pay_until, first.payment_gateway, first.name,
		)
		for booking in bookings
	]  # fmt: skip
	fields = (
		"name", "owner", "modified_by", "creation", "modified", "booking", "provider", "status",
		"amount", "amount_minor", "refunded_minor", "currency", "pay_until", "payment_gateway", "paid_with",
	)  # fmt: skip
	insert_rows(DOCTYPE, fields, rows)
	first.checkout_minor = first.amount_minor + sum(shares.values())
	_set(first.name, checkout_minor=first.checkout_minor)


def new_cash(booking: Document, amount: Decimal, now: int) -> Document:
	"""Store that a host took the money by hand."""
	return new(booking, amount, CASH, status=PAID, paid_at=now, paid_on=to_site_time(now))


def of(name: str, *, for_update: bool = False) -> frappe._dict:
	"""Return the fields of the payment, locked with `for_update`. Raises DoesNotExistError."""
	found = frappe.db.get_value(DOCTYPE, name, "*", as_dict=True, for_update=for_update)
	if not found:
		raise frappe.DoesNotExistError
	return found


def exists(name: str) -> bool:
	return bool(frappe.db.exists(DOCTYPE, name))


def of_bookings(bookings: Collection[str], *, status: str | None = None) -> list[frappe._dict]:
	"""Return the payments of the bookings, the oldest first. They aren't locked: their bookings' rows are."""
	filters = {"booking": ["in", list(bookings)], **({"status": status} if status else {})}
	return list(frappe.get_all(DOCTYPE, filters, ["*"], order_by="creation, name"))


def checkouts_of(bookings: Collection[str]) -> list[frappe._dict]:
	"""Return the open payments with whose checkouts the bookings are paid."""
	rows = of_bookings(bookings, status=OPEN)
	own = {row.name: row for row in rows if not row.paid_with}
	others = {row.paid_with: None for row in rows if row.paid_with and row.paid_with not in own}
	return [*own.values(), *(row for row in map(of, others) if row.status == OPEN)]


def shares_of(payment: frappe._dict) -> list[frappe._dict]:
	"""Return the payment, and those that are paid in its checkout. Asks only if there are any."""
	if not payment.checkout_minor:
		return [payment]
	return [payment, *frappe.get_all(DOCTYPE, {"paid_with": payment.name}, ["*"], order_by="creation, name")]


def named_by(ids: Collection[str]) -> list[str]:
	"""Return the names of the payments to whose checkouts these ids of a provider belong. An id may be a payment's name."""
	found: dict[str, None] = {}
	for field in ("name", "external_id", "external_payment"):
		found |= dict.fromkeys(
			frappe.get_all(DOCTYPE, {field: ["in", list(ids)], "paid_with": ["is", "not set"]}, pluck="name")
		)
	return list(found)


def refunds_of(payments: Collection[str]) -> list[frappe._dict]:
	"""Return the refunds of the payments, with the payment's name as `parent`, in their order."""
	fields = ["name", "parent", "number", "amount_minor", "amount", "status", "planned_at", "reason", "external_id"]
	return list(frappe.get_all(REFUND, {"parent": ["in", list(payments)]}, fields, order_by="parent, number"))


def note_order(payment: str, order: Order) -> None:
	"""Store what the provider is going to be asked, so that it can be asked the same again."""
	_set(payment, sent_order=json.dumps(asdict(order)))


def order_of(payment: frappe._dict) -> Order | None:
	"""Return what the provider was asked, or None if nobody has begun to pay."""
	return Order(**json.loads(payment.sent_order)) if payment.sent_order else None


def note_checkout(payment: str, checkout: Checkout) -> None:
	"""Store the page on which the attendee pays."""
	_set(payment, external_id=checkout.external_id, checkout_url=checkout.url)


def adopt(payment: frappe._dict, notice: Notice) -> None:
	"""Store which page the provider has made, if a process died before it could store that."""
	if notice.checkout and not payment.external_id and payment.status == OPEN:
		_set(payment.name, external_id=notice.checkout)


def note_authorised(payment: str, status: str) -> None:
	"""Store the payment's status at a gateway of the payments app. A payment that was given up is looked at again."""
	_set(payment, authorised_as=status)
	reopen(payment)


def reopen(payment: str) -> None:
	"""Let the payment be looked at again if it was given up."""
	if of(payment).status == EXPIRED:
		_set(payment, status=OPEN)


def note_problem(payment: str | list[str], problem: str | None) -> None:
	_set(payment, problem=problem)


def mark_paid(shares: Collection[frappe._dict], seen: Seen, now: int) -> None:
	"""Store that the money for all the shares of a checkout came. An amount that nobody owes is that of the first alone."""
	first, *others = shares
	paid = {
		"status": PAID,
		"external_payment": seen.reference or first.external_payment,
		"paid_at": now,
		"paid_on": to_site_time(now),
		"sent_order": None,
		"checkout_url": None,
	}
	if seen.amount != asked_for(first):
		amount = float(to_major(seen.amount, first.currency))
		_set(first.name, **paid, amount_minor=seen.amount, amount=amount, checkout_minor=None)
		mark_expired(others)
		return
	_set([row.name for row in shares], **paid)


def mark_expired(shares: Collection[frappe._dict]) -> None:
	"""Store that nobody can pay any more."""
	if shares:
		_set([row.name for row in shares], status=EXPIRED, sent_order=None, checkout_url=None)


def move(moved: Mapping[str, str]) -> None:
	"""Give the payments of bookings to those that take their place: the new booking's name by the former one's."""
	rows = frappe.get_all(DOCTYPE, {"booking": ["in", list(moved)]}, ["name", "booking"])
	update_rows(DOCTYPE, {row.name: {"booking": moved[row.booking]} for row in rows})


def refund_of(payment: str, number: int) -> frappe._dict | None:
	"""Return the refund of the payment with this number, or None."""
	return next((row for row in refunds_of([payment]) if row.number == number), None)


def add_refunds(
	wanted: Mapping[str, int],
	payments: Mapping[str, frappe._dict],
	reason: str,
	now: int,
	status: str = PLANNED,
	external_id: str | None = None,
) -> dict[str, int]:
	"""Store a refund of so many minor units for each payment, by name, and return the numbers of the new refunds."""
	last = {row.parent: row.number for row in refunds_of(wanted)}
	numbers = {name: last.get(name, 0) + 1 for name in wanted}
	written_at, user = stamp(), frappe.session.user
	rows = [
		(
			frappe.generate_hash(length=10), user, user, written_at, written_at, name, DOCTYPE, "refunds",
			numbers[name], numbers[name], float(to_major(amount, payments[name].currency)), amount, status, reason, now,
			to_site_time(now) if status == DONE else None, external_id,
		)
		for name, amount in wanted.items()
	]  # fmt: skip
	fields = (
		"name", "owner", "modified_by", "creation", "modified", "parent", "parenttype", "parentfield", "idx", "number",
		"amount", "amount_minor", "status", "reason", "planned_at", "done_on", "external_id",
	)  # fmt: skip
	insert_rows(REFUND, fields, rows)
	count_refunds(payments.values(), wanted)
	return numbers


def drop_refunds(payments: Collection[frappe._dict], planned_at: int) -> None:
	"""Delete the refunds that a command planned at this instant and that nobody has begun. Frees what they took."""
	names = [row.name for row in payments]
	dropped, promised = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
	for row in refunds_of(names):
		if row.status == PLANNED and row.planned_at == planned_at:
			dropped[row.parent] += row.amount_minor
		elif row.status != FAILED and row.reason != AT_PROVIDER:
			promised[row.parent] += row.amount_minor
	frappe.db.delete(REFUND, {"parent": ["in", names], "status": PLANNED, "planned_at": planned_at})
	# Refunds made at the provider counted towards the promise that is taken back. They were no promise by themselves.
	owe({row.name: min((row.owed_minor or 0) - dropped[row.name], promised[row.name]) for row in payments})
	count_refunds(payments, names)


def owe(owed: Mapping[str, int]) -> None:
	"""Store how many minor units of each payment, by name, its attendee was promised to get back in all."""
	update_rows(DOCTYPE, {name: {"owed_minor": max(0, minor)} for name, minor in owed.items()})


def change_refund(row: frappe._dict, currency: str, now: int, **fields: Any) -> None:
	"""Store new fields of a refund, such as its status, and the amounts and times that belong to them."""
	row.update(fields)
	stored = {"amount": float(to_major(row.amount_minor, currency)), **fields}
	if "status" in fields:
		stored["done_on"] = to_site_time(now) if row.status == DONE else None
	frappe.db.set_value(REFUND, row.name, stored, update_modified=False)


def count_refunds(payments: Collection[frappe._dict], names: Collection[str]) -> None:
	"""Store the sums of the refunds of these payments, also in `payments`. Those that failed don't count."""
	sums = dict.fromkeys(names, 0)
	for row in refunds_of(names):
		sums[row.parent] += row.amount_minor if row.status != FAILED else 0
	currencies = {row.name: row.currency for row in payments}
	for payment in payments:
		payment.refunded_minor = sums.get(payment.name, payment.refunded_minor)
	update_rows(
		DOCTYPE,
		{
			name: {"refunded_minor": minor, "refunded_amount": float(to_major(minor, currencies[name]))}
			for name, minor in sums.items()
		},
	)


def under_way(provider: str) -> list[frappe._dict]:
	"""Return the payments whose checkout may be open at the provider, or that it has still to pay back, the oldest first.

	If the answer to an order was lost, `external_id` is empty: there may be a checkout all the same.
	"""
	payment, refund = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType(REFUND)
	moving = frappe.qb.from_(refund).select(refund.parent).where(refund.status.isin([PLANNED, SENT]))
	query = (
		frappe.qb.from_(payment).select(payment.name, payment.booking, payment.external_id).orderby(payment.creation)
	)
	query = query.where((payment.provider == provider) & ((payment.external_id != "") | (payment.sent_order != "")))
	return list(query.where((payment.status == OPEN) | payment.name.isin(moving)).run(as_dict=True))


def latest_checkout(provider: str) -> str | None:
	"""Return the id of the newest checkout that is known at the provider, or None."""
	wanted = {"provider": provider, "external_id": ["is", "set"]}
	return next(iter(frappe.get_all(DOCTYPE, wanted, pluck="external_id", order_by="creation desc", limit=1)), None)


def differing(backs: Collection[Back]) -> set[str]:
	"""Return the names of the payments of which the provider has refunds that aren't stored like this."""
	intents = {each.reference for each in backs if each.reference}
	paid = {"external_payment": ["in", list(intents) or [""]]}
	payments = frappe.get_all(DOCTYPE, paid, ["name", "external_payment", "paid_with"])
	stored = {row.external_id: row.status for row in refunds_of([row.name for row in payments] or [""])}
	# One that failed before anybody here knew of it changes nothing.
	changed = {each.reference for each in backs if stored.get(each.external_id, FAILED) != each.status}
	return {row.paid_with or row.name for row in payments if row.external_payment in changed}


def is_new(notice: Notice, provider: str, now: int) -> bool:
	"""Store the notice, and return whether it is the first time.

	Another request with the same notice waits meanwhile, is refused by the index, and finds the notice when it is run again.
	"""
	seen = frappe.db.exists(_NOTICE, {"event": notice.event})
	if not seen:
		fields = ("name", "event", "provider", "kind", "received_at", "creation", "modified")
		row = (frappe.generate_hash(length=10), notice.event, provider, notice.kind, now, stamp(), stamp())
		insert_rows(_NOTICE, fields, [row])
	return not seen


def forget_notices(now: int) -> None:
	"""Delete the notices that no provider repeats any more."""
	frappe.db.delete(_NOTICE, {"received_at": ["<", now - _NOTICE_DAYS * DAY]})


def forget_people(bookings: Collection[str]) -> None:
	"""Erase who was asked to pay. The amounts stay: they belong to the accounts."""
	frappe.db.set_value(DOCTYPE, {"booking": ["in", list(bookings)]}, {"sent_order": None, "checkout_url": None})


def _set(payment: str | list[str], **fields: Any) -> None:
	frappe.db.set_value(DOCTYPE, {"name": ["in", payment]} if isinstance(payment, list) else payment, fields)
