"""Methods for hosts and managers: who waits for a time of their meeting types, in which order, and with which offer."""

from typing import Any

import frappe

from scheduler_integration.api import serialise_waitlist as serialise
from scheduler_integration.api.answer import json_endpoint
from scheduler_integration.api.signed_in import signed_in_host
from scheduler_integration.catalogue.lookup import find_hosted
from scheduler_integration.parsing.fields import parse_instant_of, parse_json, parse_name
from scheduler_integration.platform import clock
from scheduler_integration.waitlist import by_host
from scheduler_integration.waitlist.listing import lists_of, own_lists

# The method `list` below hides the type.
LIST = list


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def list(meeting_type=None) -> dict[str, Any]:
	"""Return the waitlists of the caller's meeting types, or the one of `meeting_type`, which is an id."""
	signed_in_host()
	if meeting_type not in (None, ""):
		return {"waitlists": [_waitlist(parse_name(meeting_type))]}
	return {"waitlists": [serialise.waitlist(each) for each in own_lists(clock.now())]}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def reorder(meeting_type=None, entries=None) -> dict[str, Any]:
	"""Bring those who wait into the order of `entries`, a list of ids. Return the waitlist."""
	signed_in_host()
	names = [parse_name(each) for each in parse_json("entries", entries, LIST) or ()]
	by_host.reorder_waitlist(parse_name(meeting_type), names, clock.now())
	return _waitlist(parse_name(meeting_type))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def offer_by_hand(entry=None, start=None) -> dict[str, Any]:
	"""Offer the time at `start` to somebody, whatever their place and wishes. Return the waitlist."""
	signed_in_host()
	by_host.offer_by_hand(parse_name(entry), parse_instant_of("start", start), clock.now())
	return _waitlist_of(entry)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def withdraw_offer(entry=None) -> dict[str, Any]:
	"""Take back the offer that somebody has. Return the waitlist."""
	signed_in_host()
	by_host.withdraw_offer(parse_name(entry), clock.now())
	return _waitlist_of(entry)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def take_off(entry=None) -> dict[str, Any]:
	"""Let somebody wait no longer. Return the waitlist."""
	signed_in_host()
	by_host.take_off_waitlist(parse_name(entry), clock.now())
	return _waitlist_of(entry)


def _waitlist_of(entry: str) -> dict[str, Any]:
	return _waitlist(frappe.db.get_value("Waitlist Entry", entry, "meeting_type"))


def _waitlist(meeting_type: str) -> dict[str, Any]:
	[found] = lists_of([find_hosted(meeting_type)], clock.now())
	return serialise.waitlist(found)
