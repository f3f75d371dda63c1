"""Methods for hosts and managers: read and change working hours, and explain why a time is offered or not."""

from typing import Any

import frappe
from frappe import _

from scheduler_integration.api import serialise, serialise_hours
from scheduler_integration.api.answer import Message, json_endpoint
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.availability import hours
from scheduler_integration.availability.away import types_to_cover
from scheduler_integration.availability.draft import Draft
from scheduler_integration.availability.explain import explain as explain_start
from scheduler_integration.availability.hours_change import HoursChange
from scheduler_integration.availability.impact import impact_of_hours, outside_hours, types_of
from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import (
	parse_choice,
	parse_instant_of,
	parse_instants,
	parse_name,
	parse_whole_number,
)
from scheduler_integration.parsing.hours import parse_block, parse_hours, parse_override
from scheduler_integration.platform import clock


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def get(user=None, schedule=None) -> dict[str, Any]:
	"""Return a host's hours by the default schedule or a named one, with coming overrides and blocked times."""
	host = _host(user)
	return _shown(hours.hours_of(host, parse_choice("schedule", schedule), clock.now()))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["PUT", "PATCH", "POST"])
@json_endpoint()
def update(user=None, schedule=None, version=None, keep=None, **fields) -> dict[str, Any]:
	"""Change those fields of a schedule that are sent, and return the hours. `rules` replace the whole week.

	With `version`, as `get` returned it, a change that somebody else has made meanwhile isn't overwritten: 409.
	"""
	change = _planned(user, schedule, version, keep, fields)
	saved = change.save()
	return _shown(hours.hours_of(change.user, saved.name, clock.now()))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def impact(user=None, schedule=None, keep=None, **fields) -> dict[str, Any]:
	"""Return what `update` with the same fields would do to the next four weeks. Stores nothing."""
	change = _planned(user, schedule, None, keep, fields)
	zone = change.main.timezone
	return serialise_hours.impact(impact_of_hours(change.draft, zone, clock.now()), zone)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint(status=201)
def add_override(user=None, **fields) -> dict[str, Any]:
	"""Create an override of one or several dates, or with `is_away` an absence.

	`conflicts` are the bookings that stay although they lie outside.
	"""
	return _added(hours.add_override(_host(user), parse_override(fields)), serialise_hours.saved_override)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["DELETE", "POST"])
@json_endpoint()
def remove_override(id=None) -> Message:
	"""Delete an override. `id` is as in `get`."""
	signed_in()
	hours.remove_overrides([parse_name(id)]).save()
	return Message(_("Override deleted successfully"))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def colleagues(user=None) -> dict[str, Any]:
	"""Return the meeting types that a host takes alone, each with the colleagues who could stand in during an absence."""
	host = _host(user)
	found = types_to_cover(host, types_of(Draft(host)))
	return {"meeting_types": [serialise_hours.covered(each) for each in found]}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint(status=201)
def block(user=None, start_time=None, end_time=None, **fields) -> dict[str, Any]:
	"""Block a time, once or recurring. `conflicts` are the bookings that stay in it."""
	host = _host(user)
	start, end = parse_instants(start_time=start_time, end_time=end_time)
	zone = rule_zone(host)
	return _added(
		hours.block(host, start, end, parse_block(fields)),
		lambda doc: serialise_hours.blocked_time(doc.as_dict(), zone),
	)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["DELETE", "POST"])
@json_endpoint()
def unblock(id=None) -> Message:
	"""Delete blocked time. `id` is as in `get`."""
	signed_in()
	hours.unblock(parse_name(id)).save()
	return Message(_("Blocked time deleted successfully"))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def explain(meeting_type=None, start=None, duration=None) -> dict[str, Any]:
	"""Return why a meeting type is offered at `start` or not. `meeting_type` is the name of its record."""
	signed_in()
	instant = parse_instant_of("start", start)
	minutes = parse_whole_number("duration", duration)
	return serialise.explanation(explain_start(parse_name(meeting_type), instant, minutes, clock.now()))


def _host(user: object) -> str:
	signed_in()
	return hours.host_named(parse_choice("user", user))


def _shown(host_hours: hours.Hours) -> dict[str, Any]:
	return serialise_hours.hours(host_hours, hours.stand_ins_of(host_hours.overrides))


def _planned(user: object, schedule: object, version: object, keep: object, fields: dict[str, Any]) -> HoursChange:
	host = _host(user)
	if keep not in (None, "", "clock", "instants"):
		raise InvalidRequest(details={"keep": _("Must be one of: {0}.").format("clock, instants")})
	return hours.change_hours(
		host,
		parse_choice("schedule", schedule),
		parse_hours(fields),
		clock.now(),
		version=parse_choice("version", version),
		keeps_clock=keep != "instants",
	)


def _added(change: HoursChange, serialised) -> dict[str, Any]:
	zone = rule_zone(change.user)
	conflicts = outside_hours(change.draft, clock.now())
	return {
		**serialised(change.save()),
		"conflicts": [serialise_hours.meeting(conflict, zone) for conflict in conflicts],
	}
