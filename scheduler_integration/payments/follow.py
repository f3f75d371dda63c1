"""Changes the payment after a change of its booking: a consequence, as `bookings/consequences.py` wants it."""

from collections.abc import Sequence
from decimal import Decimal

from frappe.model.document import Document

from scheduler_integration.meetings.changes import Change, Changes, Fields, Kind, bookings_of
from scheduler_integration.meetings.payment import AWAITING, NOT_PAID, payment_of
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.payments import records, refunds
from scheduler_integration.payments.plan import plan_deadline, plan_look
from scheduler_integration.payments.providers import chosen, provider
from scheduler_integration.platform.language import for_later

_ENDS = frozenset({Kind.CANCELLED, Kind.DECLINED})


def keep_payments(changes: Changes) -> dict[str, Fields]:
	"""Ask for the money of a new booking, close what nobody may pay any more, and pay back what a booking's end leaves.

	Returns each booking's new amounts, if they change. Makes no statement for bookings without a payment.
	"""
	concerned = [change for change in changes if change.booking.payment_status]
	if not concerned:
		return {}
	# Payments go to the bookings that take the place of others. If a move is taken back, they return.
	if moved := {change.moved_from.name: change.booking.name for change in concerned if change.moved_from}:
		records.move(moved)
	first = concerned[0]
	if first.kind is Kind.UNDONE:
		return _take_back(concerned)
	if first.kind is Kind.BOOKED and first.booking.payment_status == AWAITING:
		_ask_for(bookings_of(concerned), first.now)
	if not first.releases_time:
		return {}
	unpaid = [each.name for each in bookings_of(concerned) if each.payment_status in NOT_PAID]
	if unpaid and (open_ones := records.checkouts_of(unpaid)):
		# A task makes sure that nobody pays for a booking that was given up.
		plan_look(open_ones, first.now, first.now)
	return _give_back([each for each in concerned if each.booking.amount_paid and each.kind in _ENDS])


def _ask_for(bookings: Sequence[Document], now: int) -> None:
	"""Ask for the money of a booking, or of all dates of a series at once: the first one has the checkout."""
	first, *others = bookings
	payment = records.new(
		first,
		Decimal(str(first.amount_due)),
		chosen(),
		pay_until=first.pay_until,
		payment_gateway=provider(chosen()).gateway(),
	)
	if others:
		records.new_shares(payment, others)
	plan_deadline(payment, now)


def _give_back(changes: Changes) -> dict[str, Fields]:
	if not changes:
		return {}
	percents = {change.booking.name: _percent(change) for change in changes}
	if changes[0].kind is Kind.DECLINED:
		reason = for_later("The request was declined.")
	elif changes[0].by is Actor.ATTENDEE:
		reason = for_later("The attendee cancelled.")
	else:
		reason = for_later("The host cancelled.")
	refunds.give_back(percents, reason, changes[0].now)
	return refunds.amounts_of(list(percents))


def _percent(change: Change) -> int:
	if change.by is not Actor.ATTENDEE:
		return 100
	payment = payment_of(change.booking)
	return payment.percent_back(change.now) if payment else 0


def _take_back(changes: Changes) -> dict[str, Fields]:
	"""Drop the refunds of a command that a host takes back."""
	names = [change.booking.name for change in changes if change.booking.amount_paid]
	if names:
		records.drop_refunds(records.of_bookings(names, status=records.PAID), changes[0].undone_at or 0)
	return refunds.amounts_of(names) if names else {}
