"""A host's own hours: the schedule, the dates that differ from it, and blocked time. Read here, and changed here only.

A change is planned first and saved afterwards. In between, `impact` counts what it would do, and the host may think again.
Pages and the API use the same functions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from babel.lists import format_list
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.days_off import load_days_off
from scheduler_integration.availability.hours_change import (
	BLOCKED,
	OVERRIDE,
	SCHEDULE,
	HoursChange,
	new_record,
	validated,
)
from scheduler_integration.availability.schedules import load_schedules
from scheduler_integration.availability.wall_clock import DAY_SECONDS, minutes_of_day
from scheduler_integration.documents import check_unchanged
from scheduler_integration.exceptions import InvalidRequest, NoHoursYet, NotFound, NotPermitted
from scheduler_integration.permissions import has_app_permission, is_manager
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.language import current_locale
from scheduler_integration.times import WEEK


@dataclass(frozen=True, slots=True)
class Hours:
	"""A host's schedule with the coming overrides and blocked times, as records. The oldest date comes first.

	`schedules` are all schedules of the user by title, the default first.
	"""

	user: str
	schedule: Document
	schedules: Sequence[frappe._dict]
	overrides: Sequence[frappe._dict]
	blocked: Sequence[frappe._dict]

	@property
	def version(self) -> str:
		"""A text that changes each time somebody saves the schedule."""
		return str(self.schedule.modified)


def host_named(asked: str | None) -> str:
	"""Return the user whose hours are asked for, by default the signed-in user's own.

	Raises NotPermitted for somebody without a role of this app, or if the hours are somebody else's and the signed-in user
	isn't a manager, and NotFound for an unknown user.
	"""
	user: str = frappe.session.user
	if not has_app_permission(user):
		raise NotPermitted
	if not asked or asked == user:
		return user
	if not is_manager():
		raise NotPermitted
	if not frappe.db.exists("User", {"name": asked}):
		raise NotFound(_("There is no such user."))
	return asked


def schedules_of(user: str) -> list[frappe._dict]:
	"""Return name, title and `is_default` of the user's schedules, the default one first."""
	fields = ["name", "title", "is_default"]
	return list(frappe.get_all(SCHEDULE, {"user": user}, fields, order_by="is_default desc, title asc"))


def hours_of(user: str, schedule: str | None, now: int) -> Hours:
	"""Return the user's hours by the schedule with this name, by default the user's default schedule.

	Makes a constant number of queries. Raises NotFound if there is no such schedule, and NoHoursYet if there is none at all.
	"""
	schedules = schedules_of(user)
	if schedule and schedule not in {each.name for each in schedules}:
		raise NotFound(_("There is no such schedule."))
	if not schedules:
		raise NoHoursYet
	doc = _permitted(SCHEDULE, schedule or schedules[0].name)
	today = engine.local_date(now, doc.timezone)
	overrides = frappe.get_all(
		OVERRIDE,
		{"user": user, "end_date": [">=", today]},
		[
			"name", "date", "end_date", "is_available", "whole_day", "start_time", "end_time", "is_travel", "is_away",
			"timezone", "reason", "message",
		],
		order_by="date asc, creation asc",
	)  # fmt: skip
	blocked = frappe.get_all(
		BLOCKED,
		{"user": user, "ends_at": [">", now]},
		[
			"name",
			"start_time",
			"end_time",
			"starts_at",
			"ends_at",
			"reason",
			"recurring",
			"recurrence_rule",
			"series",
			"timezone",
			"outside_booking",
		],
		order_by="starts_at asc, creation asc",
	)
	return Hours(user, doc, schedules, overrides, blocked)


def change_hours(
	user: str,
	schedule: str | None,
	fields: Mapping[str, Any],
	now: int,
	*,
	version: str | None = None,
	keeps_clock: bool = True,
) -> HoursChange:
	"""Plan a change of a schedule's fields, by default the default schedule's. `rules` replace the whole week.

	If `timezone` changes without new rules, 09:00 stays 09:00 by the new clock. With `keeps_clock` False the hours stay at
	the same instants instead, as they are at `now`, and their wall-clock times move.

	Raises ChangedMeanwhile if somebody saved the schedule after `version` was read, and InvalidRequest.
	"""
	doc = hours_of(user, schedule, now).schedule
	check_unchanged(doc, version)
	zone = doc.timezone
	doc.update(dict(fields))
	if not keeps_clock and "rules" not in fields:
		doc.set("rules", _moved_rules(doc.rules, zone, doc.timezone, now))
	return HoursChange(user, saved=(validated(doc),))


def new_schedule(user: str, title: str, copied_from: str | None, now: int) -> HoursChange:
	"""Plan another schedule with this title, as a copy of an existing one (the default if none is named)."""
	doc = frappe.copy_doc(hours_of(user, copied_from, now).schedule)
	doc.update({"title": title, "is_default": 0})
	return HoursChange(user, saved=(validated(doc),))


def delete_schedule(user: str, schedule: str, now: int) -> HoursChange:
	"""Plan to delete a schedule. If it is the default, the newest other one becomes the default.

	Raises InvalidRequest for the last one, without which nobody could be booked, and for one that meeting types name.
	"""
	hours = hours_of(user, schedule, now)
	if len(hours.schedules) == 1:
		raise InvalidRequest(_("These are your only hours. Change them instead."))
	if types := frappe.get_all("Meeting Type", {"availability_schedule": schedule}, pluck="title"):
		used = format_list(sorted(types), locale=current_locale())
		raise InvalidRequest(_("These hours are used by {0}. Choose other hours there first.").format(used))
	if not hours.schedule.is_default:
		return HoursChange(user, deleted=(hours.schedule,))
	others = {"user": user, "name": ["!=", schedule]}
	heir = frappe.get_doc(SCHEDULE, frappe.db.get_value(SCHEDULE, others, order_by="creation desc"))
	heir.is_default = 1
	return HoursChange(user, saved=(validated(heir),), deleted=(hours.schedule,))


def add_override(user: str, fields: Mapping[str, Any]) -> HoursChange:
	"""Plan an override of dates. The fields are those of the record. Raises InvalidRequest."""
	return HoursChange(user, saved=(validated(new_record(OVERRIDE, {**fields, "user": user})),))


def change_override(user: str, name: str, fields: Mapping[str, Any]) -> HoursChange:
	"""Plan other fields of one of the user's overrides. Raises NotFound, NotPermitted and InvalidRequest."""
	doc = _permitted(OVERRIDE, name, "write")
	if doc.user != user:
		raise NotFound
	return HoursChange(user, saved=(validated(doc.update(dict(fields))),))


def stand_ins_of(overrides: Iterable[Mapping[str, Any]]) -> dict[str, list[frappe._dict]]:
	"""Return the stand-ins of the absences among these overrides, by the override's name. Makes one query if there are any.

	Each has `meeting_type`, `colleague` and `title`, the meeting type's.
	"""
	away = [each["name"] for each in overrides if each["is_away"]]
	found: dict[str, list[frappe._dict]] = {}
	if away:
		row, meeting_type = frappe.qb.DocType("Stand In"), frappe.qb.DocType("Meeting Type")
		query = frappe.qb.from_(row).join(meeting_type).on(meeting_type.name == row.meeting_type)
		query = query.select(row.parent, row.meeting_type, row.colleague, meeting_type.title).orderby(row.idx)
		for each in query.where(row.parent.isin(away)).run(as_dict=True):
			found.setdefault(each.parent, []).append(each)
	return found


def remove_overrides(names: Sequence[str]) -> HoursChange:
	"""Plan to delete overrides of one user. Raises NotFound, or NotPermitted for somebody else's."""
	docs = tuple(_permitted(OVERRIDE, name, "delete") for name in names)
	if len({doc.user for doc in docs}) != 1:
		raise NotFound
	return HoursChange(docs[0].user, deleted=docs)


def block(user: str, start: int, end: int, fields: Mapping[str, Any]) -> HoursChange:
	"""Plan blocked time `[start, end)`, epoch seconds. The fields are further ones of the record. Raises InvalidRequest."""
	times = {"start_time": to_site_time(start), "end_time": to_site_time(end)}
	return HoursChange(user, saved=(validated(new_record(BLOCKED, {**fields, **times, "user": user})),))


def unblock(name: str) -> HoursChange:
	"""Plan to delete blocked time. Raises NotFound, or NotPermitted for somebody else's."""
	doc = _permitted(BLOCKED, name, "delete")
	return HoursChange(doc.user, deleted=(doc,))


def days_off_between(user: str, first: date, last: date) -> list[engine.DateOverride]:
	"""Return the user's holidays and leave from `first` to `last`, both included; none without the apps that have them."""
	return load_days_off(load_schedules(None, [user]), first, last).get(user, [])


def is_closed(user: str, day: date) -> bool:
	"""Whether the whole day is one of the host's absences already."""
	known = {"user": user, "is_away": 1, "whole_day": 1, "date": ["<=", str(day)], "end_date": [">=", str(day)]}
	return bool(frappe.db.exists("Availability Override", known))


def close_day(user: str, day: date) -> dict[str, Any] | None:
	"""Make the day an absence. Returns the facts for `taken_back`, or None if it is one already."""
	if is_closed(user, day):
		return None
	fields = {"is_away": 1, "date": str(day), "end_date": str(day), "whole_day": 1}
	return add_override(user, fields).save_undoably()


def rest_of_day(user: str, now: int, zone: str) -> HoursChange:
	"""Plan to block the rest of today, in the host's zone, from the last five-minute step."""
	start = now - now % 300
	tomorrow = engine.local_date(now, zone) + timedelta(days=1)
	return block(user, start, engine.local_midnight(tomorrow, zone), {})


def _permitted(doctype: str, name: str, ptype: str = "read") -> Document:
	if not frappe.db.exists(doctype, {"name": name}):
		raise NotFound
	doc = frappe.get_doc(doctype, name)
	doc.check_permission(ptype)
	return doc


def _moved_rules(rules: Iterable[Document], old: str, new: str, now: int) -> list[dict[str, object]]:
	"""Return rows of Availability Rule that mean the same instants in the zone `new` as the `rules` mean in `old`.

	The difference of the two zones is taken at `now`, epoch seconds. Example: Monday 09:00 to 17:00 in Berlin, read in
	Tokyo, becomes Monday 17:00 to 01:00 in winter.
	"""
	difference = (_offset(now, new) - _offset(now, old)) // timedelta(minutes=1)
	moved: list[dict[str, object]] = []
	for rule in rules:
		weekly = engine.WeeklyRule(
			WEEK.index(rule.day_of_week), minutes_of_day(rule.start_time), minutes_of_day(rule.end_time)
		)
		start, end = weekly.minutes
		begins = (weekly.weekday * 24 * 60 + start + difference) % (7 * 24 * 60)
		day, minute = divmod(begins, 24 * 60)
		moved.append(
			{
				"day_of_week": WEEK[day],
				"start_time": _time(minute),
				"end_time": _time((minute + end - start) % (24 * 60)),
				"is_available": rule.is_available,
			}
		)
	return moved


def _offset(now: int, zone: str) -> timedelta:
	return engine.wall_clock(now, zone).utcoffset() or timedelta()


def _time(minute: int) -> str:
	return str(timedelta(seconds=minute * 60 % DAY_SECONDS)).rjust(8, "0")
