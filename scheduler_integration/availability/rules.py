"""The rules of a meeting type as they apply to one host."""

from dataclasses import replace
from typing import Any

from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.limits import limits_of
from scheduler_integration.availability.schedules import HostSchedule
from scheduler_integration.availability.slot_request import SlotRequest

_MINUTES = {"Minutes": 1, "Hours": 60, "Days": 24 * 60}


def meeting_rules(meeting_type: Document, schedule: HostSchedule, request: SlotRequest) -> engine.MeetingRules:
	"""Return the engine's rules for the meeting that the request asks for.

	The limits of the host come from the host's schedule. With `uses_host_defaults`, buffers, notice and window come from
	there too. 0 in a record means that the rule isn't set.
	"""
	rules = engine.MeetingRules(
		duration=request.duration,
		slot_interval=meeting_type.slot_interval or None,
		slot_offset=meeting_type.slot_offset or 0,
		fill_gaps=bool(meeting_type.fill_gaps),
		first_slot_only=bool(meeting_type.first_slot_only),
		seats=meeting_type.seats or 1,
		party_size=request.party,
		days=meeting_type.number_of_days or 1,
		skips_days_off=bool(meeting_type.skips_days_off),
		limits=(*limits_of(meeting_type, of_host=False), *schedule.limits),
		**(_host_defaults(schedule) if meeting_type.uses_host_defaults else _own_rules(meeting_type)),
	)
	if request.given_starts is not None:
		rules = replace(rules, given_starts=request.given_starts, first_slot_only=False, fill_gaps=False)
	is_chosen = request.by_host or request.given_starts is not None
	if is_chosen:
		return replace(rules, minimum_notice=0, window=None)
	if request.in_series and isinstance(rules.window, engine.RollingDays):
		return replace(rules, window=None)
	return rules


def _host_defaults(schedule: HostSchedule) -> dict[str, Any]:
	return {
		"buffer_before": schedule.buffer_minutes,
		"buffer_after": schedule.buffer_minutes,
		"minimum_notice": schedule.minimum_notice_hours * 60,
		"window": _rolling(schedule.max_days_in_advance),
	}


def _own_rules(meeting_type: Document) -> dict[str, Any]:
	return {
		"buffer_before": meeting_type.buffer_before_minutes,
		"buffer_after": meeting_type.buffer_after_minutes,
		"minimum_notice": (meeting_type.minimum_notice or 0) * _MINUTES[meeting_type.minimum_notice_unit or "Hours"],
		"window": _window(meeting_type),
	}


def _window(meeting_type: Document) -> engine.RollingDays | engine.DateRange | None:
	if meeting_type.window_type == "Indefinite":
		return None
	if meeting_type.window_type == "Fixed Range":
		return engine.DateRange(meeting_type.window_from or None, meeting_type.window_to or None)
	return _rolling(
		meeting_type.max_days_in_advance,
		business_only=meeting_type.window_type == "Rolling Business Days",
		with_slots_only=bool(meeting_type.only_days_with_slots),
	)


def _rolling(days: int, **counted: bool) -> engine.RollingDays | None:
	"""Return a window of this many days. For 0 days (only a schedule may have 0) return None, a window without an end."""
	return engine.RollingDays(days, **counted) if days else None
