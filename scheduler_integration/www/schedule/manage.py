"""`/schedule/manage/<token>`: the attendee sees a booking, cancels it, and adds or removes guests.

`?booked=1`, `?moved=1` or `?invited=1` shows it as the confirmation.
"""

from urllib.parse import quote

import frappe

from scheduler_integration.catalogue.public import find_brand
from scheduler_integration.entry.commands import cancel_for_attendee, parse_guests_of, update_guests_for_attendee
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.limits import BOOKINGS, REQUESTS, count_request
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.lookup import booking_by_token
from scheduler_integration.pages.kit.fields import split_addresses
from scheduler_integration.pages.kit.respond import argument, redirection, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.manage import NEWS, Attempt, managing_view
from scheduler_integration.parsing.fields import parse_reason
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	token = argument("token")
	path = f"/schedule/manage/{quote(token, safe='')}"
	error = _act(token, path) if submitted() else None
	booking = booking_by_token(token, now())
	news = next((each for each in NEWS if argument(each) == "1"), "")
	attempt = Attempt(error, argument("guests")) if error else Attempt()
	view = managing_view(booking, find_brand(booking.page.slug), current_visitor(), path, news, attempt)
	return view | {"status": error.http_status_code if error else 200}


def _act(token: str, path: str) -> SchedulingError | None:
	"""Cancel the booking or change its guests, and redirect to its page. Returns the error if that is refused."""
	changes_guests = argument("action") == "guests"
	try:
		with refusals():
			if changes_guests:
				# Each added guest gets an invitation, so this counts like a booking.
				count_request(BOOKINGS)
				update_guests_for_attendee(token, parse_guests_of(split_addresses(argument("guests"))))
			else:
				cancel_for_attendee(token, parse_reason(argument("reason")))
	except SchedulingError as error:
		return error
	raise redirection(f"{path}?invited=1" if changes_guests else path)
