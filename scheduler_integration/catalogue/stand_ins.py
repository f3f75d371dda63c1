"""Finds the colleagues who stand in for a host who is away.

A colleague can stand in for a meeting type if they have it too: they host an active type with the same slug. That is the
same type on a team page, or their own type at the same address of their own page. A host who shares no team page with them
may name them only if their type *stands in for colleagues*: anybody can give a type the same address. Only types with one
host have stand-ins. Nobody stands in for a stand-in.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType
from pypika import Case, Criterion, Table
from pypika.functions import Coalesce
from pypika.queries import QueryBuilder
from pypika.terms import ExistsCriterion, Function, Term, ValueWrapper

from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.engine import local_date
from scheduler_integration.platform.sql import value
from scheduler_integration.times import Absence, Announced

DAY, DAY_MINUTES = 86400, 1440
_JSON = json.JSONDecoder()
# Visitors read about absences that begin within this many days.
SOON_DAYS = 60


def stand_ins_for(user: str, standing_in: Iterable[TypeHost]) -> list[TypeHost]:
	"""Return those who stand in for this user, each with the user's absences only."""
	found = [replace(each, absences=tuple(one for one in each.absences if one.user == user)) for each in standing_in]
	return [each for each in found if each.absences and each.user != user]


def is_away(user: Table) -> Criterion:
	"""Return whether a user is away now or later. The statement's values need `since`, a date."""
	absence = DocType("Availability Override")
	later = (absence.user == user.name) & (absence.end_date >= value("since")) & (absence.is_away == 1)
	return ExistsCriterion(frappe.qb.from_(absence).select(absence.name).where(later))


def stand_ins_column(meeting_type: Table, page: Table) -> QueryBuilder:
	"""Return a column that has the text for `read_stand_ins`. The statement's values need `since`, a date."""
	row, absence, user = DocType("Stand In"), DocType("Availability Override"), DocType("User")
	own = Case().when(page.page_type == "Personal", 1).else_(0)
	types, hosted, host = _hosted_types()
	# The colleague hosts an active meeting type with this slug, and stands in for the user who is away.
	takes_over = (hosted.slug == meeting_type.slug) & (host == row.colleague) & _agrees(hosted, host, absence.user)
	own_types = types.select(Function("GROUP_CONCAT", hosted.name)).where(takes_over)
	fields = [
		user.name, user.full_name, user.user_image, own, own_types, meeting_type.name, absence.user, absence.date, absence.end_date,
		absence.whole_day, absence.start_time, absence.end_time,
	]  # fmt: skip
	return (
		frappe.qb.from_(row)
		.join(absence)
		.on((absence.name == row.parent) & (absence.is_away == 1))
		.join(user)
		.on((user.name == row.colleague) & (user.enabled == 1))
		.select(Function("GROUP_CONCAT", Function("JSON_ARRAY", *fields)))
		.where((row.meeting_type == meeting_type.name) & (row.parenttype == "Availability Override"))
		.where(absence.end_date >= value("since"))
	)


def announced_column(page: Table) -> QueryBuilder:
	"""Return a column that has the text for `read_announced`. The statement's values need `since` and `until`, dates."""
	absence, schedule, row = (
		DocType("Availability Override"),
		DocType("Availability Schedule"),
		DocType("Scheduling Page Host"),
	)
	fields = [
		schedule.timezone, absence.message, absence.user, absence.date, absence.end_date, absence.whole_day,
		absence.start_time, absence.end_time,
	]  # fmt: skip
	in_team = ExistsCriterion(
		frappe.qb.from_(row)
		.select(row.name)
		.where((row.parent == page.name) & (row.user == absence.user) & (row.is_active == 1))
	)
	return (
		frappe.qb.from_(absence)
		.left_join(schedule)
		.on((schedule.user == absence.user) & (schedule.is_default == 1))
		.select(Function("GROUP_CONCAT", Function("JSON_ARRAY", *fields)))
		.where((absence.is_away == 1) & (absence.end_date >= value("since")) & (absence.date <= value("until")))
		.where(((page.page_type == "Personal") & (absence.user == page.user)) | ((page.page_type == "Team") & in_team))
	)


def read_announced(text: str | None) -> tuple[Announced, ...]:
	"""Return the absences of a page's hosts from the text of `announced_column`, earliest first."""
	rows = _whole_rows(text)
	found = [Announced(absence_of(*absence), zone or "UTC", message or "") for zone, message, *absence in rows]
	return tuple(sorted(found, key=lambda each: each.absence[1:]))


def read_stand_ins(text: str | None) -> tuple[TypeHost, ...]:
	"""Return the stand-ins of a meeting type from the text of `stand_ins_column`."""
	found: dict[str, TypeHost] = {}
	for user, name, image, is_own, types, meeting_type, *absence in _whole_rows(text):
		if not types:
			continue
		own_types = own_types_of(types.split(","), meeting_type)
		known = found.get(user) or TypeHost(
			user, name or user, image or None, has_own_hours=bool(is_own), own_types=own_types
		)
		found[user] = replace(known, absences=(*known.absences, absence_of(*absence)))
	return tuple(found[user] for user in sorted(found))


def own_types_of(types: Iterable[str], meeting_type: str) -> tuple[str, ...]:
	"""Return those of a colleague's `types` whose rules apply besides those of `meeting_type`: none if it is one of them."""
	found = sorted(types)
	return () if meeting_type in found else tuple(found)


def _whole_rows(text: str | None) -> list[list[Any]]:
	"""Return the rows of a text, up to the one that MariaDB cut.

	It cuts the text at 1 MB. Then visitors read some of the absences, and the times of all are closed all the same.
	"""
	rows, place, left = [], 0, text or ""
	while place < len(left):
		try:
			row, end = _JSON.raw_decode(left, place)
		except ValueError:
			break
		rows.append(row)
		place = end + 1
	return rows


class Cover(NamedTuple):
	"""The stand-ins for a meeting type, and the absences of its page's hosts that visitors may read about."""

	stand_ins: tuple[TypeHost, ...] = ()
	announced: tuple[Announced, ...] = ()


def coming(now: int) -> dict[str, date]:
	"""Return the values `since` and `until` for absences that aren't over in any zone, and begin soon. `now` as always."""
	return {"since": local_date(now - DAY, "UTC"), "until": local_date(now + SOON_DAYS * DAY, "UTC")}


def load_cover(meeting_types: Collection[str], now: int) -> dict[str, Cover]:
	"""Return the cover of these Meeting Types. `now` is in epoch seconds. Makes one query."""
	if not meeting_types:
		return {}
	rows = frappe.db.sql(_cover_query(), {"names": tuple(meeting_types), **coming(now)})
	return {name: Cover(read_stand_ins(one), read_announced(other)) for name, one, other in rows if one or other}


def load_announced(page: str, now: int) -> tuple[Announced, ...]:
	"""Return the absences of a Scheduling Page's hosts that aren't over and begin soon. Makes one query."""
	table = DocType("Scheduling Page")
	query = frappe.qb.from_(table).select(announced_column(table).as_("announced")).where(table.name == value("page"))
	return read_announced(frappe.db.sql(query.get_sql(), {"page": page, **coming(now)})[0][0])


def colleagues_for(user: str, meeting_types: Sequence[str]) -> dict[str, list[TypeHost]]:
	"""Return for each of these types with one host the enabled colleagues of `user` who have it too, by name.

	Makes one query.
	"""
	types: dict[str, dict[TypeHost, set[str]]] = defaultdict(lambda: defaultdict(set))
	for name, colleague, full_name, image, own in _colleagues(user, meeting_types):
		types[name][TypeHost(colleague, full_name or colleague, image or None)].add(own)
	return {
		name: [
			replace(each, own_types=own_types_of(people[each], name))
			for each in sorted(people, key=lambda each: (each.name.casefold(), each.user))
		]
		for name, people in types.items()
	}


def forget_type(meeting_type: str) -> None:
	"""Delete the stand-ins of a Meeting Type that is deleted."""
	frappe.db.delete("Stand In", {"meeting_type": meeting_type})


def forget_user(user: Document, method: str | None = None) -> None:
	"""Hook for a deleted User, who stands in for nobody any more."""
	frappe.db.delete("Stand In", {"colleague": user.name})


def absence_of(user: str, first: object, last: object, whole_day: object, start: object, end: object) -> Absence:
	"""Return the absence of these stored values. Dates and times may be text."""
	days = date.fromisoformat(str(first)), date.fromisoformat(str(last))
	if whole_day:
		return Absence(user, *days)
	return Absence(user, *days, _minutes(start), _minutes(end) or DAY_MINUTES)


def _minutes(time: object) -> int:
	"""Return the minutes after midnight of a stored time of day, such as `09:30:00`."""
	if isinstance(time, timedelta):
		return int(time.total_seconds()) // 60
	hours, minutes = str(time).split(":")[:2]
	return int(hours) * 60 + int(minutes)


@lru_cache
def _cover_query() -> str:
	meeting_type, page = DocType("Meeting Type"), DocType("Scheduling Page")
	return (
		frappe.qb.from_(meeting_type)
		.join(page)
		.on(page.name == meeting_type.scheduling_page)
		.select(
			meeting_type.name,
			stand_ins_column(meeting_type, page).as_("stand_ins"),
			announced_column(page).as_("announced"),
		)
		.where(meeting_type.name.isin(value("names")))
		.get_sql()
	)


def _colleagues(user: str, meeting_types: Sequence[str]) -> list[tuple[str, str, str | None, str | None, str]]:
	if not meeting_types:
		return []
	own, person = DocType("Meeting Type"), DocType("User")
	types, hosted, host = _hosted_types()
	return (
		types.join(own)
		.on(own.slug == hosted.slug)
		.join(person)
		.on((person.enabled == 1) & (person.name == host))
		.select(own.name, person.name, person.full_name, person.user_image, hosted.name)
		.distinct()
		.where(own.name.isin(list(meeting_types)) & (own.assignment == "Single Host") & (person.name != user))
		.where(_agrees(hosted, host, ValueWrapper(user)))
		.run()
	)


def _agrees(hosted: Table, host: Term, away: Term) -> Criterion:
	"""Return the condition that the host of a type stands in for the user `away`: by the type, or as one of the same team."""
	one, other = DocType("Scheduling Page Host").as_("one"), DocType("Scheduling Page Host").as_("other")
	team = DocType("Scheduling Page").as_("p3")
	together = (
		frappe.qb.from_(one)
		.join(team)
		.on((team.name == one.parent) & (team.page_type == "Team") & (team.is_active == 1))
		.join(other)
		.on((other.parent == one.parent) & (other.is_active == 1))
		.select(one.name)
		.where((one.user == host) & (one.is_active == 1) & (other.user == away))
	)
	return (hosted.stands_in == 1) | ExistsCriterion(together)


def _hosted_types() -> tuple[Any, Table, Term]:
	"""Return the query for the active meeting types of active pages, a row for each host; and its types and hosts."""
	hosted, page = DocType("Meeting Type").as_("t2"), DocType("Scheduling Page").as_("p2")
	row, of_type = DocType("Scheduling Page Host"), DocType("Meeting Type Host")
	chosen = frappe.qb.from_(of_type).select(of_type.name).where(of_type.parent == hosted.name)
	# A team's type takes all hosts of its page, or those whom it has chosen.
	takes_host = ExistsCriterion(chosen).negate() | ExistsCriterion(chosen.where(of_type.user == row.user))
	types = (
		frappe.qb.from_(hosted)
		.join(page)
		.on((page.name == hosted.scheduling_page) & (page.is_active == 1))
		.left_join(row)
		.on(
			(page.page_type == "Team")
			& (row.parent == page.name)
			& (row.parenttype == "Scheduling Page")
			& (row.is_active == 1)
		)
		.where(hosted.is_active == 1)
		.where((page.page_type == "Personal") | (row.user.isnotnull() & takes_host))
	)
	return types, hosted, Coalesce(row.user, page.user)
