"""`/schedule/your-data`: a person reads, corrects and erases what is held about them.

Each step is a form that is posted. The address of the page never has the person's address, code or ticket.
"""

import frappe

from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.limits import REQUESTS, count_request
from scheduler_integration.entry.your_data import (
	ask_for_code,
	correct_held,
	erase_held,
	parse_address,
	read_held,
	ticket_for,
)
from scheduler_integration.exceptions import LinkExpired, SchedulingError
from scheduler_integration.pages.kit.respond import argument, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.your_data import Step, asked_view, code_view, erased_view, held_view

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	step = _STEPS.get(argument("action")) if submitted() else None
	return step() if step else asked_view(current_visitor(), Step())


def _ask() -> dict:
	typed, visitor = argument("address"), current_visitor()
	try:
		with refusals():
			address = parse_address(typed)
			form = ask_for_code(address)
	except SchedulingError as error:
		return asked_view(visitor, Step(error, typed))
	return code_view(visitor, Step(typed=address), form)


def _open() -> dict:
	visitor, address, form = current_visitor(), parse_address(argument("address")), argument("form")
	try:
		with refusals():
			ticket = ticket_for(address, form, argument("code"))
	except SchedulingError as error:
		return code_view(visitor, Step(error, address), form)
	return held_view(visitor, ticket, read_held(ticket), Step())


def _correct() -> dict:
	visitor, ticket = current_visitor(), argument("ticket")
	try:
		with refusals():
			changed = correct_held(ticket, frappe.form_dict)
	except LinkExpired as error:
		return asked_view(visitor, Step(error))
	except SchedulingError as error:
		return held_view(visitor, ticket, read_held(ticket), Step(error))
	return held_view(visitor, ticket, read_held(ticket), Step(changed=changed))


def _erase() -> dict:
	visitor, ticket = current_visitor(), argument("ticket")
	try:
		with refusals():
			return erased_view(visitor, erase_held(ticket))
	except SchedulingError as error:
		return asked_view(visitor, Step(error))


_STEPS = {"code": _ask, "open": _open, "correct": _correct, "erase": _erase}
