"""`/schedule/waitlist/<token>`: somebody who waits sees their place, takes or passes an offer, changes when they have time, leaves.

`?change=1` and `?leave=1` open the form for that. Opening an address changes nothing, because mail programs do it too. Those
that leave a list by one click (RFC 8058) send a form to the address with `?leave=1`.
"""

from urllib.parse import quote, urlsplit

import frappe

from scheduler_integration.catalogue.public import find_brand
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.limits import BOOKINGS, REQUESTS, count_request
from scheduler_integration.entry.waitlist import change_wait, leave_waitlist, pass_offer, take_offer
from scheduler_integration.exceptions import PaymentOpen, SchedulingError
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.respond import argument, chosen_in_form, redirection, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.waiting.entry import CHANGE, LEAVE, Asked, Attempt, waiting_view
from scheduler_integration.pages.waiting.when import typed_when
from scheduler_integration.parsing.waitlist import WaitPayload
from scheduler_integration.platform.clock import now
from scheduler_integration.waitlist.shown import entry_by_token

no_cache = 1
sitemap = 0

# What a mail program sends that leaves a list by one click.
_ONE_CLICK = "List-Unsubscribe"
_TAKE, _PASS = "take", "pass"


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	token = argument("token")
	path = f"/schedule/waitlist/{quote(token, safe='')}"
	attempt = _act(token, path, action) if (action := _action()) else Attempt()
	shown = entry_by_token(token, now())
	panel = next((each for each in (CHANGE, LEAVE) if argument(each)), "") if not submitted() else ""
	asked = Asked(now(), panel if shown.is_waiting else "", argument("changed") == "1", argument("passed") == "1")
	return waiting_view(shown, find_brand(shown.page.slug), current_visitor(), path, asked, attempt)


def _action() -> str:
	"""Return what was chosen in a submitted form; empty if nothing was."""
	if chosen_in_form("action") and argument("action") in (_TAKE, _PASS, CHANGE, LEAVE):
		return argument("action")
	return LEAVE if chosen_in_form(_ONE_CLICK) and argument("leave") else ""


def _act(token: str, path: str, action: str) -> Attempt:
	"""Do it, and redirect. Returns an Attempt if it is refused."""
	try:
		with refusals():
			address = _done(token, path, action)
	except PaymentOpen as error:
		address = urlsplit(error.address).path
	except SchedulingError as error:
		return Attempt(error, typed_when(frappe.request.form), action == CHANGE)
	raise redirection(stay(address))


def _done(token: str, path: str, action: str) -> str:
	"""Return the address to which doing it leads."""
	if action == _TAKE:
		count_request(BOOKINGS)
		booking = take_offer(token, argument("offer"))
		news = "moved" if booking.rescheduled_from else "booked"
		return f"{urlsplit(booking.manage_url).path}?{news}=1"
	if action == _PASS:
		pass_offer(token, argument("offer"))
		return f"{path}?passed=1"
	if action == CHANGE:
		# Each change lets a task look at the list.
		count_request(BOOKINGS)
		change_wait(token, WaitPayload.of(typed_when(frappe.request.form)))
		return f"{path}?changed=1"
	leave_waitlist(token)
	return path
