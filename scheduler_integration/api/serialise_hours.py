"""Turns a host's hours into the JSON of docs/reference/api.md."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from frappe.model.document import Document

from scheduler_integration.api.serialise import JSON
from scheduler_integration.availability.away import Covered
from scheduler_integration.availability.hours import Hours
from scheduler_integration.availability.impact import Impact, Meeting
from scheduler_integration.availability.limits import LIMIT_FIELDS
from scheduler_integration.availability.wall_clock import minutes_of_day
from scheduler_integration.parsing.hours import DAY_NAMES
from scheduler_integration.platform.clock import from_site_time, iso

StandIns = Mapping[str, Sequence[Any]]


def hours(host_hours: Hours, stand_ins: StandIns) -> JSON:
	"""The data of `availability.get`. `stand_ins` are those of each absence."""
	schedule = host_hours.schedule
	return {
		"user": host_hours.user,
		"schedule": schedule.name,
		"title": schedule.title,
		"is_default": bool(schedule.is_default),
		"version": host_hours.version,
		"schedules": [
			{"id": each.name, "title": each.title, "is_default": bool(each.is_default)} for each in host_hours.schedules
		],
		"timezone": schedule.timezone,
		"buffer_minutes": schedule.buffer_minutes,
		"minimum_notice_hours": schedule.minimum_notice_hours,
		"max_days_in_advance": schedule.max_days_in_advance,
		**{field: schedule.get(field) or 0 for field in LIMIT_FIELDS},
		"rules": [_rule(rule) for rule in sorted(schedule.rules, key=_by_week)],
		"overrides": [override(each, stand_ins.get(each.name, ())) for each in host_hours.overrides],
		"blocked_times": [blocked_time(each, schedule.timezone) for each in host_hours.blocked],
	}


def override(row: Mapping | Document, stand_ins: Iterable[Any] = ()) -> JSON:
	"""An item of `overrides`. Times are null for whole days. Only an absence has a message and stand-ins."""
	return {
		"id": row.get("name"),
		"date": str(row.get("date")),
		"end_date": str(row.get("end_date")),
		"is_available": bool(row.get("is_available")),
		"start_time": _time(row.get("start_time")),
		"end_time": _time(row.get("end_time")),
		"timezone": row.get("timezone") if row.get("is_travel") else None,
		"reason": row.get("reason") or None,
		"is_away": bool(row.get("is_away")),
		"message": row.get("message") or None,
		"stand_ins": [{"meeting_type_id": each.meeting_type, "user": each.colleague} for each in stand_ins],
	}


def saved_override(doc: Document) -> JSON:
	"""The same for a record."""
	return override(doc, doc.stand_ins)


def covered(each: Covered) -> JSON:
	"""A meeting type with the colleagues who could stand in."""
	return {
		"meeting_type_id": each.meeting_type,
		"name": each.title,
		"colleagues": [{"user": one.user, "name": one.name} for one in each.colleagues],
	}


def blocked_time(row: Mapping | Document, zone: str) -> JSON:
	"""An item of `blocked_times`. A recurring one has the times of its first occurrence, in the host's zone."""
	start, end = from_site_time(row["start_time"]), from_site_time(row["end_time"], second_pass=True)
	return {
		"id": row["name"],
		"start_time": iso(start, zone),
		"end_time": iso(end, zone),
		"reason": row["reason"] or None,
		"recurring": bool(row["recurring"]),
		"recurrence_rule": row["recurrence_rule"] or None,
	}


def impact(counted: Impact, zone: str) -> JSON:
	"""The data of `availability.impact`."""
	return {
		"gained": len(counted.gained),
		"lost": len(counted.lost),
		"meeting_types": [
			{"meeting_type_id": each.meeting_type, "name": each.title, "gained": each.gained, "lost": each.lost}
			for each in counted.types
		],
		"bookings_outside": [meeting(each, zone) for each in counted.outside],
	}


def meeting(row: Meeting, zone: str) -> JSON:
	"""A booking that stays although it lies outside the host's hours."""
	return {"booking": row.booking, "start": iso(row.start, zone), "end": iso(row.end, zone)}


def _rule(row: Document) -> JSON:
	return {
		"day_of_week": DAY_NAMES.index(row.day_of_week),
		"start_time": _time(row.start_time),
		"end_time": _time(row.end_time),
		"is_available": bool(row.is_available),
	}


def _by_week(row: Document) -> tuple[int, int]:
	# Weeks begin on Monday here; the numbers of the API begin on Sunday.
	return (DAY_NAMES.index(row.day_of_week) - 1) % 7, minutes_of_day(row.start_time)


def _time(value: str | timedelta | None) -> str | None:
	if value is None:
		return None
	minutes = minutes_of_day(value)
	return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
