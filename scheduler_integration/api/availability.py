"""Methods for hosts and managers: read and change working hours, and explain why a time is offered or not."""

from datetime import date, timedelta
from typing import Annotated, Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.api.as_json import (
	Like,
	Part,
	Told,
	as_json,
	flag,
	flat,
	group,
	instant,
	made,
	maybe,
	object_of,
	shown,
	written,
)
from scheduler_integration.api.door import Message, Who, door
from scheduler_integration.availability import hours
from scheduler_integration.availability.away import Covered, types_to_cover
from scheduler_integration.availability.draft import Draft
from scheduler_integration.availability.explain import Explanation, HostExplanation
from scheduler_integration.availability.explain import explain as explain_start
from scheduler_integration.availability.hours_change import HoursChange
from scheduler_integration.availability.impact import (
	Impact,
	Meeting,
	TypeImpact,
	impact_of_hours,
	outside_hours,
	types_of,
)
from scheduler_integration.availability.limits import LIMIT_FIELDS
from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.availability.wall_clock import minutes_of_day
from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import (
	parse_choice,
	parse_instant_of,
	parse_instants,
	parse_name,
	parse_whole_number,
)
from scheduler_integration.parsing.hours import (
	BLOCK,
	DAY_NAMES,
	OVERRIDE,
	SCHEDULE,
	parse_block,
	parse_hours,
	parse_override,
)
from scheduler_integration.parsing.kinds import Instant, MeetingTypeId, Minutes, RowId, Schedule, Text, User
from scheduler_integration.platform import clock
from scheduler_integration.platform.clock import from_site_time, iso
from scheduler_integration.times import Slot


def _time(value: str | timedelta | None, _zone: str) -> str | None:
	minutes = None if value is None else minutes_of_day(value)
	return None if minutes is None else f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _weekday(rule: Document) -> int:
	return DAY_NAMES.index(rule.day_of_week)


def _overrides(shown_hours: hours.Hours) -> list[dict[str, Any]]:
	stand_ins = hours.stand_ins_of(shown_hours.overrides)
	rows = (frappe._dict(each, stand_ins=stand_ins.get(each.name, ())) for each in shown_hours.overrides)
	return [object_of(row, _OVERRIDE) for row in rows]


# Times are null for whole days. Only an absence has a message and stand-ins.
_OVERRIDE = flat(
	"id=name",
	written("date end_date", lambda day, _zone: str(day), date),
	flag("is_available"),
	written("start_time end_time", _time, str | None),
	made("timezone", lambda row: row.timezone if row.is_travel else None, str | None),
	maybe("reason"),
	flag("is_away"),
	maybe("message"),
	made(
		"stand_ins",
		lambda row: [{"meeting_type_id": it.meeting_type, "user": it.colleague} for it in row.stand_ins],
		[Like(meeting_type_id=str, user=str)],
	),
)
# A recurring one has the times of its first occurrence, in the host's zone.
_BLOCKED = flat(
	"id=name",
	[
		Part("start_time", lambda row: from_site_time(row.start_time), iso, told=Told(kind=str)),
		Part("end_time", lambda row: from_site_time(row.end_time, second_pass=True), iso, told=Told(kind=str)),
	],
	maybe("reason"),
	flag("recurring"),
	maybe("recurrence_rule"),
)
_NAMED = flat("id=name title", flag("is_default"))
shown(
	hours.Hours,
	"user",
	written("schedule=schedule.name title=schedule.title", as_json, str),
	flag("is_default=schedule.is_default"),
	"version",
	made(
		"schedules",
		lambda it: [object_of(each, _NAMED) for each in it.schedules],
		[Like(_NAMED, of="Availability Schedule")],
	),
	group(
		"=schedule",
		written("timezone", as_json, str),
		written("buffer_minutes minimum_notice_hours max_days_in_advance", as_json, int),
	),
	made(
		"",
		lambda it: {field: it.schedule.get(field) or 0 for field in LIMIT_FIELDS},
		Like.each(LIMIT_FIELDS, int),
	),
	# Weeks begin on Monday here; the numbers of the API begin on Sunday.
	made(
		"rules",
		lambda it: sorted(
			it.schedule.rules, key=lambda rule: ((_weekday(rule) - 1) % 7, minutes_of_day(rule.start_time))
		),
		[Like("Availability Rule")],
	),
	made("overrides", _overrides, [Like(_OVERRIDE, of="Availability Override")]),
	written(
		"blocked_times=blocked",
		lambda rows, zone: [object_of(row, _BLOCKED, zone) for row in rows],
		[Like(_BLOCKED, of="Blocked Time")],
	),
	zone="schedule.timezone",
)
shown(
	"Availability Rule",
	made("day_of_week", _weekday, int),
	written("start_time end_time", _time, str | None),
	flag("is_available"),
)
shown(
	Impact,
	made("gained", lambda it: len(it.gained), int),
	made("lost", lambda it: len(it.lost), int),
	"meeting_types=types bookings_outside=outside",
)
shown(TypeImpact, "meeting_type_id=meeting_type name=title gained lost")
shown(Meeting, "booking", instant("start end"))
shown(Covered, "meeting_type_id=meeting_type name=title colleagues")
shown(TypeHost, "user name")
shown(
	Explanation,
	"bookable=is_bookable",
	instant("start"),
	"timezone=zone",
	group("meeting_type", "name=meeting_type title slug"),
	"reasons=objections hosts",
	made("suggestions", lambda it: [Slot(each.start, each.end) for each in it.suggestions], [Slot]),
	zone="zone",
)
shown(HostExplanation, "name user bookable=is_bookable reasons=objections", zone="zone")


@door("GET", who=Who.USERS)
def get(user: User | None = None, schedule: Schedule | None = None) -> hours.Hours:
	"""Return a host's hours by the default schedule or a named one, with coming overrides and blocked times."""
	return hours.hours_of(_host(user), parse_choice("schedule", schedule), clock.now())


@door("PUT", "PATCH", "POST", who=Who.USERS, fields=SCHEDULE)
def update(
	user: User | None = None,
	schedule: Schedule | None = None,
	version: Text | None = None,
	keep: Text | None = None,
	**fields: Any,
) -> hours.Hours:
	"""Change those fields of a schedule that are sent, and return the hours. `rules` replace the whole week.

	With `version`, as `get` returned it, a change that somebody else has made meanwhile isn't overwritten: 409.
	"""
	change = _planned(user, schedule, version, keep, fields)
	saved = change.save()
	return hours.hours_of(change.user, saved.name, clock.now())


@door("POST", who=Who.USERS, fields=SCHEDULE)
def impact(
	user: User | None = None,
	schedule: Schedule | None = None,
	keep: Text | None = None,
	**fields: Any,
) -> Annotated[dict[str, Any], Like(Impact)]:
	"""Return what `update` with the same fields would do to the next four weeks. Stores nothing."""
	change = _planned(user, schedule, None, keep, fields)
	zone = change.main.timezone
	return as_json(impact_of_hours(change, zone, clock.now()), zone)


@door("POST", who=Who.USERS, status=201, fields=OVERRIDE)
def add_override(
	user: User | None = None, **fields: Any
) -> Annotated[dict[str, Any], Like(_OVERRIDE, conflicts=[Meeting], of="Availability Override")]:
	"""Create an override of one or several dates, or with `is_away` an absence.

	`conflicts` are the bookings that stay although they lie outside.
	"""
	return _added(hours.add_override(_host(user), parse_override(fields)))


@door("DELETE", "POST", who=Who.USERS)
def remove_override(id: RowId) -> Message:
	"""Delete an override. `id` is as in `get`."""
	hours.remove_overrides([parse_name(id)]).save()
	return Message(_("Override deleted successfully"))


@door("GET", who=Who.USERS)
def colleagues(user: User | None = None) -> Annotated[dict[str, Any], Like(meeting_types=[Covered])]:
	"""Return the meeting types that a host takes alone, each with the colleagues who could stand in during an absence."""
	host = _host(user)
	return {"meeting_types": types_to_cover(host, types_of(Draft(host)))}


@door("POST", who=Who.USERS, status=201, fields=BLOCK)
def block(
	start_time: Instant, end_time: Instant, user: User | None = None, **fields: Any
) -> Annotated[dict[str, Any], Like(_BLOCKED, conflicts=[Meeting], of="Blocked Time")]:
	"""Block a time, once or recurring. `conflicts` are the bookings that stay in it."""
	host = _host(user)
	start, end = parse_instants(start_time=start_time, end_time=end_time)
	return _added(hours.block(host, start, end, parse_block(fields)))


@door("DELETE", "POST", who=Who.USERS)
def unblock(id: RowId) -> Message:
	"""Delete blocked time. `id` is as in `get`."""
	hours.unblock(parse_name(id)).save()
	return Message(_("Blocked time deleted successfully"))


@door("GET", who=Who.USERS)
def explain(meeting_type: MeetingTypeId, start: Instant, duration: Minutes | None = None) -> Explanation:
	"""Return why a meeting type is offered at `start` or not. `meeting_type` is the name of its record."""
	begins = parse_instant_of("start", start)
	minutes = parse_whole_number("duration", duration)
	return explain_start(parse_name(meeting_type), begins, minutes, clock.now())


def _host(user: object) -> str:
	return hours.host_named(parse_choice("user", user))


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


def _added(change: HoursChange) -> dict[str, Any]:
	zone = rule_zone(change.user)
	conflicts = outside_hours(change, clock.now())
	saved = change.save()
	parts = _OVERRIDE if saved.doctype == "Availability Override" else _BLOCKED
	return {**object_of(saved.as_dict(), parts, zone), "conflicts": as_json(conflicts, zone)}
