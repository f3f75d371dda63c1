"""What people may do with bookings, by whichever door: each command is a whole transaction, tried again if it loses a race."""

from typing import Any

import frappe
from frappe import _

from scheduler_integration import bookings, clock
from scheduler_integration.doors.limits import BOOKINGS, limited
from scheduler_integration.exceptions import InvalidRequest

# What hosts and managers may do, by the name that API and page send.
ACTIONS = ("cancel", "cancel_for_all", "confirm", "decline", "reassign")


@limited(BOOKINGS)
def book_for_guest(payload: dict[str, Any]) -> dict[str, Any]:
	"""Books for a visitor, who need not be signed in; `payload` as `public.book` takes it."""
	refuse_robots(payload)
	return bookings.retried(lambda: bookings.book(payload, clock.now()))


def cancel_for_guest(token: object, reason: object) -> dict[str, Any]:
	"""Cancels for whoever has the manage link."""
	return bookings.retried(lambda: bookings.cancel_by_token(token, reason, clock.now()))


def act(action: object, name: object, reason: object = None, **reassignment: Any) -> dict[str, Any]:
	"""Does one of ACTIONS to a booking as the signed-in host or manager.

	`reassignment` holds `host`, `replaces` and `force`, as `bookings.reassign` takes them. Raises InvalidRequest for any other
	action, and what the command raises.
	"""
	if not isinstance(action, str) or action not in ACTIONS:
		raise InvalidRequest(details={"action": _("Must be one of: {0}.").format(", ".join(ACTIONS))})
	return bookings.retried(lambda: _command(action, name, reason, reassignment))


def _command(action: str, name: object, reason: object, reassignment: dict[str, Any]) -> dict[str, Any]:
	now = clock.now()
	if action == "reassign":
		return bookings.reassign(name, now=now, **reassignment)
	if action == "confirm":
		return bookings.confirm(name, now)
	if action == "decline":
		return bookings.decline(name, reason, now)
	return bookings.cancel_by_host(name, reason, now, for_all=action == "cancel_for_all")


def refuse_robots(payload: dict[str, Any]) -> None:
	"""Raises InvalidRequest for a robot: people don't see the field `website`, and robots fill in everything they find."""
	if payload.get("website") and frappe.get_cached_doc("Scheduler Settings").captcha_mode == "Honeypot":
		raise InvalidRequest(_("This could not be booked. Please reload the page and try again."))
