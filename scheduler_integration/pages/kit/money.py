"""Payments and refunds, in sentences."""

from __future__ import annotations

from babel import Locale
from babel.numbers import format_percent
from frappe import _

from scheduler_integration.meetings.payment import Amounts, PaymentFacts
from scheduler_integration.meetings.summaries import BookingSummary
from scheduler_integration.platform import lengths
from scheduler_integration.platform.money import money


def refund_terms(payment: PaymentFacts, locale: Locale, now: int) -> str:
	"""Return in words the refund of an attendee who cancels at `now` (epoch seconds) or later, without terms of the past."""
	late = format_percent(payment.late_percent / 100, locale=locale)
	if payment.percent_back(now) != 100:
		sentence = (
			_("If you cancel, you get {0} back.")
			if payment.late_percent
			else _("If you cancel, you get no money back.")
		)
		return sentence.format(late)
	if not payment.notice_hours:
		return _("If you cancel before the start, you get everything back.")
	notice = lengths.duration(payment.notice_hours * 60, locale)
	if not payment.late_percent:
		return _("If you cancel at least {0} before the start, you get everything back. Later, nothing.").format(notice)
	return _("If you cancel at least {0} before the start, you get everything back. Later, {1}.").format(notice, late)


def payment_text(booking: BookingSummary, locale: Locale) -> str | None:
	"""Return what was paid and paid back, in short: `€50.00 paid · €20.00 paid back`. None if nothing is asked for."""
	payment = booking.payment
	if booking.payable_there:
		return _("{0}, payable at the meeting").format(money(booking.payable_there, booking.currency, locale))
	if not payment:
		return None
	if booking.waits_for_payment:
		return _("Waits for the payment of {0}").format(money(payment.due, payment.currency, locale))
	if not payment.paid:
		return _("Not paid")
	parts = [_("{0} paid").format(money(payment.paid, payment.currency, locale))]
	if payment.refunded:
		parts.append(_("{0} paid back").format(money(payment.refunded, payment.currency, locale)))
	return " · ".join(parts)


def series_text(amounts: Amounts | None, waits: bool, locale: Locale) -> str | None:
	"""Return the same for all dates of a series together; None if nothing is asked for. `waits`: they aren't paid yet."""
	if not amounts or not (waits or amounts.paid):
		return None
	if waits:
		return _("All dates: {0}, paid at once").format(money(amounts.due, amounts.currency, locale))
	paid = money(amounts.paid, amounts.currency, locale)
	if not amounts.refunded:
		return _("All dates: {0} paid").format(paid)
	return _("All dates: {0} paid, {1} paid back").format(paid, money(amounts.refunded, amounts.currency, locale))


def together_text() -> str:
	"""Return why no dates can be chosen in a form about a series that isn't paid yet."""
	return _("The dates are paid together, so this is for all of them.")


def left_to_pay(booking: BookingSummary, locale: Locale, together: Amounts | None = None) -> str | None:
	"""Return the part of the price that isn't paid yet, or None. `together`: of a series that is paid for as a whole."""
	asked = together or booking.payment
	if not asked or asked.price <= asked.paid:
		return None
	return money(asked.price - asked.paid, asked.currency, locale)


def refundable(booking: BookingSummary) -> str:
	"""Return the amount that can be paid back, as a form's field has it: `30.50`."""
	payment = booking.payment
	return f"{payment.paid - payment.refunded:.3f}".rstrip("0").rstrip(".") if payment else ""


def back_after_late_move(booking: BookingSummary, now: int, locale: Locale) -> str | None:
	"""Return what an attendee who moves the meeting now gets back for cancelling it later, or None if it is everything."""
	payment = booking.payment
	if not payment or payment.paid <= payment.refunded or payment.percent_back(now) == 100:
		return None
	back = payment.paid * payment.late_percent / 100 - payment.refunded
	if back <= 0:
		return _("You move the meeting late. If you cancel it afterwards, you get no money back.")
	sentence = _("You move the meeting late. If you cancel it afterwards, you get {0} back.")
	return sentence.format(money(back, payment.currency, locale))


def back_if_cancelled(booking: BookingSummary, now: int, locale: Locale, *, of_several: bool = False) -> str | None:
	"""Return what an attendee gets back who cancels now, or None if nothing was paid. `now` is in epoch seconds.

	`of_several`: other dates of a series can be cancelled with it.
	"""
	payment = booking.payment
	if not payment or payment.paid <= payment.refunded:
		return None
	back = payment.paid * payment.percent_back(now) / 100 - payment.refunded
	sentence = _("You get {0} back.").format(money(back, payment.currency, locale))
	if back <= 0 and payment.full_refund_until is None:
		sentence = _("You get no money back, because you moved the meeting late.")
	elif back <= 0:
		sentence = _("You get no money back, because the meeting begins soon.")
	return (
		f"{sentence} {_('This is for this date. For other dates it depends on when each one begins.')}"
		if of_several
		else sentence
	)
