"""Methods for hosts and managers: booking links for one booking, until a date, or for chosen times."""

from typing import Any

import frappe

from scheduler_integration.api import serialise_catalogue as serialise
from scheduler_integration.api.answer import json_endpoint
from scheduler_integration.api.signed_in import signed_in_host
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue import edit_links
from scheduler_integration.catalogue.lookup import find_own_bookable
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.mailed_times.offer import Wish, parse_count, times_for
from scheduler_integration.meetings.link_uses import uses_of
from scheduler_integration.parsing.fields import (
	parse_choice,
	parse_field,
	parse_flag,
	parse_instant_of,
	parse_json,
	parse_name,
)
from scheduler_integration.parsing.link_fields import parse_new_link
from scheduler_integration.parsing.text import line
from scheduler_integration.parsing.zones import checked_zone
from scheduler_integration.platform import clock

# The method `list` below hides the type.
LIST = list


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def list(user=None) -> dict[str, Any]:
	"""Return the newest 200 links of the signed-in host, or for managers of another `user` or of `all`."""
	own = signed_in_host()
	asked = parse_choice("user", user) or own
	links = edit_links.readable_links(None if asked == "all" else asked)
	uses, now = uses_of(link.name for link in links), clock.now()
	return {"links": [serialise.booking_link(link, uses.get(link.name, []), now) for link in links]}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint(status=201)
def create(**fields) -> dict[str, Any]:
	"""Create a link and return it."""
	signed_in_host()
	return serialise.booking_link(edit_links.create_link(parse_new_link(fields)), [], clock.now())


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def revoke(link=None) -> dict[str, Any]:
	"""Let nobody book with a link any more, and return it. `link` is its id. Meetings that were booked stay."""
	signed_in_host()
	revoked = edit_links.revoke_link(parse_name(link))
	return serialise.booking_link(revoked, uses_of([revoked.name]).get(revoked.name, []), clock.now())


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def meeting_types() -> dict[str, Any]:
	"""Return the meeting types whose times the caller can offer, with their pages, and the caller's time zone."""
	user = signed_in_host()
	offered = [{"id": each.name, "name": each.title, "page": each.page} for each in readable_meeting_types()]
	return {"meeting_types": offered, "timezone": timezone_of(user)}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def times_for_mail(
	meeting_type=None, count=None, times=None, timezone=None, single_use=None, attendee_name=None, attendee_email=None
) -> dict[str, Any]:
	"""Return free times for an e-mail, as HTML and as text: `count` of the next ones, or those in `times`.

	With `single_use`, or the reader's name or address, they lead to a booking link, which is made.
	"""
	signed_in_host()
	own = find_own_bookable(parse_name(meeting_type))
	wish = Wish(
		zone=checked_zone(timezone or own.page.timezone),
		language=frappe.local.lang or "en",
		count=parse_count(count),
		starts=tuple(parse_instant_of("times", each) for each in parse_json("times", times, LIST) or ()),
		single_use=parse_flag("single_use", single_use),
		attendee_name=parse_field("attendee_name", attendee_name, line),
		attendee_email=parse_field("attendee_email", attendee_email, line),
	)
	offered, link = times_for(own, wish, clock.now())
	return serialise.mailed_times(offered, link)
