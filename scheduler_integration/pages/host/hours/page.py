"""`/scheduling/hours`: a host's week, rules, dates and blocked time, what a change would do, and the next two weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from frappe import _
from frappe.utils import get_fullname

from scheduler_integration.availability.away import Covered, Duty
from scheduler_integration.availability.fortnight import ForecastDay
from scheduler_integration.availability.hours import Hours
from scheduler_integration.availability.hours_change import HoursChange
from scheduler_integration.availability.hours_words import week_in_words
from scheduler_integration.availability.impact import Impact
from scheduler_integration.availability.limits import LIMIT_FIELDS
from scheduler_integration.availability.week import Week, week_of
from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.engine import DateOverride, local_date
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.pages.host.hours.away import away_view
from scheduler_integration.pages.host.hours.blocked import blocked_list, repeat_choices
from scheduler_integration.pages.host.hours.dates import list_view, month_view, shown_month
from scheduler_integration.pages.host.hours.forecast import forecast_view
from scheduler_integration.pages.host.hours.impact import change_view
from scheduler_integration.pages.host.hours.week import OFFICE_SPANS, spans_view, stored_week, week_rows
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.saving import Conflict
from scheduler_integration.pages.kit.zones import zone_options
from scheduler_integration.parsing.hours_form import Span, TypedWeek

PATH = "/scheduling/hours"
# Buffers with a choice of their own, in minutes.
_BUFFERS = (0, 15, 30)


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


@dataclass(frozen=True)
class HoursPage:
	"""The data of the page. `now` is in epoch seconds.

	`colleagues` are the hosts whose hours a manager can open, `types` those that the host offers, `days_off` the holidays
	and leave of the coming year, `month` and `away`, the absence to change, are what the address asks for. `covered` are the
	types that colleagues could take over, `stand_ins` those who do, by the absence, `duties` those for whom the host stands in.
	"""

	house: House
	hours: Hours
	name: str
	is_own: bool
	colleagues: Sequence[TypeHost]
	types: Sequence[Bookable]
	covered: Sequence[Covered]
	stand_ins: Mapping[str, Sequence[Mapping[str, Any]]]
	duties: Sequence[Duty]
	away: str
	forecast: Sequence[ForecastDay]
	days_off: Sequence[DateOverride]
	month: str
	now: int
	typed: Typed
	toast: dict | None = None

	@property
	def zone(self) -> str:
		return self.hours.schedule.timezone

	@property
	def style(self) -> dates.TimeStyle:
		return self.house.visitor.style(self.zone)

	@property
	def today(self) -> date:
		return local_date(self.now, self.zone)

	@property
	def week(self) -> Week:
		return week_of(self.hours.schedule.rules)


def hours_view(page: HoursPage) -> dict:
	"""Return the view of the page."""
	typed, style = page.typed, page.style
	error = typed.error
	title = _("Working hours") if page.is_own else _("Working hours of {0}").format(page.name)
	arguments = address_arguments(page.hours, page.is_own)
	return {
		**page.house.frame(title, style="hours", script="hours", data=_data(page)),
		"path": PATH,
		"query": urlencode(arguments),
		"arguments": arguments,
		"message": {"text": _told(error), "is_error": True} if error else None,
		"errors": _by_form(typed.kind, error.details if error else {}),
		"typed": _by_form(typed.kind, typed.fields),
		"colleagues": [
			{"user": each.user, "name": each.name, "is_shown": each.user == page.hours.user} for each in page.colleagues
		],
		"user": page.hours.user,
		"modified": page.hours.version,
		"shown_title": page.hours.schedule.title,
		"schedules": _schedules(page),
		"zone": _zone(page),
		"week": week_rows(typed.week or stored_week(page.week), _errors(typed, "week"), style),
		"sentence": sentence(page.week, style),
		"rules": _rules(page),
		"dates": _dates(page),
		"away": away_view(
			page.hours.overrides,
			page.covered,
			page.stand_ins,
			typed.fields if typed.kind == "away" else {},
			page.away,
			page.duties,
			arguments,
			style,
		),
		"blocked": {
			"rows": blocked_list(page.hours.blocked, style),
			"repeats": repeat_choices(),
			"today": page.today.isoformat(),
		},
		"zones": zone_options(style.locale, typed.fields.get("timezone", "") if typed.kind == "trip" else ""),
		"forecast": forecast_view(page.forecast, _explained_type(page), style),
		"impact": _by_form(
			typed.kind, change_view(typed.change, typed.impact, style) if typed.change and typed.impact else {}
		),
		"conflict": _versions(error) if isinstance(error, Conflict) else [],
		"is_draft": bool(typed.change),
		"toast": page.toast,
		"status": error.http_status_code if error else 200,
	}


def missing_view(house: House, user: str, is_own: bool, name: str, colleagues: Sequence[TypeHost]) -> dict:
	"""Return the view for a host who has no working hours yet. One button makes office hours."""
	return {
		**house.frame(_("Working hours") if is_own else _("Working hours of {0}").format(name), style="hours"),
		"query": "" if is_own else urlencode({"user": user}),
		"path": PATH,
		"is_missing": True,
		"colleagues": _colleagues(colleagues, user),
		"status": 200,
	}


def _colleagues(colleagues: Sequence[TypeHost], user: str) -> list[dict]:
	"""Return the hosts to choose from, and the user whose hours are shown if they are none of them."""
	hosts = [{"user": each.user, "name": each.name, "is_shown": each.user == user} for each in colleagues]
	if not hosts or any(host["is_shown"] for host in hosts):
		return hosts
	return [{"user": user, "name": get_fullname(user), "is_shown": True}, *hosts]


def sentence(week: Week, style: dates.TimeStyle) -> str:
	"""Return the week as the text field takes it."""
	return week_in_words(week, first_day=style.locale.first_week_day, twelve_hours=style.twelve_hours)


def address_arguments(hours: Hours, is_own: bool, **more: str) -> dict[str, str]:
	"""Return the arguments of the page's address: whose hours, and which schedule if it isn't the default one."""
	asked = {
		"user": "" if is_own else hours.user,
		"schedule": "" if hours.schedule.is_default else hours.schedule.name,
		**more,
	}
	return {name: value for name, value in asked.items() if value}


def _by_form(kind: str, values: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
	"""Return the values of the form `kind`; other forms, and fields that weren't sent, are empty."""
	return _Forms({kind: _Fields(values)})


class _Fields(dict[str, Any]):
	def __missing__(self, _name: str) -> str:
		return ""


class _Forms(dict[str, _Fields]):
	def __missing__(self, _kind: str) -> _Fields:
		return _Fields()


def _told(error: SchedulingError) -> str:
	return " ".join(dict.fromkeys([error.message, *error.details.values()]))


def _versions(conflict: Conflict) -> list[dict]:
	mine = conflict.mine or {}
	return [{"label": label, "mine": mine.get(label, ""), "stored": text} for label, text in conflict.theirs.items()]


def _errors(typed: Typed, kind: str) -> Mapping[str, str]:
	return typed.error.details if typed.error and typed.kind == kind else {}


def _data(page: HoursPage) -> dict[str, Any]:
	"""Return what the page's script reads."""
	return {
		"locale": page.house.visitor.language_tag,
		"twelveHours": page.house.visitor.twelve_hours,
		"strings": {
			"zone_and_time": _("{0}, {1}"),
			"until_midnight": _("until midnight"),
			"until_next_day": _("until {0} next day"),
			"days_chosen": _("Days chosen: {0}"),
			"copied_to": _("Copied to {0}"),
			"save": _("Save"),
			"unsaved": _("Not saved yet"),
			"discard": _("Discard my changes"),
		},
	}


def _zone(page: HoursPage) -> dict:
	typed = page.typed.fields if page.typed.kind == "zone" else {}
	return {
		"name": page.zone,
		"city": dates.city(page.zone, page.style.locale),
		"now": dates.clock_time(page.now, page.style),
		"options": zone_options(page.style.locale, typed.get("timezone") or page.zone, page.zone),
		"keep": typed.get("keep") or "clock",
		"is_open": bool(typed),
	}


def _schedules(page: HoursPage) -> list[dict]:
	used: dict[str, list[str]] = {}
	default = next((each.name for each in page.hours.schedules if each.is_default), "")
	for each in page.types:
		used.setdefault(each.meeting_type.availability_schedule or default, []).append(each.meeting_type.title)
	options = []
	for schedule in page.hours.schedules:
		own = {"user": "" if page.is_own else page.hours.user, "schedule": "" if schedule.is_default else schedule.name}
		query = urlencode({name: value for name, value in own.items() if value})
		options.append(
			{
				"name": schedule.name,
				"title": schedule.title,
				"is_default": bool(schedule.is_default),
				"is_shown": schedule.name == page.hours.schedule.name,
				"types": list(dict.fromkeys(used.get(schedule.name, []))),
				"url": f"{PATH}?{query}" if query else PATH,
				"query": query,
			}
		)
	return options


def _rules(page: HoursPage) -> dict:
	"""Return the rules as typed or as stored."""
	schedule, typed = page.hours.schedule, page.typed.fields if page.typed.kind == "rules" else {}
	names = ("minimum_notice_hours", "max_days_in_advance", *LIMIT_FIELDS)
	values = {name: typed.get(name, str(schedule.get(name) or 0)) for name in names}
	stored = schedule.buffer_minutes or 0
	buffer = typed.get("buffer") or (str(stored) if stored in _BUFFERS else "other")
	return {
		**values,
		"buffer": buffer,
		"buffer_other": typed.get("buffer_other", str(stored)),
		"buffers": [{"value": "0", "label": _("No buffer")}]
		+ [{"value": str(each), "label": _("{0} minutes").format(each)} for each in _BUFFERS[1:]],
		"limits": _limits(values),
		"has_limits": any(values[name] not in ("", "0") for name in LIMIT_FIELDS),
	}


def _limits(values: Mapping[str, str]) -> list[dict]:
	labels = {"daily": _("A day"), "weekly": _("A week"), "monthly": _("A month")}
	return [
		{
			"label": label,
			"meetings": {"name": f"{period}_limit", "value": values[f"{period}_limit"]},
			"minutes": {"name": f"{period}_minutes", "value": values[f"{period}_minutes"]},
		}
		for period, label in labels.items()
	]


def _dates(page: HoursPage) -> dict:
	typed = page.typed if page.typed.kind == "dates" else Typed()
	# Holidays on days that are off anyway change nothing.
	week = page.week
	holidays = [
		day_off
		for day_off in page.days_off
		if any(
			(day_off.first + timedelta(days=step)).weekday() in week
			for step in range((day_off.last - day_off.first).days + 1)
		)
	]
	month = shown_month(page.month, page.today)
	return {
		"month": month_view(month, page.today, page.hours.overrides, page.days_off, typed.days, page.style),
		# Absences have a list of their own.
		"rows": list_view([each for each in page.hours.overrides if not each["is_away"]], holidays, page.style),
		"what": typed.fields.get("what") or "off",
		"spans": spans_view(tuple(typed.spans) or OFFICE_SPANS, page.style),
		"today": page.today.isoformat(),
	}


def _explained_type(page: HoursPage) -> str | None:
	return page.types[0].meeting_type.name if page.types else None
