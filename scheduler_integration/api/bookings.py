"""Methods for hosts and managers: read and change bookings, and check a calendar."""

from typing import Any

import frappe
from frappe import _

from scheduler_integration import clock
from scheduler_integration.api import serialise
from scheduler_integration.api.answer import json_endpoint
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.availability.conflicts import find_conflicts
from scheduler_integration.doors.commands import act, parse_command
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings import lookup
from scheduler_integration.parsing.fields import (
	parse_choice,
	parse_instants,
	parse_json,
	parse_name,
	parse_whole_number,
)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def list(when=None, limit=None, offset=None) -> dict[str, Any]:
	"""Return the signed-in host's `upcoming` (default) or `past` bookings."""
	user = signed_in()
	count = parse_whole_number("limit", limit) or 50
	skip = parse_whole_number("offset", offset) or 0
	if count < 1 or skip < 0:
		raise InvalidRequest(_("The limit must be 1 or more, and the offset 0 or more."))
	if when not in (None, "", "upcoming", "past"):
		raise InvalidRequest(details={"when": _("This must be “upcoming” or “past”.")})
	found = lookup.list_for_host(user, clock.now(), past=when == "past", limit=count, offset=skip)
	return {"bookings": [serialise.host_booking(each) for each in found]}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def get(name=None) -> dict[str, Any]:
	"""Return one booking."""
	signed_in()
	return serialise.host_booking(lookup.get_for_host(parse_name(name), clock.now()))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def update(
	name=None,
	action=None,
	reason=None,
	host=None,
	replaces=None,
	force=None,
	start=None,
	duration=None,
	gives_back=None,
	guests=None,
) -> dict[str, Any]:
	"""Run a command on the booking and return it.

	`action` is `confirm`, `decline`, `cancel`, `cancel_for_all` (every booking of the session), `complete`, `no_show`,
	`reschedule` or `reschedule_for_all` to `start`, `ask_to_reschedule`, `guests`, or, for managers, `reassign` to `host`.
	"""
	signed_in()
	people = parse_json("guests", guests, list)
	command = parse_command(
		action,
		name,
		reason,
		host,
		replaces,
		force,
		start=start,
		duration=duration,
		gives_back=gives_back,
		guests=people,
	)
	return serialise.host_booking(act(command))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def check_conflicts(start=None, end=None, host=None, booking=None) -> dict[str, Any]:
	"""Return the entries of a host's calendar between two instants, and other times that are free."""
	user = signed_in()
	since, until = parse_instants(start=start, end=end)
	check = find_conflicts(since, until, parse_choice("host", host) or user, parse_name(booking) or None, clock.now())
	return serialise.calendar_check(check)
