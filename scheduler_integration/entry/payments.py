"""Leads attendees to the page on which they pay, and takes the notices of providers."""

import frappe

from scheduler_integration import bookings
from scheduler_integration.exceptions import PaymentOver
from scheduler_integration.payments import records
from scheduler_integration.payments.provider import Checkout
from scheduler_integration.payments.providers import provider
from scheduler_integration.payments.providers.stripe import read_notice
from scheduler_integration.platform import clock

LARGEST_NOTICE = 256 * 1024


def checkout_address(token: str) -> str:
	"""Return the address of the provider's page for the payment link with this token.

	Commits before it asks the provider: if this process dies meanwhile, others know that there may be a page. This is the one
	request to another system for which an attendee waits, because it is what their click asks for. Raises BookingNotFound,
	PaymentOver and OutsideError.
	"""
	begun = bookings.begin_payment(token, clock.now())
	if isinstance(begun, Checkout):
		return begun.url
	frappe.db.commit()
	checkout = provider(records.of(begun.payment).provider).open(begun)
	bookings.note_checkout(begun.payment, checkout)
	if not checkout.url:
		# Somebody has paid on it already.
		raise PaymentOver
	return checkout.url


def came_back(token: str) -> None:
	"""Ask soon whether the attendee has paid, who has just come back from the provider's page."""
	bookings.look_soon(token, clock.now())
	# The page is opened with GET, which stores nothing otherwise.
	frappe.local.flags.commit = True


def take_stripe_notice() -> bool:
	"""Take the notice in this request. Returns False if it was taken before. Raises SignatureRefused."""
	now = clock.now()
	if (frappe.request.content_length or 0) > LARGEST_NOTICE:
		return False
	notice = read_notice(frappe.request.get_data(cache=True), frappe.request.headers.get("Stripe-Signature", ""), now)
	return bookings.heed_notice(notice, "Stripe", now)
