"""`/schedule/manage/<token>`: the attendee sees a booking, cancels it, and adds or removes guests.

`?booked=1`, `?moved=1` or `?invited=1` shows it as the confirmation. `?cancel=1`, `?guests=1` and `?sooner=1` open the form for that, and
`?reschedule=1` leads to the page with other times. `?coming=1` asks nothing but whether the attendee is coming; a script presses its
button. Opening an address changes nothing, because mail programs do it too.
"""

from urllib.parse import quote

import frappe
from frappe import _

from scheduler_integration.catalogue.public import find_brand
from scheduler_integration.entry.admission import confirm_attendee
from scheduler_integration.entry.commands import (
	cancel_for_attendee,
	parse_guests_of,
	parse_scope,
	reconfirm_for_attendee,
	update_guests_for_attendee,
)
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.limits import BOOKINGS, REQUESTS, count_request
from scheduler_integration.entry.waitlist import wait_for_earlier
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.meetings.lookup import booking_by_token
from scheduler_integration.pages.kit.embedding import embedded, stay
from scheduler_integration.pages.kit.fields import split_addresses
from scheduler_integration.pages.kit.query import local_address
from scheduler_integration.pages.kit.respond import argument, chosen_in_form, redirection, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.manage import NEWS, PANELS, Asked, Attempt, managing_view, move_url
from scheduler_integration.pages.waiting.when import typed_when
from scheduler_integration.parsing.fields import parse_reason
from scheduler_integration.platform.clock import now
from scheduler_integration.waitlist.requests import WaitPayload
from scheduler_integration.waitlist.shown import earlier_of

no_cache = 1
sitemap = 0

_ACTIONS = ("cancel", "code", "coming", "guests", "send_code", "sooner")


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	token = argument("token")
	path = f"/schedule/manage/{quote(token, safe='')}"
	attempt = _act(token, path) if chosen_in_form("action") and argument("action") in _ACTIONS else Attempt()
	booking = booking_by_token(token, now())
	if booking.payment and booking.payment.url and argument("booked") and not submitted():
		# It is booked as soon as it is paid. The script of that page leads back here then: only this browser may know this address.
		raise redirection(f"{stay(local_address(booking.payment.url) or path)}#{path}", 302)
	if argument("reschedule") and booking.can_reschedule and not submitted():
		raise redirection(move_url(booking, path), 302)
	brand, earlier = find_brand(booking.page.slug), earlier_of(booking, now())
	view = managing_view(booking, brand, current_visitor(), path, _asked(), attempt, earlier)
	return view | {"status": attempt.error.http_status_code if attempt.error else 200}


def _asked() -> Asked:
	news = next((each for each in NEWS if argument(each) == "1"), "")
	panel = next((each for each in PANELS if argument(each)), "") if not submitted() else ""
	invited = tuple(int(each) for each in argument("who").split(".") if each.isdecimal() and len(each) < 3)
	return Asked(now(), news, invited, panel)


def _act(token: str, path: str) -> Attempt:
	"""Cancel the booking or change its guests, and redirect to its page. Returns an Attempt if that is refused."""
	action, news = argument("action"), ""
	changes_guests = action == "guests"
	try:
		with refusals():
			if action in ("code", "send_code"):
				news = _confirm_address(token, action)
			elif action == "coming":
				reconfirm_for_attendee(token)
				news = "?coming=1"
			elif action == "sooner":
				count_request(BOOKINGS)
				wait_for_earlier(token, WaitPayload.of(typed_when(frappe.request.form)))
				news = "#sooner"
			elif changes_guests:
				# Each added guest gets an invitation, so this counts like a booking.
				count_request(BOOKINGS)
				news = f"?invited=1{_change_guests(token)}"
			else:
				cancel_for_attendee(token, parse_reason(argument("reason")), parse_scope(argument("scope")))
				news = "?cancelled=1" if embedded() else ""
	except SchedulingError as error:
		if action == "code":
			return Attempt(error, is_about_code=True)
		if action == "sooner":
			return Attempt(error, when=typed_when(frappe.request.form))
		return Attempt(error, argument("guests"), changes_guests)
	raise redirection(stay(path + news))


def _confirm_address(token: str, action: str) -> str:
	"""Send a code, or confirm the address with the one that was typed. Returns the argument for what just happened."""
	count_request(BOOKINGS)
	code = argument("code")
	if action == "code" and not code:
		raise InvalidRequest(details={"code": _("Please enter the code.")})
	confirm_attendee(token, code if action == "code" else None, now())
	return "?invited=1" if action == "code" else "?code=1#code-part"


def _change_guests(token: str) -> str:
	"""Change the guests. Returns the argument with the positions of those who are new: their addresses aren't for logs."""
	guests = parse_guests_of(split_addresses(argument("guests")))
	before = {guest.lower() for guest in booking_by_token(token, now()).guests}
	after = update_guests_for_attendee(token, guests).guests
	new = [str(place) for place, guest in enumerate(after) if guest.lower() not in before]
	return f"&who={'.'.join(new)}" if new else ""
