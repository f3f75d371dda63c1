"""Loads what the engine needs to know about hosts, in a constant number of queries.

`load_members` makes three queries: for schedules, for overrides, and for blocked times, busy times and bookings together.
`load_days_off` makes at most three more. More hosts, days, rules or bookings need no more queries. With `shared_records`
many meeting types need no more queries than one.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.absences import standing_in
from scheduler_integration.availability.blocked_times import read_blocked
from scheduler_integration.availability.booked_times import read_booked
from scheduler_integration.availability.busy_times import read_busy_times
from scheduler_integration.availability.days_off import load_days_off
from scheduler_integration.availability.draft import Draft
from scheduler_integration.availability.holds import held_slots
from scheduler_integration.availability.limits import limits_of
from scheduler_integration.availability.overrides import read_overrides
from scheduler_integration.availability.records import Records, read_records, read_times
from scheduler_integration.availability.schedules import HostSchedule, find_schedules, load_schedules
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.durations import chosen_duration
from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.platform.records import record
from scheduler_integration.platform.transactions import require_locked

# The longest buffer of any meeting type, in minutes. A booking this far from a start can still block it.
WIDEST_BUFFER = 24 * 60


def load_members(
	meeting_type: Document,
	hosts: Iterable[TypeHost],
	request: SlotRequest,
	first: int,
	last: int,
	now: int,
	*,
	lock: bool = False,
) -> list[engine.Member]:
	"""Return the hosts, in their order, with rules and calendars for starts in `[first, last)`, epoch seconds.

	A host without a schedule has no working hours. With `lock` the newest committed bookings are read, not those from
	the beginning of the transaction. Raises HostsNotLocked if the hosts aren't locked.
	"""
	hosts = list(hosts)
	stored = request.records.schedules if request.records else None
	schedules = _schedules(meeting_type, hosts, request, stored)
	rules = _rules(meeting_type, hosts, schedules, request)
	span = _span(rules, schedules, first, last, now)
	calendars = load_hosts(
		schedules,
		span,
		meeting_type.name,
		now,
		own=request.hold,
		without={request.moving or "", *request.also_moving},
		draft=request.draft,
		records=request.records,
		lock=lock,
	)
	by_user = {host.name: host for host in calendars}
	members = []
	for each in hosts:
		when = standing_in(each.absences, by_user[each.absences[0].user].hours) if each.absences else None
		for own in _own_rules_of(each, schedules[each.user], request):
			window = engine.booking_window(own, by_user[each.user], now)
			when = tuple(_within(window, (window,) if when is None else when))
		members.append(engine.Member(rules[each.user], by_user[each.user], each.is_required, when))
	return members


def shared_records(asked: Sequence[tuple[Bookable, SlotRequest]], first: int, last: int, now: int) -> Records:
	"""Read once what all these requests need for starts in `[first, last)`. Makes at most four queries.

	Put it into each request as `records`.
	"""
	users = {user for bookable, _request in asked for user in bookable.users}
	names = {bookable.meeting_type.availability_schedule or "" for bookable, _request in asked} - {""}
	stored = tuple(find_schedules(names, users)) if users else ()
	spans: list[engine.Interval] = [(first, last)]
	lists: set[str] = set()
	for bookable, request in asked:
		meeting_type = bookable.meeting_type
		schedules = _schedules(meeting_type, bookable.takers, request, stored)
		rules = _rules(meeting_type, bookable.takers, schedules, request)
		if schedules:
			spans.append(_span(rules, schedules, first, last, now))
		lists |= {schedule.holiday_list for schedule in schedules.values() if schedule.holiday_list}
	return read_records(stored, users, engine.hull(spans), lists)


def _rules(
	meeting_type: Document, hosts: Iterable[TypeHost], schedules: dict[str, HostSchedule], request: SlotRequest
) -> dict[str, engine.MeetingRules]:
	"""Return each host's rules by user. For a stand-in: the stricter notice and buffers of both types, and the limits of both.

	A stand-in's own limits count the meetings of both types. The own booking window isn't in the rules: `load_members` lets
	a stand-in take no meeting outside of it.
	"""
	found = {user: meeting_rules(meeting_type, schedule, request) for user, schedule in schedules.items()}
	for host in hosts:
		for kind, own in zip(host.own_types, _own_rules_of(host, schedules[host.user], request), strict=True):
			rules = found[host.user]
			own_limits = [replace(limit, kinds=(kind,)) for limit in own.limits if not limit.of_host]
			found[host.user] = replace(
				rules,
				buffer_before=max(rules.buffer_before, own.buffer_before),
				buffer_after=max(rules.buffer_after, own.buffer_after),
				minimum_notice=max(rules.minimum_notice, own.minimum_notice),
				limits=(*rules.limits, *own_limits),
			)
	return found


def _own_rules_of(host: TypeHost, schedule: HostSchedule, request: SlotRequest) -> list[engine.MeetingRules]:
	"""Return the rules of a stand-in's own types. A window of dates with slots is as long as one of any dates: not longer."""
	found = [meeting_rules(frappe.get_cached_doc("Meeting Type", name), schedule, request) for name in host.own_types]
	return [
		replace(own, window=replace(own.window, with_slots_only=False))
		if isinstance(own.window, engine.RollingDays)
		else own
		for own in found
	]


def _within(window: engine.Interval, intervals: Iterable[engine.Interval]) -> Iterable[engine.Interval]:
	clipped = ((max(first, window[0]), min(last, window[1])) for first, last in intervals)
	return [(first, last) for first, last in clipped if first < last]


def _schedules(
	meeting_type: Document, hosts: Sequence[TypeHost], request: SlotRequest, stored: Iterable[frappe._dict] | None
) -> dict[str, HostSchedule]:
	users, named = [host.user for host in hosts], meeting_type.availability_schedule
	own = [host.user for host in hosts if named and host.has_own_hours]
	if not own:
		return load_schedules(named, users, request.draft, stored)
	stored = list(find_schedules({named}, users)) if stored is None else stored
	others = [user for user in users if user not in own]
	schedules = load_schedules(named, others, request.draft, stored) | load_schedules(None, own, request.draft, stored)
	return {user: schedules[user] for user in users}


def load_hosts(
	schedules: dict[str, HostSchedule],
	span: engine.Interval,
	meeting_type: str | None,
	now: int,
	*,
	own: str | None = None,
	without: Collection[str] = (),
	draft: Draft | None = None,
	records: Records | None = None,
	lock: bool = False,
) -> list[engine.Host]:
	"""Return the users of `schedules`, in their order, with their calendars in `span` (epoch seconds, half-open).

	`meeting_type` is a record's name: its bookings and holds get `counts`. `own` is the key of a hold to ignore,
	`without` the names of bookings to ignore. `draft` is a change of a user's records to count with. `records` of these
	users and at least this span are used instead of reading them. `lock` as for `load_members`.
	"""
	times = (
		records.times
		if records
		else read_times(schedules, span, locks=lock and not require_locked(schedules).sees_commits)
	)
	differing = read_overrides(times.overrides)
	if draft and draft.user in schedules:
		differing[draft.user] = draft.differing(differing[draft.user])
	overrides = {user: each.overrides for user, each in differing.items()}
	stored = records.days_off if records else None
	days_off = load_days_off(schedules, *engine.relevant_dates(span), overrides, stored)
	blocked = read_blocked(times.blocked, span)
	if draft and draft.user in schedules:
		blocked[draft.user] = draft.blocked(blocked[draft.user], span)
	busy = read_busy_times(times.busy, span, now)
	booked = read_booked(times.booked, meeting_type, without)
	held = held_slots(schedules, meeting_type, now, own=own)
	return [
		engine.Host(
			user,
			engine.WorkingHours(
				schedule.zone,
				schedule.weekly,
				(*differing[user].overrides, *days_off.get(user, ())),
				differing[user].trips,
			),
			blocked[user] + busy[user],
			booked[user] + held[user],
		)
		for user, schedule in schedules.items()
	]


def _span(
	rules: dict[str, engine.MeetingRules], schedules: dict[str, HostSchedule], first: int, last: int, now: int
) -> engine.Interval:
	return engine.hull(
		engine.relevant_span(rules[user], schedule.zone, now, first, last, WIDEST_BUFFER)
		for user, schedule in schedules.items()
	)


# The rules of a meeting type as they apply to one host.

_MINUTES = {"Minutes": 1, "Hours": 60, "Days": 24 * 60}


def meeting_rules(meeting_type: Document, schedule: HostSchedule, request: SlotRequest) -> engine.MeetingRules:
	"""Return the engine's rules for the meeting that the request asks for.

	The limits of the host come from the host's schedule. With `uses_host_defaults`, buffers, notice and window come from
	there too. 0 in a record means that the rule isn't set.
	"""
	rules = record(
		engine.MeetingRules,
		meeting_type,
		duration=request.duration,
		slot_interval=meeting_type.slot_interval or None,
		seats=meeting_type.seats or 1,
		party_size=request.party,
		days=meeting_type.number_of_days or 1,
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


def rules_of(bookable: Bookable) -> engine.MeetingRules | None:
	"""Return the rules of a meeting type for the host who can be booked soonest before the start; None without hosts.

	Where hosts differ, what is offered is still decided host by host: these are for people who read about the type.
	"""
	meeting_type, request = bookable.meeting_type, SlotRequest(chosen_duration(bookable.meeting_type, None))
	schedules = _schedules(meeting_type, bookable.hosts, request, None)
	rules = (meeting_rules(meeting_type, schedule, request) for schedule in schedules.values())
	return min(rules, key=lambda each: each.minimum_notice, default=None)


def _host_defaults(schedule: HostSchedule) -> dict[str, Any]:
	return {
		"buffer_before": schedule.buffer_minutes,
		"buffer_after": schedule.buffer_minutes,
		"minimum_notice": schedule.minimum_notice_hours * 60,
		"window": _rolling(schedule.max_days_in_advance),
	}


def _own_rules(meeting_type: Document) -> dict[str, Any]:
	window: engine.RollingDays | engine.DateRange | None = None
	if meeting_type.window_type == "Fixed Range":
		window = engine.DateRange(meeting_type.window_from or None, meeting_type.window_to or None)
	elif meeting_type.window_type != "Indefinite":
		window = _rolling(
			meeting_type.max_days_in_advance,
			business_only=meeting_type.window_type == "Rolling Business Days",
			with_slots_only=bool(meeting_type.only_days_with_slots),
		)
	return {
		"buffer_before": meeting_type.buffer_before_minutes,
		"buffer_after": meeting_type.buffer_after_minutes,
		"minimum_notice": (meeting_type.minimum_notice or 0) * _MINUTES[meeting_type.minimum_notice_unit or "Hours"],
		"window": window,
	}


def _rolling(days: int, **counted: bool) -> engine.RollingDays | None:
	"""Return a window of this many days. For 0 days (only a schedule may have 0) return None, a window without an end."""
	return engine.RollingDays(days, **counted) if days else None
