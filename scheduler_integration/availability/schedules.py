"""Loads the schedule that applies to each host of a meeting type."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

import frappe
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.availability.limits import LIMIT_FIELDS, limits_of
from scheduler_integration.availability.wall_clock import minutes_of_day
from scheduler_integration.prepared import value

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class HostSchedule:
	"""The weekly hours of a schedule, by the wall clock of `zone`, with the host's own limits.

	Buffer, notice and window are defaults for meeting types that use them.
	"""

	zone: str
	weekly: tuple[engine.WeeklyRule, ...]
	buffer_minutes: int
	minimum_notice_hours: int
	max_days_in_advance: int
	limits: tuple[engine.Limit, ...] = ()
	holiday_list: str | None = None


# Used for hosts without a schedule.
NO_HOURS = HostSchedule(zone="UTC", weekly=(), buffer_minutes=0, minimum_notice_hours=0, max_days_in_advance=0)


def load_schedules(name: str | None, users: Iterable[str]) -> dict[str, HostSchedule]:
	"""Return each user's schedule, in the users' order: the schedule `name`, or the user's default schedule.

	Users without a schedule are left out. If `name` doesn't exist, the result is empty. Makes one query.

	The limits are always those of the user's default schedule, because they count all the user's meetings. A user
	without a default schedule gets those of the schedule `name`.
	"""
	users = tuple(users)
	found = _rows_by_schedule(name, users)
	defaults = {rows[0].user: rows for rows in found.values() if rows[0].is_default}
	if not name:
		return {user: _schedule(defaults[user]) for user in users if user in defaults}
	if name not in found:
		return {}
	named = _schedule(found[name])
	return {user: _limited(named, defaults[user][0]) if user in defaults else named for user in users}


def _limited(schedule: HostSchedule, default: frappe._dict) -> HostSchedule:
	return replace(schedule, limits=limits_of(default, of_host=True))


def _rows_by_schedule(name: str | None, users: tuple[str, ...]) -> dict[str, list[frappe._dict]]:
	found: dict[str, list[frappe._dict]] = {}
	for row in _rows(name, users):
		found.setdefault(row.name, []).append(row)
	return found


def _rows(name: str | None, users: tuple[str, ...]) -> list[frappe._dict]:
	"""Return a row for each rule, with the fields of its schedule. A schedule without rules has one row."""
	# This Custom Field exists only if the site has the DocType Holiday List.
	has_holidays = frappe.get_meta("Availability Schedule").has_field("holiday_list")
	query = _query(by_name=bool(name), has_holidays=has_holidays)
	return frappe.db.sql(query, {"name": name, "users": users}, as_dict=True)


@lru_cache
def _query(by_name: bool, has_holidays: bool) -> str:
	schedule, rule = DocType("Availability Schedule"), DocType("Availability Rule")
	query = (
		frappe.qb.from_(schedule)
		.left_join(rule)
		.on((rule.parent == schedule.name) & (rule.parenttype == "Availability Schedule"))
		.select(
			schedule.name,
			schedule.user,
			schedule.is_default,
			schedule.timezone,
			schedule.buffer_minutes,
			schedule.minimum_notice_hours,
			schedule.max_days_in_advance,
			*(schedule[field] for field in LIMIT_FIELDS),
			rule.day_of_week,
			rule.start_time,
			rule.end_time,
			rule.is_available,
		)
	)
	if has_holidays:
		query = query.select(schedule.holiday_list)
	default = schedule.user.isin(value("users")) & (schedule.is_default == 1)
	return query.where((schedule.name == value("name")) | default if by_name else default).get_sql()


def _schedule(rows: list[frappe._dict]) -> HostSchedule:
	head = rows[0]
	return HostSchedule(
		zone=head.timezone,
		weekly=tuple(
			_weekly_rule(row.day_of_week, row.start_time, row.end_time, bool(row.is_available))
			for row in rows
			if row.day_of_week
		),
		buffer_minutes=head.buffer_minutes,
		minimum_notice_hours=head.minimum_notice_hours,
		max_days_in_advance=head.max_days_in_advance,
		limits=limits_of(head, of_host=True),
		holiday_list=head.holiday_list,
	)


@lru_cache(maxsize=4096)  # Hosts share most hours. For fifty hosts, parsing them took a fifth of the request.
def _weekly_rule(day: str, start: timedelta, end: timedelta, is_available: bool) -> engine.WeeklyRule:
	return engine.WeeklyRule(_DAYS.index(day), minutes_of_day(start), minutes_of_day(end), is_available)
