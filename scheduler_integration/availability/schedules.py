"""Loads the schedule that applies to each host of a meeting type."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Protocol

import frappe
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.availability.limits import LIMIT_FIELDS, limits_of
from scheduler_integration.availability.wall_clock import minutes_of_day
from scheduler_integration.platform.records import record
from scheduler_integration.platform.sql import value
from scheduler_integration.times import WEEK

# In the order of `_weekly_rule`.
RULE_FIELDS = ("day_of_week", "start_time", "end_time", "is_available")


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


class ScheduleDraft(Protocol):
	"""A change of schedules that isn't saved."""

	def schedules(self, stored: Iterable[frappe._dict]) -> Iterable[frappe._dict]: ...


def load_schedules(
	name: str | None,
	users: Iterable[str],
	draft: ScheduleDraft | None = None,
	stored: Iterable[frappe._dict] | None = None,
) -> dict[str, HostSchedule]:
	"""Return each user's schedule, in the users' order: the schedule `name`, or the user's default schedule.

	Users without a schedule have NO_HOURS, and all if `name` doesn't exist. Makes one query, or none with the rows of
	`find_schedules` as `stored`.

	The limits are always those of the user's default schedule, because they count all the user's meetings. A user
	without a default schedule gets those of the schedule `name`. With a `draft` the schedules are as it would make them.
	"""
	users = tuple(users)
	stored = find_schedules({name} if name else set(), users) if stored is None else stored
	by_name = {schedule.name: schedule for schedule in (draft.schedules(stored) if draft else stored)}
	defaults = {each.user: each for each in by_name.values() if each.is_default}
	if not name:
		return {user: _schedule(defaults[user]) if user in defaults else NO_HOURS for user in users}
	if name not in by_name:
		return dict.fromkeys(users, NO_HOURS)
	named = _schedule(by_name[name])
	return {
		user: replace(named, limits=limits_of(defaults[user], of_host=True)) if user in defaults else named
		for user in users
	}


def find_schedules(names: Collection[str], users: Iterable[str]) -> Iterator[frappe._dict]:
	"""Yield the fields of the schedules with these `names` and of the users' default schedules, with one query.

	`rules` has a list for each rule, with its day, start, end and whether it is available.
	"""
	# This Custom Field exists only if the site has the DocType Holiday List.
	has_holidays = frappe.get_meta("Availability Schedule").has_field("holiday_list")
	values = {"names": tuple(sorted(names)), "users": tuple(users)}
	rows = frappe.db.sql(_query(bool(names), has_holidays), values, as_dict=True)
	for _name, group in groupby(rows, itemgetter("name")):
		schedule, *others = group
		rules = [[row[field] for field in RULE_FIELDS] for row in (schedule, *others) if row.day_of_week]
		yield frappe._dict(schedule, rules=rules)


@lru_cache
def _query(by_name: bool, has_holidays: bool) -> str:
	schedule, rule = DocType("Availability Schedule"), DocType("Availability Rule")
	default = schedule.user.isin(value("users")) & (schedule.is_default == 1)
	names = ("name", "user", "is_default", "timezone", "buffer_minutes", "minimum_notice_hours", "max_days_in_advance")
	own = (*names, *LIMIT_FIELDS, *(["holiday_list"] if has_holidays else []))
	fields = [*(schedule[field] for field in own), *(rule[field] for field in RULE_FIELDS)]
	sql: str = (
		frappe.qb.from_(schedule)
		.left_join(rule)
		.on((rule.parent == schedule.name) & (rule.parenttype == "Availability Schedule"))
		.select(*fields)
		.where(schedule.name.isin(value("names")) | default if by_name else default)
		.orderby(schedule.name)
		.get_sql()
	)
	return sql


def _schedule(row: frappe._dict) -> HostSchedule:
	return record(
		HostSchedule,
		row,
		zone=row.timezone,
		weekly=tuple(_weekly_rule(*rule) for rule in row.rules),
		limits=limits_of(row, of_host=True),
	)


@lru_cache(maxsize=4096)  # Hosts share most hours. For fifty hosts, parsing them took a fifth of the request.
def _weekly_rule(day: str, start: str | timedelta, end: str | timedelta, is_available: int) -> engine.WeeklyRule:
	return engine.WeeklyRule(WEEK.index(day), minutes_of_day(start), minutes_of_day(end), bool(is_available))
