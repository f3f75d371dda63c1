"""`/schedule/pay/<token>`: the attendee pays for a booking that waits for it, and comes back here.

The button leads to the provider's page. `?returned=1` is where the provider leads back to, and `&asks=1` where the script and
the button "Check again" look for news. What these arguments say decides nothing.
"""

from urllib.parse import quote

import frappe

from scheduler_integration.catalogue.public import find_brand
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.limits import BOOKINGS, REQUESTS, count_request
from scheduler_integration.entry.payments import came_back, checkout_address
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.lookup import booking_by_pay_token
from scheduler_integration.pages.kit.respond import argument, chosen_in_form, redirection, respond
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.pay import paying_view
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	token = argument("token")
	path = f"/schedule/pay/{quote(token, safe='')}"
	error = _pay(token) if chosen_in_form("pay") else None
	booking = booking_by_pay_token(token, now())
	returned = argument("returned") == "1" and not error
	if returned and argument("asks") != "1" and booking.payment and booking.payment.url:
		came_back(token)
	view = paying_view(
		booking, find_brand(booking.page.slug), current_visitor(), path, now(), returned=returned, error=error
	)
	return view | {"status": error.http_status_code if error else 200}


def _pay(token: str) -> SchedulingError | None:
	"""Redirect to the provider's page. Returns the error if that isn't possible."""
	try:
		with refusals():
			count_request(BOOKINGS)
			address = checkout_address(token)
	except SchedulingError as error:
		return error
	raise redirection(address)
