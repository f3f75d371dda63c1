"""The forms of the page of working hours. Each becomes a change that is planned and not saved yet.

Every form is about one user and schedule. Parsing and rooms are the same as for the API, so both store the same records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from frappe import _

from scheduler_integration import engine
from scheduler_integration.availability import hours
from scheduler_integration.availability.hours_change import HoursChange, change_dates, runs_of
from scheduler_integration.availability.limits import LIMIT_FIELDS
from scheduler_integration.availability.week import week_of
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing import hours_form
from scheduler_integration.parsing.hours import parse_block, parse_hours, parse_override
from scheduler_integration.parsing.hours_form import Values
from scheduler_integration.times import dates_between


@dataclass(frozen=True)
class HoursForm:
	"""A form as it was sent: `kind` is a key of FORMS, `values` are its fields. `now` is in epoch seconds.

	`zone` is that of the schedule, `first_weekday` the reader's first day of the week (0 is Monday).
	"""

	kind: str
	user: str
	schedule: str
	zone: str
	first_weekday: int
	values: Values
	now: int

	def one(self, name: str) -> str:
		"""Return the first value of a field, trimmed; empty if it is missing."""
		return next((text.strip() for text in self.values(name)), "")

	def filled(self, *names: str) -> dict[str, str]:
		"""Return those of the fields that aren't empty."""
		return {name: text for name in names if (text := self.one(name))}

	def planned(self) -> HoursChange:
		"""Plan the change. Raises InvalidRequest that names the form's wrong fields, ChangedMeanwhile, and NotPermitted."""
		plan = FORMS.get(self.kind)
		if not plan:
			raise InvalidRequest
		return plan(self)

	def sent_fields(self) -> dict[str, str]:
		"""Return the fields of the schedule that the form changes, as text; not the hours."""
		sent = {name: self.one(name) for name in _SCHEDULE_FIELDS if self.values(name)}
		return sent | {name: str(value) for name, value in hours_form.buffer_payload(self.values).items()}

	@property
	def today(self) -> date:
		return engine.local_date(self.now, self.zone)


Plan = Callable[[HoursForm], HoursChange]
FORMS: dict[str, Plan] = {
	"text": lambda form: _changed(form, parse_hours({"hours": form.one("hours")})),
	"rules": lambda form: _changed(form, parse_hours(form.sent_fields())),
	"zone": lambda form: _changed(
		form, parse_hours({"timezone": form.one("timezone")}), keeps_clock=form.one("keep") != "instants"
	),
	"rename": lambda form: _changed(form, parse_hours({"title": form.one("title")})),
	"make_default": lambda form: hours.change_hours(form.user, form.schedule, {"is_default": 1}, form.now),
	"new_schedule": lambda form: hours.new_schedule(
		form.user, parse_hours({"title": form.one("title")})["title"], form.schedule, form.now
	),
	"delete_schedule": lambda form: hours.delete_schedule(form.user, form.schedule, form.now),
	"rest_of_today": lambda form: hours.rest_of_day(form.user, form.now, form.zone),
	"remove_dates": lambda form: hours.remove_overrides(form.one("name").split(",")),
	"unblock": lambda form: hours.unblock(form.one("name")),
}
_SCHEDULE_FIELDS = ("minimum_notice_hours", "max_days_in_advance", *LIMIT_FIELDS, "timezone", "title")


def _form(kind: str) -> Callable[[Plan], Plan]:
	"""Decorate what plans the change of the form of this kind."""

	def register(plan: Plan) -> Plan:
		FORMS[kind] = plan
		return plan

	return register


@_form("week")
def _week(form: HoursForm) -> HoursChange:
	fields = parse_hours(hours_form.week_payload(hours_form.typed_week(form.values)))
	stored = hours.hours_of(form.user, form.schedule, form.now).schedule.rules
	# Rows that mean the same hours stay as somebody has written them, such as with a break that is cut out.
	return _changed(form, {} if week_of(stored) == week_of(fields["rules"]) else fields)


@_form("next_week")
def _next_week(form: HoursForm) -> HoursChange:
	begin = form.today + timedelta(days=(form.first_weekday - form.today.weekday() - 1) % 7 + 1)
	return change_dates(form.user, dates_between(begin, begin + timedelta(days=6)), [])


@_form("time_off")
def _time_off(form: HoursForm) -> HoursChange:
	"""Plan what the days get: a host who is away, other hours, the usual ones again, or those by another clock."""
	what, days = form.one("what"), hours_form.typed_days(form.values)
	if not days:
		raise InvalidRequest(details={"date": _("Choose at least one day.")})
	reason = parse_override({"date": str(form.today), **form.filled("reason")}).get("reason")
	if what == "away":
		return _away(form, days, reason)
	if what == "hours":
		return change_dates(form.user, days, hours_form.date_spans(hours_form.typed_spans(form.values)), reason)
	if what == "usual":
		return change_dates(form.user, days, None)
	if what != "trip":
		raise InvalidRequest(details={"what": _("Choose one.")})
	if not form.one("timezone"):
		raise InvalidRequest(details={"timezone": _("Choose a time zone from the list, such as Europe/Berlin.")})
	sent = form.filled("timezone", "reason")
	parsed = [parse_override({"date": str(first), "end_date": str(last), **sent}) for first, last in runs_of(days)]
	return HoursChange(form.user, tuple(hours.add_override(form.user, fields).main for fields in parsed))


def _away(form: HoursForm, days: Sequence[date], reason: str | None) -> HoursChange:
	"""Plan time in which nobody can book. Here alone it is decided which record it becomes:

	- an absence, which visitors read about: whole days in a row, or hours with a message or a stand-in
	- blocked time: what repeats, and hours about which visitors needn't read, such as a visit to the dentist
	- days off: days that aren't in a row
	"""
	times, repeat, is_scattered = form.filled("start_time", "end_time"), form.one("repeat"), len(runs_of(days)) > 1
	covers = {each: user for each in form.values("covered") if (user := form.one(f"stand_in:{each}"))}
	stand_ins = [{"meeting_type_id": each, "user": user} for each, user in covers.items()]
	sent = {"date": str(days[0]), "end_date": str(days[-1]), **times, **form.filled("message")}
	# An empty field takes back what was there before.
	absence = {"message": None, **parse_override({"is_away": 1, **sent, "stand_ins": stand_ins}), "reason": reason}
	if name := form.one("name"):
		return hours.change_override(form.user, name, absence)
	told = [*form.filled("message"), *(f"stand_in:{each}" for each in covers)]
	misplaced = told if repeat else []
	if is_scattered:
		misplaced = [*times, *form.filled("repeat"), *told]
	if misplaced:
		problem = _("Clear this, or choose days in a row that don't repeat.")
		raise InvalidRequest(details=dict.fromkeys(misplaced, problem))
	if is_scattered:
		return change_dates(form.user, days, [], reason)
	if told or not (times or repeat):
		return hours.add_override(form.user, absence)
	start, end = hours_form.block_span(days[0], days[-1], form.one("start_time"), form.one("end_time"), form.zone)
	rule = hours_form.repetition(repeat, days[0], form.one("repeat_until"))
	series = parse_block({"recurrence_rule": rule, "timezone": form.zone}) if rule else {}
	return hours.block(form.user, start, end, {"reason": reason, **series})


def _changed(form: HoursForm, fields: dict[str, object], *, keeps_clock: bool = True) -> HoursChange:
	version = form.one("modified") or None
	return hours.change_hours(form.user, form.schedule, fields, form.now, version=version, keeps_clock=keeps_clock)
