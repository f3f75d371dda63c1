"""`/scheduling/hours`: hosts set their working hours, dates and blocked time, and see what a change would do.

`?schedule=` shows another schedule than the default one, `?user=` another host's hours (managers only), `?month=` the
month of dates to choose from. All forms are sent here, with their `form` (entry/hours_forms.py) and one of these as `action`:

	save      saves it; if bookings would lie outside the hours, only together with their mark, `sure`
	impact    shows what it would do
	add:mon, remove:mon:0, copy:mon:all    edit the rows of the week without saving them
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import get_fullname
from frappe.utils.jinja import get_template

from scheduler_integration.availability import hours
from scheduler_integration.availability.away import duties_of, types_to_cover
from scheduler_integration.availability.defaults import prepare_host
from scheduler_integration.availability.draft import Draft
from scheduler_integration.availability.fortnight import fortnight
from scheduler_integration.availability.hours_change import SCHEDULE, HoursChange, taken_back
from scheduler_integration.availability.impact import Impact, impact_of_hours, outside_hours, types_of
from scheduler_integration.availability.week import week_of
from scheduler_integration.catalogue.hosts import TypeHost, enabled_hosts_of_all
from scheduler_integration.engine import local_date
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.hours_forms import HoursForm
from scheduler_integration.exceptions import (
	BookingsOutsideHours,
	ChangedMeanwhile,
	InvalidRequest,
	NoHoursYet,
	SchedulingError,
)
from scheduler_integration.pages.host.hours.conflict import conflict_of
from scheduler_integration.pages.host.hours.forecast import forecast_view
from scheduler_integration.pages.host.hours.impact import change_view, mark_of, more_and_fewer
from scheduler_integration.pages.host.hours.page import (
	PATH,
	HoursPage,
	Typed,
	address_arguments,
	hours_view,
	missing_view,
	sentence,
)
from scheduler_integration.pages.host.house import House, open_house
from scheduler_integration.pages.kit.respond import (
	Answer,
	argument,
	redirection,
	respond_to_host,
	submitted,
	wants_json,
)
from scheduler_integration.pages.kit.saving import Saved, answer_form, take_back, toast_of
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.hours_form import (
	Values,
	edited_week,
	typed_days,
	typed_spans,
	typed_week,
	week_values,
)
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0

_TEMPLATES = "scheduler_integration/templates/scheduling/hours"
# Holidays and leave are listed this many days ahead.
_AHEAD = 365


def get_context(context: frappe._dict) -> None:
	respond_to_host(context, _view, sign_in_for=lambda: PATH)


def _view() -> dict:
	user = hours.host_named(argument("user"))
	if submitted() and argument("form") == "begin":
		prepare_host(user)
		raise redirection(PATH if _is_own(user) else f"{PATH}?user={user}")
	house = open_house(frappe.session.user, current_visitor(), now(), PATH)
	try:
		host_hours = hours.hours_of(user, argument("schedule") or None, now())
	except NoHoursYet:
		return missing_view(house, user, _is_own(user), get_fullname(user), _colleagues())
	return _page(house, host_hours, _answer(host_hours) if submitted() else Typed())


def _colleagues() -> Sequence[TypeHost]:
	return enabled_hosts_of_all() if is_manager() else ()


def _page(house: House, host_hours: hours.Hours, typed: Typed) -> dict:
	user, zone = host_hours.user, host_hours.schedule.timezone
	today = local_date(now(), zone)
	draft = typed.change.draft if typed.change else Draft(user)
	types = types_of(Draft(user))
	return hours_view(
		HoursPage(
			house=house,
			hours=host_hours,
			name=get_fullname(user),
			is_own=_is_own(user),
			colleagues=_colleagues(),
			types=types,
			covered=types_to_cover(user, types),
			stand_ins=hours.stand_ins_of(host_hours.overrides),
			duties=duties_of(user, today),
			away=argument("away"),
			forecast=fortnight(draft, zone, now()),
			days_off=hours.days_off_between(user, today, today + timedelta(days=_AHEAD)),
			month=argument("month"),
			now=now(),
			typed=typed,
			toast=_toast(user),
		)
	)


def _answer(host_hours: hours.Hours) -> Typed:
	"""Carry out what the form asks for and redirect, or return the form with what it would do or with its error."""
	form = _form(host_hours)
	if not argument("undo") and form.one("action") not in ("", "save"):
		return _weighed(host_hours, form)
	told = _sentences()
	kept = address_arguments(host_hours, _is_own(host_hours.user), month=argument("month"))
	error = answer_form(lambda: _save(host_hours, form, told, kept), PATH, told, kept)
	typed = _typed(form, error)
	if not isinstance(error, BookingsOutsideHours):
		return typed
	change = form.planned()
	return replace(typed, change=change, impact=impact_of_hours(change.draft, form.zone, form.now))


def _save(host_hours: hours.Hours, form: HoursForm, told: dict[str, str], kept: dict[str, str]) -> Saved:
	if key := argument("undo"):
		change = taken_back(take_back(key))
		change.save()
		kept.pop("schedule", None)
		return Saved("undone", modified=_version(change))
	change = _planned(host_hours, form)
	if not wants_json():
		impact = impact_of_hours(change.draft, form.zone, form.now)
		kept |= {"more": str(len(impact.gained)), "fewer": str(len(impact.lost))}
	outside = impact.outside if not wants_json() else outside_hours(change.draft, form.now)
	if outside and form.one("sure") != mark_of(outside):
		raise BookingsOutsideHours
	facts = change.save_undoably()
	if form.kind in ("new_schedule", "delete_schedule"):
		kept["schedule"] = str(change.main.name) if form.kind == "new_schedule" else ""
	return Saved(form.kind if form.kind in told else "saved", modified=_version(change), undo=facts)


def _planned(host_hours: hours.Hours, form: HoursForm) -> HoursChange:
	try:
		return form.planned()
	except ChangedMeanwhile:
		week = typed_week(form.values) if form.kind == "week" else None
		raise conflict_of(host_hours, week, form.sent_fields(), current_visitor().style(form.zone)) from None


def _weighed(host_hours: hours.Hours, form: HoursForm) -> Typed:
	"""Return the form after one of its buttons, with what it would do; as JSON if a script asks."""
	if form.kind == "week" and form.one("action") != "impact":
		form = replace(form, values=_edited(form.values, form.one("action")))
	try:
		with refusals():
			change = form.planned()
			impact = impact_of_hours(change.draft, form.zone, form.now)
	except SchedulingError as error:
		if wants_json():
			raise Answer(
				{"saved": False, "message": error.message, "errors": error.details}, error.http_status_code
			) from None
		# A row that was just added is still empty, which is no mistake yet.
		is_asked = form.one("action") == "impact" or not isinstance(error, InvalidRequest)
		return _typed(form, error if is_asked else None)
	if wants_json():
		raise Answer(_impact_json(host_hours, change, impact), 200)
	return replace(_typed(form, None), change=change, impact=impact)


def _impact_json(host_hours: hours.Hours, change: HoursChange, impact: Impact) -> dict:
	"""Return the impact for a script: its words as HTML, and the parts of the page as they would be."""
	zone = host_hours.schedule.timezone
	style = current_visitor().style(zone)
	view = change_view(change, impact, style)
	types = types_of(Draft(host_hours.user))
	forecast = forecast_view(fortnight(change.draft, zone, now()), types[0].meeting_type.name if types else None, style)
	return {
		"saved": False,
		"message": " ".join(filter(None, (view["summary"], view["outside"]))),
		"errors": {},
		"sure": view["sure"],
		"impact": get_template(f"{_TEMPLATES}/impact.html").render({"impact": view}),
		"forecast": get_template(f"{_TEMPLATES}/forecast.html").render({"forecast": forecast}),
		"sentence": sentence(week_of(change.main.rules), style) if change.main.doctype == SCHEDULE else None,
	}


def _form(host_hours: hours.Hours) -> HoursForm:
	return HoursForm(
		kind=argument("form"),
		user=host_hours.user,
		schedule=host_hours.schedule.name,
		zone=host_hours.schedule.timezone,
		first_weekday=current_visitor().locale.first_week_day,
		values=frappe.request.form.getlist,
		now=now(),
	)


def _edited(values: Values, action: str) -> Values:
	edited = week_values(edited_week(typed_week(values), action, values))
	return lambda name: edited.get(name, values(name))


def _typed(form: HoursForm, error: SchedulingError | None) -> Typed:
	"""Return the form as it was sent, for the page to show again."""
	try:
		days = typed_days(form.values) if form.kind == "dates" else []
	except InvalidRequest:
		days = []
	return Typed(
		kind=form.kind,
		fields={name: text for name in frappe.request.form for text in [form.one(name)]},
		week=typed_week(form.values) if form.kind == "week" else None,
		spans=typed_spans(form.values) if form.kind == "dates" else (),
		days=days,
		error=error,
	)


def _version(change: HoursChange) -> str:
	saved = [doc for doc in change.saved if doc.doctype == SCHEDULE]
	return str(frappe.db.get_value(SCHEDULE, saved[0].name, "modified")) if saved else ""


def _is_own(user: str) -> bool:
	return user == frappe.session.user


def _toast(user: str) -> dict | None:
	"""Return the message after the redirect, with how many times it brought or took."""
	toast = toast_of(_sentences())
	if not toast:
		return None
	more, fewer = (int(text[:5]) if (text := argument(name)).isdecimal() else 0 for name in ("more", "fewer"))
	counted = more_and_fewer(more, fewer)
	text = _("{0}: {1}").format(toast["text"], counted) if counted else toast["text"]
	return {**toast, "text": text, "address": PATH if _is_own(user) else f"{PATH}?user={user}"}


def _sentences() -> dict[str, str]:
	return {
		"saved": _("Saved"),
		"undone": _("Undone"),
		"remove_dates": _("Removed"),
		"away": _("You are away"),
		"unblock": _("Removed"),
		"delete_schedule": _("Deleted"),
		"rest_of_today": _("The rest of today is blocked"),
		"next_week": _("Next week is off"),
		"block": _("The time is blocked"),
	}
