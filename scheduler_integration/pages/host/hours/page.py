"""`/scheduling/hours`: hosts set their weekly hours and rules. `/scheduling/time-off`: days off, absences, blocked time.

Both say what a change would do. `?schedule=` shows another schedule than the default one, `?user=` another host's hours
(managers only), `?month=` the month of dates to choose from, `?away=` the absence to change. All forms are sent to them, with their `form`
(entry/hours_forms.py) and one of these as `action`:

	save      saves it; if bookings would lie outside the hours, only together with their mark, `sure`
	impact    shows what it would do
	add:mon, remove:mon:0, copy:mon:all    edit the rows of the week without saving them
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import get_fullname

from scheduler_integration.availability import hours
from scheduler_integration.availability.away import duties_of, types_to_cover
from scheduler_integration.availability.defaults import prepare_host
from scheduler_integration.availability.draft import Draft
from scheduler_integration.availability.fortnight import fortnight
from scheduler_integration.availability.hours import Hours
from scheduler_integration.availability.hours_change import SCHEDULE, HoursChange, taken_back
from scheduler_integration.availability.impact import Impact, impact_of_hours, outside_hours, types_of
from scheduler_integration.availability.limits import LIMIT_FIELDS
from scheduler_integration.availability.week import Week, week_in_words, week_of
from scheduler_integration.catalogue.hosts import enabled_hosts_of_all
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.engine import local_date
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.hours_forms import HoursForm
from scheduler_integration.exceptions import (
	BookingsOutsideHours,
	ChangedMeanwhile,
	InvalidRequest,
	NoHoursYet,
	SchedulingError,
	details_of,
)
from scheduler_integration.pages.host.host_page import HostPage, Reader, message_of
from scheduler_integration.pages.host.hours.forecast import forecast_view
from scheduler_integration.pages.host.hours.impact import change_view, mark_of, more_and_fewer
from scheduler_integration.pages.host.hours.time_off import coming, month_view, shown_month, stored_absence
from scheduler_integration.pages.host.hours.week import OFFICE_SPANS, conflict_of, spans_view, stored_week, week_rows
from scheduler_integration.pages.host.house import HOURS, TIME_OFF, with_arguments
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.controls import field_of, stored
from scheduler_integration.pages.kit.respond import Answer, View, argument, redirection, submitted, wants_json
from scheduler_integration.pages.kit.saving import Conflict, Saved, refusal
from scheduler_integration.pages.kit.spans import absence_in_words
from scheduler_integration.pages.kit.templates import draw
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.kit.zones import zone_options
from scheduler_integration.parsing.hours_form import (
	Span,
	TypedWeek,
	edited_week,
	typed_days,
	typed_spans,
	typed_week,
	week_values,
)
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.language import for_later
from scheduler_integration.times import dates_between

_TEMPLATES = "scheduler_integration/templates/scheduling/hours"
# Buffers with a choice of their own, in minutes.
_BUFFERS = ("0", "15", "30")
# Holidays and leave are listed this many days ahead.
_AHEAD = 365
# The message after each form. All other forms are "saved".
_DONE = {
	"remove_dates": for_later("Removed"),
	"unblock": for_later("Removed"),
	"delete_schedule": for_later("Deleted"),
	"rest_of_today": for_later("The rest of today is blocked"),
	"next_week": for_later("Next week is off"),
}


def _asks() -> bool:
	"""Whether the form saves nothing: it asks what it would do, or edits the rows of the week."""
	return (
		submitted() and argument("form") != "begin" and argument("action") not in ("", "save") and not argument("undo")
	)


def _path() -> str:
	return TIME_OFF if frappe.request and frappe.request.path.rstrip("/") == TIME_OFF else HOURS


PAGE = HostPage(HOURS, style="hours", address=_path, previews=_asks, also={**_DONE, "undone": for_later("Undone")})


@dataclass(frozen=True)
class Typed:
	"""The form that was just sent, and isn't saved: what was typed, what is wrong with it, and what it would do.

	`kind` is one of `entry.hours_forms.FORMS`. `week`, `spans` and `days` are set for the forms that have them.
	"""

	kind: str = ""
	fields: Mapping[str, str] = field(default_factory=dict)
	week: TypedWeek | None = None
	spans: Sequence[Span] = ()
	days: Sequence[date] = ()
	error: SchedulingError | None = None
	change: HoursChange | None = None
	impact: Impact | None = None


@PAGE.action("begin")
def _begin() -> None:
	user = hours.host_named(argument("user"))
	prepare_host(user)
	raise redirection(_own_address(user))


@PAGE.action("", done=for_later("Saved"))
def _save() -> Saved:
	shown = hours.hours_of(hours.host_named(argument("user")), argument("schedule") or None, now())
	form, kept = _form(shown), {**_arguments(shown), "month": argument("month")}
	try:
		change = form.planned()
	except ChangedMeanwhile:
		week = typed_week(form.values) if form.kind == "week" else None
		raise conflict_of(shown, week, form.sent_fields(), current_visitor().style(form.zone)) from None
	if wants_json():
		outside = outside_hours(change, form.now)
	else:
		impact = impact_of_hours(change, form.zone, form.now)
		outside = impact.outside
		kept |= {"more": str(impact.sums[0]), "fewer": str(impact.sums[1])}
	if outside and form.one("sure") != mark_of(outside):
		raise BookingsOutsideHours
	shows = _picture(shown, change) if wants_json() else {}
	facts = change.save_undoably()
	if form.kind in ("new_schedule", "delete_schedule"):
		kept["schedule"] = str(change.main.name) if form.kind == "new_schedule" else ""
	done = form.kind if form.kind in _DONE else "saved"
	return Saved(done, modified=change.version, undo=facts, kept=kept, more=shows)


@PAGE.undo
def _take_back(facts: dict[str, Any]) -> Saved:
	user = hours.host_named(argument("user"))
	change = taken_back(facts)
	change.save()
	return Saved(modified=change.version, kept={"user": _other(user), "month": argument("month")})


def _other(user: str) -> str:
	"""Return the user of the argument `user`: empty for the reader's own hours."""
	return "" if user == frappe.session.user else user


def _own_address(user: str) -> str:
	return with_arguments(_path(), {"user": _other(user)})


def _arguments(shown: Hours) -> dict[str, str]:
	"""Return the arguments of the page's address: whose hours, and which schedule if it isn't the default one."""
	asked = {"user": _other(shown.user), "schedule": "" if shown.schedule.is_default else shown.schedule.name}
	return {name: value for name, value in asked.items() if value}


def _form(shown: Hours) -> HoursForm:
	return HoursForm(
		kind=argument("form"),
		user=shown.user,
		schedule=shown.schedule.name,
		zone=shown.schedule.timezone,
		first_weekday=current_visitor().locale.first_week_day,
		values=frappe.request.form.getlist,
		now=now(),
	)


def _typed(form: HoursForm, error: SchedulingError | None) -> Typed:
	"""Return the form as it was sent, for the page to show again."""
	is_time_off = form.kind == "time_off"
	try:
		# Only those that are ticked: the first and the last day are fields of their own.
		days = typed_days(lambda name: form.values(name) if is_time_off and name == "day" else [])
	except InvalidRequest:
		days = []
	return Typed(
		kind=form.kind,
		fields={name: form.one(name) for name in frappe.request.form},
		week=typed_week(form.values) if form.kind == "week" else None,
		spans=typed_spans(form.values) if is_time_off else (),
		days=days,
		error=error,
	)


def _weighed(shown: Hours, form: HoursForm) -> Typed:
	"""Return the form after one of its buttons, with what it would do; as JSON if a script asks."""
	if form.kind == "week" and form.one("action") != "impact":
		sent, edited = form.values, week_values(edited_week(typed_week(form.values), form.one("action"), form.values))
		form = replace(form, values=lambda name: edited.get(name, sent(name)))
	try:
		with refusals():
			change = form.planned()
			impact = impact_of_hours(change, form.zone, form.now)
	except SchedulingError as error:
		if wants_json():
			raise Answer(refusal(error), error.http_status_code) from None
		# A row that was just added is still empty, which is no mistake yet.
		is_asked = form.one("action") == "impact" or not isinstance(error, InvalidRequest)
		return _typed(form, error if is_asked else None)
	if wants_json():
		# The impact for a script: its words as HTML, and the parts of the page as they would be.
		view = change_view(change, impact, current_visitor().style(shown.schedule.timezone))
		impact_json = {
			"saved": False,
			"message": " ".join(filter(None, (view["summary"], view["outside"]))),
			"errors": {},
			"sure": view["sure"],
			"impact": draw(f"{_TEMPLATES}/impact.html", {"impact": view}),
			**_picture(shown, change),
		}
		raise Answer(impact_json, 200)
	return replace(_typed(form, None), change=change, impact=impact)


def _picture(shown: Hours, change: HoursChange) -> dict[str, Any]:
	"""Return the parts of the page as they are with the change, for a script: the strip, and the week in words."""
	style = current_visitor().style(shown.schedule.timezone)
	forecast = _forecast(change, types_of(Draft(shown.user)), style, now())
	return {
		"forecast": draw(f"{_TEMPLATES}/forecast.html", {"forecast": forecast}),
		"sentence": _sentence(week_of(change.main.rules), style) if change.main.doctype == SCHEDULE else None,
	}


@PAGE.view
def _view(reader: Reader) -> View:
	if _path() == HOURS and argument("month") and not submitted():
		raise redirection(with_arguments(TIME_OFF, {"user": argument("user"), "month": argument("month")}))
	user = hours.host_named(argument("user"))
	title = _("Time off") if _path() == TIME_OFF else _("Weekly hours")
	if _other(user):
		title = f"{title} · {get_fullname(user)}"
	try:
		shown = hours.hours_of(user, argument("schedule") or None, now())
	except NoHoursYet:
		# One button makes office hours.
		query = urlencode({"user": user}) if _other(user) else ""
		missing = {"is_missing": True, "query": query, "colleagues": _colleagues(user, is_missing=True)}
		return {"title": title, "error": None, **missing}
	# The data that the page's script reads.
	data = {
		"locale": reader.visitor.language_tag,
		"twelveHours": reader.visitor.twelve_hours,
		"strings": {
			"zone_and_time": _("{0}, {1}"),
			"until_midnight": _("until midnight"),
			"until_next_day": _("until {0} next day"),
			"days_chosen": _("Days chosen: {0}"),
			"copied_to": _("Copied to {0}"),
		},
	}
	return {
		"title": title,
		"whose": _other(user),
		"script": "hours",
		"data": data,
		**_shown(shown, _sent(shown, reader), reader),
	}


def _sent(shown: Hours, reader: Reader) -> Typed:
	"""Return the form that was just sent, if it isn't saved."""
	if _asks():
		return _weighed(shown, _form(shown))
	if not reader.error:
		return Typed()
	form = _form(shown)
	typed = _typed(form, reader.error)
	if not isinstance(reader.error, BookingsOutsideHours):
		return typed
	change = form.planned()
	return replace(typed, change=change, impact=impact_of_hours(change, form.zone, form.now))


def _shown(shown: Hours, typed: Typed, reader: Reader) -> View:
	error, arguments, is_time_off = typed.error, _arguments(shown), _path() == TIME_OFF
	style = reader.visitor.style(shown.schedule.timezone)
	types = types_of(Draft(shown.user))
	draft = typed.change or Draft(shown.user)
	errors = details_of(error)
	impact = change_view(typed.change, typed.impact, style) if typed.change and typed.impact else {}
	return {
		"error": error,
		"query": urlencode(arguments),
		"arguments": arguments,
		"message": message_of(error),
		"errors": _by_form(typed.kind, errors),
		"typed": _by_form(typed.kind, typed.fields),
		"colleagues": _colleagues(shown.user),
		"user": shown.user,
		"modified": shown.version,
		"shown_title": shown.schedule.title,
		**(_time_off(shown, typed, types, reader) if is_time_off else _weekly(shown, typed, types, reader)),
		"forecast": _forecast(draft, types, style, reader.now),
		"impact": _by_form(typed.kind, impact),
		"conflict": error if isinstance(error, Conflict) else None,
		"is_draft": bool(typed.change),
		"is_time_off": is_time_off,
		"toast": reader.toast
		and {**reader.toast, "text": _counted(reader.toast["text"]), "address": _own_address(shown.user)},
	}


def _counted(text: str) -> str:
	"""Return the sentence about what was saved, with how many times it brought or took."""
	more, fewer = (int(sent[:5]) if (sent := argument(name)).isdecimal() else 0 for name in ("more", "fewer"))
	counted = more_and_fewer(more, fewer)
	return _("{0}: {1}").format(text, counted) if counted else text


def _forecast(draft: Draft, types: Sequence[Bookable], style: dates.TimeStyle, now: int) -> dict[str, Any]:
	"""Return the strip of the next two weeks, as they would be with the draft."""
	return forecast_view(fortnight(draft, style.zone, now), types[0].meeting_type.name if types else None, style)


def _colleagues(user: str, *, is_missing: bool = False) -> list[dict[str, Any]]:
	"""Return the hosts whose hours a manager can open. Somebody without hours is added if they are none of them."""
	colleagues = enabled_hosts_of_all() if is_manager() else ()
	hosts = [{"user": each.user, "name": each.name, "is_shown": each.user == user} for each in colleagues]
	if not is_missing or not hosts or any(host["is_shown"] for host in hosts):
		return hosts
	return [{"user": user, "name": get_fullname(user), "is_shown": True}, *hosts]


def _sentence(week: Week, style: dates.TimeStyle) -> str:
	"""Return the week as the text field takes it."""
	return week_in_words(week, first_day=style.locale.first_week_day, twelve_hours=style.twelve_hours)


def _by_form(kind: str, values: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
	"""Return the values of the form `kind`; other forms, and fields that weren't sent, are empty."""
	return _Forms({kind: _Fields(values)})


class _Fields(dict[str, Any]):
	def __missing__(self, _name: str) -> str:
		return ""


class _Forms(dict[str, _Fields]):
	def __missing__(self, _kind: str) -> _Fields:
		return _Fields()


def _zone(sent: Typed, now: int, style: dates.TimeStyle) -> dict[str, Any]:
	typed = sent.fields if sent.kind == "zone" else {}
	return {
		"name": style.zone,
		"city": dates.city(style.zone, style.locale),
		"now": dates.clock_time(now, style),
		"options": zone_options(style.locale, typed.get("timezone") or style.zone, style.zone),
		"keep": typed.get("keep") or "clock",
		"is_open": bool(typed),
	}


def _schedules(shown: Hours, types: Sequence[Bookable]) -> list[dict[str, Any]]:
	used: dict[str, list[str]] = {}
	default = next((each.name for each in shown.schedules if each.is_default), "")
	for each in types:
		used.setdefault(each.meeting_type.availability_schedule or default, []).append(each.meeting_type.title)
	options = []
	for schedule in shown.schedules:
		asked = _arguments(replace(shown, schedule=schedule))
		options.append(
			{
				"name": schedule.name,
				"title": schedule.title,
				"is_default": bool(schedule.is_default),
				"is_shown": schedule.name == shown.schedule.name,
				"types": list(dict.fromkeys(used.get(schedule.name, []))),
				"url": with_arguments(_path(), asked),
				"query": urlencode(asked),
			}
		)
	return options


def _rules(shown: Hours, sent: Typed) -> dict[str, Any]:
	"""Return the rules as typed or as stored."""
	schedule, typed = shown.schedule, sent.fields if sent.kind == "rules" else {}
	errors = details_of(sent.error) if sent.kind == "rules" else {}
	fields = [
		field_of(SCHEDULE, name)._replace(value=typed.get(name, stored(schedule, name)), error=errors.get(name, ""))
		for name in ("minimum_notice_hours", "max_days_in_advance", *LIMIT_FIELDS)
	]
	minutes = stored(schedule, "buffer_minutes")
	return {
		"label": field_of(SCHEDULE, "buffer_minutes").label,
		"fields": fields[:2],
		"limits": fields[2:],
		"has_limits": any(field.value not in ("", "0") for field in fields[2:]),
		"buffer": typed.get("buffer") or (minutes if minutes in _BUFFERS else "other"),
		"buffer_other": typed.get("buffer_other", minutes),
		"buffers": [(each, _("{0} minutes").format(each) if each != "0" else _("No buffer")) for each in _BUFFERS],
	}


def _weekly(shown: Hours, typed: Typed, types: Sequence[Bookable], reader: Reader) -> View:
	style, week = reader.visitor.style(shown.schedule.timezone), week_of(shown.schedule.rules)
	errors = details_of(typed.error) if typed.kind == "week" else {}
	return {
		"schedules": _schedules(shown, types),
		"zone": _zone(typed, reader.now, style),
		"week": week_rows(typed.week or stored_week(week), errors, style),
		"sentence": _sentence(week, style),
		"rules": _rules(shown, typed),
	}


def _time_off(shown: Hours, sent: Typed, types: Sequence[Bookable], reader: Reader) -> View:
	style, typed = reader.visitor.style(shown.schedule.timezone), sent if sent.kind == "time_off" else Typed()
	today, week = local_date(reader.now, style.zone), week_of(shown.schedule.rules)
	days_off = hours.days_off_between(shown.user, today, today + timedelta(days=_AHEAD))
	# Holidays on days that are off anyway change nothing.
	holidays = [
		day_off
		for day_off in days_off
		if any(day.weekday() in week for day in dates_between(day_off.first, day_off.last))
	]
	covered, stand_ins = types_to_cover(shown.user, types), hours.stand_ins_of(shown.overrides)
	changed = [each for each in shown.overrides if each["is_away"] and each["name"] == argument("away")]
	fields = typed.fields or (stored_absence(changed[0], stand_ins) if changed else {})
	return {
		"coming": coming(shown, holidays, stand_ins, covered, _arguments(shown), style, reader.now),
		"duties": [
			_("You stand in for {0}, {1}: {2}").format(each.host, absence_in_words(each.absence, style), each.title)
			for each in duties_of(shown.user, today)
		],
		"month": month_view(shown_month(argument("month"), today), today, shown.overrides, days_off, typed.days, style),
		"is_month_open": bool(argument("month") or typed.days),
		"form": _Fields(fields),
		"spans": spans_view(tuple(typed.spans) or OFFICE_SPANS, style),
		"covered": [each for each in covered if each.colleagues],
		"zones": zone_options(style.locale, typed.fields.get("timezone", "")),
		"today": today.isoformat(),
	}
