"""The page on which an attendee pays. Whoever has its link learns what is paid for, and nothing about the attendee."""

from __future__ import annotations

from urllib.parse import urlsplit

from frappe import _

from scheduler_integration.catalogue.public import Brand
from scheduler_integration.domains.links import local_path
from scheduler_integration.exceptions import OutsideError, SchedulingError
from scheduler_integration.meetings.payment import Amounts, PaymentFacts
from scheduler_integration.meetings.series import Series
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.money import refund_terms
from scheduler_integration.pages.kit.people import names
from scheduler_integration.pages.kit.query import web_address
from scheduler_integration.pages.kit.spans import when_view
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.payments.providers import pages_of_provider
from scheduler_integration.platform.money import money

OPEN, WAITS, PAID, OVER = "open", "waits", "paid", "over"


def paying_view(
	booking: AttendeeBooking,
	brand: Brand | None,
	visitor: Visitor,
	path: str,
	now: int,
	*,
	returned: bool = False,
	error: SchedulingError | None = None,
) -> dict:
	"""Return the view of `/schedule/pay/<token>`. `path` is that address, `now` in epoch seconds.

	`returned`: the provider has just led the attendee back. `error` is why the payment couldn't begin.
	"""
	payment = booking.payment
	state = _state(booking, payment, now, returned)
	style = visitor.style(booking.timezone)
	heading = _heading(booking, payment, state)
	return {
		"document": document(
			visitor,
			title=heading["title"],
			brand=brand,
			style="manage",
			script=None if state == OVER else "pay",
			secret_address=True,
			framed=True,
			forms=pages_of_provider() if state == OPEN else (),
		),
		"state_of_payment": state,
		"heading": heading,
		"title": booking.meeting_type.title,
		"with": ", ".join(names(booking.hosts)) or booking.page.title,
		"when": {
			**(_when_of_series(booking, style) or when_view(booking.stretches, style)),
			"zone": dates.zone_text(booking.start, booking.timezone, visitor.locale),
		},
		"amount": _amount(booking, visitor),
		"paid": _("{0} paid").format(_amount(booking, visitor)) if state == PAID else None,
		"of_each": _of_each(booking, visitor) if state == OPEN else None,
		"rest": _rest(booking, visitor) if state == OPEN else None,
		"until": _until(payment, visitor, booking.timezone) if payment and state == OPEN else None,
		"terms": _terms(booking, visitor, now)
		if state == OPEN and (booking.can_cancel or _series_of(booking))
		else None,
		"problem": _problem(error) if error else None,
		"action": path,
		"again": f"{path}?returned=1&asks=1",
		"book_url": stay(local_path(booking.page.slug, booking.meeting_type.slug)) if state in (OPEN, OVER) else None,
		"follow_up": _follow_up(booking) if state == PAID else None,
		"csrf_token": csrf_token(),
	}


def _state(booking: AttendeeBooking, payment: PaymentFacts | None, now: int, returned: bool) -> str:
	if not payment or booking.status in ("Cancelled", "Declined", "Expired"):
		return OVER
	if payment.url:
		return WAITS if returned or now >= (payment.pay_until or 0) else OPEN
	return PAID


def _heading(booking: AttendeeBooking, payment: PaymentFacts | None, state: str) -> dict[str, str]:
	if state == OPEN:
		title = _("Pay to book these dates") if _series_of(booking) else _("Pay to book this time")
		return _head("clock", title, _("We're keeping the time for you."))
	if state == WAITS:
		return _head(
			"clock", _("We're checking your payment"), _("This takes a few seconds. You can leave this page open.")
		)
	if state == PAID and booking.status == "Pending":
		return _head("check", _("Paid. Your request is sent"), _("You get an e-mail with the answer."))
	if state == PAID:
		return _head("check", _("Paid. You're booked"), _("We've sent the invitation to your e-mail address."))
	if payment and payment.paid and booking.status == "Expired":
		text = _("The time wasn't kept any more. You get all of your money back.")
		if payment.refunded < payment.paid:
			text = _("The time wasn't kept any more. Your host takes care that you get your money back.")
		return _head("cross", _("Your payment came too late"), text, "quiet")
	if booking.status == "Expired":
		text = _("The time is free again, and nothing was charged.")
		return _head("cross", _("Not paid in time"), text, "quiet")
	return _head("cross", _("This meeting doesn't take place"), _("There is nothing to pay any more."), "quiet")


def _head(icon: str, title: str, text: str, mood: str = "good") -> dict[str, str]:
	return {"icon": icon, "title": title, "text": text, "mood": mood}


def _series_of(booking: AttendeeBooking) -> Series | None:
	"""Return the series that is paid for as a whole, or None."""
	return booking.series if booking.series and len(booking.series.dates) > 1 else None


def _when_of_series(booking: AttendeeBooking, style: dates.TimeStyle) -> dict | None:
	series = _series_of(booking)
	if not series:
		return None
	dates = [each for each in series.dates if each.status not in RELEASED] or series.dates
	when = when_view([(each.start, each.end) for each in dates], style)
	return {**when, "time": _("{0} times").format(len(dates))} if len(dates) > 1 else when


def _asked(booking: AttendeeBooking) -> Amounts | PaymentFacts | None:
	"""Return what is asked for the booking, or for all dates of its series together."""
	series = _series_of(booking)
	return series.amounts if series else booking.payment


def _amount(booking: AttendeeBooking, visitor: Visitor) -> str | None:
	asked = _asked(booking)
	return money(asked.paid or asked.due, asked.currency, visitor.locale) if asked else None


def _of_each(booking: AttendeeBooking, visitor: Visitor) -> str | None:
	"""Return what each date of a series costs."""
	series, payment = _series_of(booking), booking.payment
	if not series or not payment:
		return None
	each = money(payment.due, payment.currency, visitor.locale)
	return _("{0} for each of {1} dates.").format(each, len(series.dates))


def _terms(booking: AttendeeBooking, visitor: Visitor, now: int) -> str | None:
	if not booking.payment:
		return None
	if not _series_of(booking):
		return refund_terms(booking.payment, visitor.locale, now)
	# The first date may be too soon for what the others promise.
	return f"{refund_terms(booking.payment, visitor.locale, 0)} {_('This goes for each date by itself.')}"


def _rest(booking: AttendeeBooking, visitor: Visitor) -> str | None:
	"""Return what is paid when people meet, or None if all is paid now."""
	asked = _asked(booking)
	if not asked or asked.due >= asked.price:
		return None
	return money(asked.price - asked.due, asked.currency, visitor.locale)


def _until(payment: PaymentFacts, visitor: Visitor, zone: str) -> str:
	return dates.clock_time(payment.pay_until or 0, visitor.style(zone))


def _problem(error: SchedulingError) -> str:
	if isinstance(error, OutsideError):
		return _("We can't reach the payment provider right now. Nothing was charged. Please try again.")
	return error.message


def _follow_up(booking: AttendeeBooking) -> dict[str, str] | None:
	address = web_address(booking.redirect_url)
	return {"url": address, "host": urlsplit(address).hostname or ""} if address else None
