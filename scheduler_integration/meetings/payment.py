"""The payment of a booking, as its record says it."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.status import OPEN, RELEASED
from scheduler_integration.meetings.tokens import pay_url

AWAITING, PAID, UNPAID = "Awaiting", "Paid", "Unpaid"
HOUR = 3600
AMOUNTS = ("price", "amount_due", "amount_paid", "amount_refunded", "currency", "payment_status")
# Nobody outside hears of these bookings.
NOT_PAID = frozenset({AWAITING, UNPAID})


@dataclass(frozen=True, slots=True)
class Amounts:
	"""The amounts asked for, paid and paid back for one date of a series, or for all its dates together, in `currency`."""

	price: float
	due: float
	paid: float
	refunded: float
	currency: str


@dataclass(frozen=True, slots=True)
class PaymentFacts(Amounts):
	"""The money that an attendee owes and has paid, in `currency`.

	`status` is an option of Booking.payment_status in lower case, such as `partly_refunded`. `due` is paid when booking, until
	`pay_until` (epoch seconds), at `url`; the rest of the price when people meet. `price` is that of all seats. An attendee
	who cancels until `full_refund_until` (epoch seconds), `notice_hours` before the start, gets everything back, and later
	`late_percent`. It is None if the attendee moved the meeting later than that: they get `late_percent` in any case.
	"""

	status: str
	pay_until: int | None
	url: str | None
	notice_hours: int
	late_percent: int
	full_refund_until: int | None

	def percent_back(self, now: int) -> int:
		"""Return the percentage that an attendee gets back who cancels at `now` (epoch seconds)."""
		in_time = self.full_refund_until is not None and now <= self.full_refund_until
		return 100 if in_time else self.late_percent


def amounts_of(rows: Iterable[frappe._dict]) -> Amounts | None:
	"""Return the amounts of these bookings together, of which each has the fields AMOUNTS; None if nothing is asked for."""
	asked = [row for row in rows if row.payment_status]
	if not asked:
		return None
	price, due, paid, refunded = (round(sum(row[field] or 0.0 for row in asked), 3) for field in AMOUNTS[:4])
	return Amounts(price, due, paid, refunded, asked[0].currency)


def waits_for_payment(booking: Document) -> bool:
	"""Whether the booking's time is kept only until its attendee has paid, or hasn't."""
	return bool(booking.payment_status == AWAITING)


def without_place(booking: Document) -> Document:
	"""Return the booking as its attendee may see it: who hasn't paid doesn't learn how to join the meeting."""
	if booking.payment_status not in NOT_PAID:
		return booking
	shown = copy(booking)
	shown.location = shown.meeting_link = shown.meeting_password = None
	return shown


def may_be_paid_by_hand(booking: Document) -> bool:
	"""Whether a host can note that something of the price came by hand."""
	is_asked_for = frappe.get_cached_value("Meeting Type", booking.meeting_type, "payment") == "Before Booking"
	left = (booking.price or 0) > (booking.amount_paid or 0) and not booking.amount_refunded
	return bool(
		left and booking.currency and booking.status not in RELEASED and (is_asked_for or booking.payment_status)
	)


def payable_there(booking: Document) -> float:
	"""Return what the attendee pays at the meeting because nothing is asked for here, in the booking's currency; 0 if nothing.

	A host who books for somebody settles the price with them.
	"""
	is_asked_for = frappe.get_cached_value("Meeting Type", booking.meeting_type, "payment") == "Before Booking"
	if is_asked_for or booking.payment_status or booking.status not in OPEN:
		return 0.0
	return (booking.price or 0.0) * (booking.seats or 1)


def payment_of(booking: Document) -> PaymentFacts | None:
	"""Return the payment of the booking, or None if nothing is asked for it."""
	if not booking.payment_status:
		return None
	waits = waits_for_payment(booking)
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	return PaymentFacts(
		booking.price or 0.0,
		booking.amount_due or 0.0,
		booking.amount_paid or 0.0,
		booking.amount_refunded or 0.0,
		booking.currency,
		booking.payment_status.lower().replace(" ", "_"),
		booking.pay_until if waits else None,
		pay_url(booking) if waits else None,
		meeting_type.refund_notice_hours or 0,
		meeting_type.late_refund_percent or 0,
		_full_refund_until(booking, meeting_type),
	)


def moves_late(booking: Document, now: int) -> bool:
	"""Whether an attendee who moves the booking at `now` (epoch seconds) could no longer cancel it for free.

	The moved booking keeps that as `moved_late`. Otherwise it would be free to move it far away and to cancel it then. A
	host who moves it, or asks for another time, takes that away.
	"""
	until = _full_refund_until(booking, frappe.get_cached_doc("Meeting Type", booking.meeting_type))
	return not booking.reschedule_asked_at and (until is None or now > until)


def _full_refund_until(booking: Document, meeting_type: Document) -> int | None:
	if booking.moved_late and not booking.reschedule_asked_at:
		return None
	return booking.starts_at - (meeting_type.refund_notice_hours or 0) * HOUR
