"""`/schedule/answer/<token>`: a host answers a request, or a proposed time, with the link in the e-mail, without signing in.

Opening the page changes nothing, because mail programs and virus scanners open links too: only its form acts.
"""

from urllib.parse import quote

import frappe

from scheduler_integration.catalogue.public import find_brand
from scheduler_integration.entry.commands import answer_for_host, answer_proposal
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.limits import REQUESTS, count_request
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.lookup import request_by_answer_token
from scheduler_integration.pages.answer import CONFIRM, DECLINE, KEEP, MOVE, answering_view
from scheduler_integration.pages.kit.respond import argument, chosen_in_form, redirection, respond
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.fields import parse_instant_of, parse_reason
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	token = argument("token")
	path = f"/schedule/answer/{quote(token, safe='')}"
	is_answer = chosen_in_form("answer") and argument("answer") in (CONFIRM, DECLINE, MOVE, KEEP)
	error = _act(token, path) if is_answer else None
	booking, zone = request_by_answer_token(token, now())
	brand = find_brand(booking.page.slug)
	wanted = DECLINE if argument("answer") == DECLINE else CONFIRM
	view = answering_view(booking, brand, current_visitor(), zone, path, wanted, error)
	return view | {"status": error.http_status_code if error else 200}


def _act(token: str, path: str) -> SchedulingError | None:
	"""Answer the request, and redirect to its page. Returns the error if that is refused."""
	try:
		with refusals():
			if argument("answer") in (MOVE, KEEP):
				answer_proposal(token, parse_instant_of("start", argument("start")), argument("answer") == MOVE)
			else:
				answer_for_host(token, argument("answer") == CONFIRM, parse_reason(argument("reason")))
	except SchedulingError as error:
		return error
	raise redirection(path)
