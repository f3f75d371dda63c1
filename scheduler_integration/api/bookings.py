"""Bookings, for the hosts and managers who may see them."""

from functools import partial
from typing import Any

import frappe
from frappe import _

from scheduler_integration import bookings, clock
from scheduler_integration.api.answer import answered
from scheduler_integration.api.parse import parse_flag, parse_whole_number
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.doors.contention import retried
from scheduler_integration.exceptions import InvalidRequest

ACTIONS = {
	"cancel": bookings.cancel_by_host,
	"cancel_for_all": partial(bookings.cancel_by_host, for_all=True),
	"confirm": bookings.confirm,
	"decline": bookings.decline,
}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@answered()
def list(when=None, limit=None, offset=None) -> dict[str, Any]:
	"""The signed-in host's bookings: `upcoming` (default) or `past`."""
	user = signed_in()
	count = parse_whole_number("limit", limit) or 50
	skip = parse_whole_number("offset", offset) or 0
	if count < 1 or skip < 0:
		raise InvalidRequest(_("limit and offset are counts."))
	return {"bookings": bookings.list_for_host(user, clock.now(), when or "upcoming", count, skip)}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@answered()
def get(name=None) -> dict[str, Any]:
	"""One booking."""
	signed_in()
	return bookings.get_for_host(name, clock.now())


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@answered()
def update(name=None, action=None, reason=None, host=None, replaces=None, force=None) -> dict[str, Any]:
	"""Does `action` to the booking: `cancel`, `cancel_for_all` who share its session, `confirm` or `decline`, or as a
	manager `reassign` it to `host`.
	"""
	signed_in()
	if action == "reassign":
		forced = parse_flag("force", force)
		return retried(lambda: bookings.reassign(name, host, clock.now(), replaces=replaces, force=forced))
	if not isinstance(action, str) or action not in ACTIONS:
		raise InvalidRequest(details={"action": _("Say one of: {0}.").format(", ".join((*ACTIONS, "reassign")))})
	return retried(lambda: ACTIONS[action](name, reason, clock.now()))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@answered()
def check_conflicts(start=None, end=None, host=None, booking=None) -> dict[str, Any]:
	"""What stands in a host's calendar between two instants, and what else is free."""
	user = signed_in()
	return bookings.check_conflicts(start, end, host, booking, user, clock.now())
