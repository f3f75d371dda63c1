"""`/schedule/manage/<token>`: the attendee sees and cancels a booking. `?booked=1` or `?moved=1` shows it as the confirmation."""

from urllib.parse import quote

import frappe

from scheduler_integration.catalogue.public import find_brand
from scheduler_integration.clock import now
from scheduler_integration.doors.commands import cancel_for_attendee
from scheduler_integration.doors.errors import refusals
from scheduler_integration.doors.limits import REQUESTS, count_request
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.lookup import booking_by_token
from scheduler_integration.pages.kit.respond import argument, redirection, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.manage import managing_view
from scheduler_integration.parsing.fields import parse_reason

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	token = argument("token")
	path = f"/schedule/manage/{quote(token, safe='')}"
	error = _cancel(token, path) if submitted() else None
	booking = booking_by_token(token, now())
	news = next((each for each in ("booked", "moved") if argument(each) == "1"), "")
	view = managing_view(booking, find_brand(booking.page.slug), current_visitor(), path, news, error and error.message)
	return view | {"status": error.http_status_code if error else 200}


def _cancel(token: str, path: str) -> SchedulingError | None:
	"""Cancel the booking and redirect to its page. Returns the error if the cancellation is refused."""
	try:
		with refusals():
			cancel_for_attendee(token, parse_reason(argument("reason")))
	except SchedulingError as error:
		return error
	raise redirection(path)
