"""`/schedule/pay/<token>`: the attendee pays for a booking that waits for it, and comes back here.

The button leads to the provider's page. The provider leads back here with `?returned=1`, and the script and the button
"Check again" look for news with `&asks=1`. These arguments decide nothing. A person who has the link learns what is paid
for, and nothing about the attendee.
"""

from __future__ import annotations

from frappe import _

from scheduler_integration.catalogue.public import find_brand
from scheduler_integration.domains.links import local_path
from scheduler_integration.entry.limits import BOOKINGS
from scheduler_integration.entry.payments import came_back, checkout_address
from scheduler_integration.exceptions import OutsideError
from scheduler_integration.meetings.lookup import booking_by_pay_token
from scheduler_integration.meetings.payment import Amounts, PaymentFacts
from scheduler_integration.meetings.series import Series
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.guest_page import GuestPage, Heading, Visit
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.money import refund_terms
from scheduler_integration.pages.kit.people import hosts_or_page
from scheduler_integration.pages.kit.query import onward
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.spans import when_view
from scheduler_integration.payments.providers import pages_of_provider
from scheduler_integration.platform.language import counted
from scheduler_integration.platform.money import money

PAGE = GuestPage("/schedule/pay", field="pay")
_OPEN, _WAITS, _PAID, _OVER = "open", "waits", "paid", "over"


@PAGE.action("1", limit=BOOKINGS)
def _pay(visit: Visit) -> str:
	return checkout_address(visit.token)


@PAGE.view
def _view(visit: Visit) -> View:
	booking = booking_by_pay_token(visit.token, visit.now)
	returned = argument("returned") == "1" and not visit.error
	if booking.waits_for_payment and returned and argument("asks") != "1":
		came_back(visit.token)
	state = _state(booking, visit, returned)
	heading, asked = _heading(booking, state), _asked(booking)
	view: View = {
		"document": document(
			visit.visitor,
			title=heading.title,
			brand=find_brand(booking.page.slug),
			style="manage",
			script=None if state == _OVER else "pay",
			secret_address=True,
			framed=True,
			forms=pages_of_provider() if state == _OPEN else (),
		),
		"state_of_payment": state,
		"heading": heading,
		"title": booking.meeting_type.title,
		"with": hosts_or_page(booking),
		"when": _when(booking, visit),
		"amount": money(asked.paid or asked.due, asked.currency, visit.locale) if asked else None,
		"action": visit.path,
		"again": f"{visit.path}?returned=1&asks=1",
		"book_url": stay(local_path(booking.page.slug, booking.meeting_type.slug)),
		"follow_up": onward(booking.redirect_url),
		**_terms(booking, state, visit),
	}
	if isinstance(visit.error, OutsideError):
		problem = _("We can't reach the payment provider right now. Nothing was charged. Please try again.")
		view["problem"] = problem
	return view


def _state(booking: AttendeeBooking, visit: Visit, returned: bool) -> str:
	payment = booking.payment
	if not payment or booking.status in ("Cancelled", "Declined", "Expired"):
		return _OVER
	if payment.url:
		return _WAITS if returned or visit.now >= (payment.pay_until or 0) else _OPEN
	return _PAID


def _series_of(booking: AttendeeBooking) -> Series | None:
	"""Return the series that is paid for as a whole, or None."""
	return booking.series if booking.series and len(booking.series.dates) > 1 else None


def _asked(booking: AttendeeBooking) -> Amounts | PaymentFacts | None:
	"""Return what is asked for the booking, or for all dates of its series together."""
	series = _series_of(booking)
	return series.amounts if series else booking.payment


def _when(booking: AttendeeBooking, visit: Visit) -> dict:
	style, series = visit.visitor.style(booking.timezone), _series_of(booking)
	when = when_view(booking.stretches, style)
	if series:
		shown = [each for each in series.dates if each.status not in RELEASED] or series.dates
		when = when_view([(each.start, each.end) for each in shown], style)
		if len(shown) > 1:
			when["time"] = counted(_("{0} date | {0} dates"), len(shown)).format(len(shown))
	return when | {"zone": dates.zone_text(booking.start, booking.timezone, visit.locale)}


def _terms(booking: AttendeeBooking, state: str, visit: Visit) -> View:
	"""Return until when the attendee pays, what is left to pay when people meet, and what somebody gets back who cancels."""
	locale, series, payment, asked = visit.locale, _series_of(booking), booking.payment, _asked(booking)
	if state != _OPEN or not payment or not asked:
		return {}
	view: View = {"until": dates.clock_time(payment.pay_until or 0, visit.visitor.style(booking.timezone))}
	if asked.due < asked.price:
		view["rest"] = money(asked.price - asked.due, asked.currency, locale)
	if series:
		each = money(payment.due, payment.currency, locale)
		of_each = counted(_("{0} for one date. | {0} for each of {1} dates."), len(series.dates))
		view["of_each"] = of_each.format(each, len(series.dates))
		# The first date may be too soon for what the others promise.
		view["terms"] = f"{refund_terms(payment, locale, 0)} {_('This goes for each date by itself.')}"
	elif booking.can_cancel:
		view["terms"] = refund_terms(payment, locale, visit.now)
	return view


def _heading(booking: AttendeeBooking, state: str) -> Heading:
	if state == _OPEN:
		title = _("Pay to book these dates") if _series_of(booking) else _("Pay to book this time")
		return Heading("clock", title, _("We're keeping the time for you."))
	if state == _WAITS:
		text = _("This takes a few seconds. You can leave this page open.")
		return Heading("clock", _("We're checking your payment"), text)
	if state == _PAID:
		if booking.status == "Pending":
			return Heading("check", _("Paid. Your request is sent"), _("You get an e-mail with the answer."))
		return Heading("check", _("Paid. You're booked"), _("We've sent the invitation to your e-mail address."))
	if booking.status != "Expired":
		title = _("This meeting doesn't take place")
		return Heading("cross", title, _("There is nothing to pay any more."), "quiet")
	payment = booking.payment
	if payment and payment.paid:
		text = _("The time wasn't kept any more. You get all of your money back.")
		if payment.refunded < payment.paid:
			text = _("The time wasn't kept any more. Your host takes care that you get your money back.")
		return Heading("cross", _("Your payment came too late"), text, "quiet")
	return Heading("cross", _("Not paid in time"), _("The time is free again, and nothing was charged."), "quiet")
