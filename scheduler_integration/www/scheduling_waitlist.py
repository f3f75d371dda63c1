"""`/scheduling/waitlist`: hosts see who waits, change the order, and offer a time by hand.

`?entry=` names somebody to whom a time is to be offered. The forms send an `order` of entries with the meeting `type`, and with
`move` if there is no script; or `action`: `offer` (with `entry` and `start`), `withdraw` or `remove` (with `entry`), `on` or
`off` (with `type`).
"""

from collections.abc import Callable, Sequence

import frappe
from frappe import _

from scheduler_integration import bookings
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue.edit_types import switch_waitlist
from scheduler_integration.entry import waitlist_by_host
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.host.ordering import wanted_order
from scheduler_integration.pages.host.waitlist import PATH, Offering, WaitlistPage, waitlist_view
from scheduler_integration.pages.kit.query import read_instant
from scheduler_integration.pages.kit.respond import argument, respond_to_host, submitted
from scheduler_integration.pages.kit.saving import Saved, answer_form, toast_of
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.platform.clock import now
from scheduler_integration.waitlist.listing import Waitlist, own_lists

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond_to_host(context, _view, sign_in_for=lambda: PATH)


def _view() -> dict:
	error = answer_form(_act, PATH, _sentences()) if submitted() else None
	lists = own_lists(now())
	offering, problem = _offering(lists)
	error = error or problem
	page = WaitlistPage(
		house=open_house(frappe.session.user, current_visitor(), now(), PATH),
		lists=lists,
		zone=timezone_of(frappe.session.user),
		offering=offering,
		error=error,
	)
	return {**waitlist_view(page), "toast": toast_of(_sentences()), "status": error.http_status_code if error else 200}


def _offering(lists: Sequence[Waitlist]) -> tuple[Offering | None, SchedulingError | None]:
	"""Return the form for the person whom the address names, or why they can't be offered a time."""
	if submitted() and argument("action") != "offer":
		return None, None
	name = argument("entry")
	line = next((line for each in lists for line in each.lines if line.entry.name == name), None)
	if not line or line.offer:
		return None, None
	try:
		with refusals():
			return Offering(line, bookings.times_to_offer(name, now()), read_instant(argument("start"))), None
	except SchedulingError as error:
		return None, error


def _act() -> Saved:
	if names := frappe.request.form.getlist("order"):
		waitlist_by_host.reorder(argument("type"), wanted_order(names, argument("move")))
		return Saved("ordered")
	if argument("action") not in _COMMANDS:
		raise InvalidRequest
	return _COMMANDS[argument("action")]()


def _offer() -> Saved:
	start = read_instant(argument("start"))
	if start is None:
		raise InvalidRequest(_("Choose a time."))
	waitlist_by_host.offer_by_hand(argument("entry"), start)
	return Saved("offered")


def _withdraw() -> Saved:
	waitlist_by_host.withdraw_offer(argument("entry"))
	return Saved("withdrawn")


def _remove() -> Saved:
	waitlist_by_host.take_off(argument("entry"))
	return Saved("removed")


def _switch(is_on: bool) -> Saved:
	switch_waitlist(argument("type"), is_on)
	return Saved("on" if is_on else "off")


_COMMANDS: dict[str, Callable[[], Saved]] = {
	"offer": _offer,
	"withdraw": _withdraw,
	"remove": _remove,
	"on": lambda: _switch(True),
	"off": lambda: _switch(False),
}


def _sentences() -> dict[str, str]:
	return {
		"ordered": _("The order is saved."),
		"offered": _("The time is offered, and held until the person answers."),
		"withdrawn": _("The offer is taken back."),
		"removed": _("The person doesn't wait any more."),
		"on": _("People can join the waitlist now."),
		"off": _("The waitlist is switched off. Those who wait keep their places."),
	}
