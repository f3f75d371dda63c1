"""Methods for hosts and managers: figures on bookings, hosts, visitors, reports and providers of video calls."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import frappe
from frappe import _

from scheduler_integration.api.as_json import (
	Like,
	Part,
	all_of,
	as_json,
	flat,
	group,
	instant_z,
	made,
	maybe,
	object_of,
	shown,
	written,
)
from scheduler_integration.api.door import File, Message, Who, door
from scheduler_integration.catalogue.places import location_label
from scheduler_integration.engagement.access import whose_analytics
from scheduler_integration.engagement.analytics import Analytics, RecentBooking, TypeCounts, analytics
from scheduler_integration.engine import BOOKING
from scheduler_integration.entry.funnel import count_report
from scheduler_integration.entry.limits import REQUESTS
from scheduler_integration.exceptions import NotFound, NotPermitted, PageNotFound
from scheduler_integration.insights import export_files
from scheduler_integration.insights.advice import Advice, Missed
from scheduler_integration.insights.advice import advice as advice_on
from scheduler_integration.insights.counts import Origin
from scheduler_integration.insights.dashboard import Dashboard, Source, TypeFigures
from scheduler_integration.insights.dashboard import dashboard as figures
from scheduler_integration.insights.export import TABLES
from scheduler_integration.insights.export import export as exported
from scheduler_integration.insights.export_files import ExportFile
from scheduler_integration.insights.fairness import Fairness, HostShare, fairness
from scheduler_integration.insights.forecast import Forecast
from scheduler_integration.insights.formulas import Change, Money, Tally
from scheduler_integration.insights.funnel import Funnel, StepFigures, conversion_rate
from scheduler_integration.insights.funnel import funnel as figures_of_visitors
from scheduler_integration.insights.history import MOST_DAYS, Day, History
from scheduler_integration.insights.history import history as history_of
from scheduler_integration.insights.offered import Utilisation
from scheduler_integration.insights.outlook import Outlook, outlook
from scheduler_integration.insights.page_stats import Numbers
from scheduler_integration.insights.pipeline import Group, Pipeline
from scheduler_integration.insights.pipeline import pipeline as figures_of_leads
from scheduler_integration.insights.providers import ProviderPerformance, period, provider_performance
from scheduler_integration.insights.scope import MAX_DAYS, Scope, in_site_zone, scope_for
from scheduler_integration.insights.sheets import FORMATS
from scheduler_integration.insights.staff import HostFigures
from scheduler_integration.insights.staff import staff_performance as figures_of_staff
from scheduler_integration.insights.visits import STEPS
from scheduler_integration.parsing.fields import parse_choice, parse_dates, parse_name
from scheduler_integration.parsing.kinds import Date, Kind, MeetingTypeId, PageId, Text, TypeSlug, User
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform import clock
from scheduler_integration.platform.language import current_locale

_RANGE = flat("start_date=first end_date=last")
_STEP_RATES = ("service_selection_rate", "slot_selection_rate", "form_completion_rate")
_MONEY = ("currency", "revenue", "open")
_REVENUE = Like(currency=str, revenue=float)
_CAME: dict[str, Any] = {"page_views": int, "booked": int, "conversion_rate": float | None}
_ENDED = "completed cancelled no_shows"
_CANCELLED = "cancelled_late=late cancelled_by_host=by_host cancelled_by_attendee=by_attendee cancelled_after_start"


def _money(names: str) -> list[Part]:
	return written(
		names,
		lambda money, _zone: [dict(zip(_MONEY, row, strict=True)) for row in money.rows()],
		[Like(currency=str, revenue=float, open=float)],
	)


def _revenue(money: Money) -> list[dict[str, Any]]:
	return [dict(zip(_MONEY[:2], row, strict=False)) for row in money.rows()]


def _cents(names: str) -> list[Part]:
	return written(names, lambda value, _zone: None if value is None else round(value, 2), float | None)


shown(
	Dashboard,
	group("=scope", _RANGE, "timezone=zone"),
	group(
		"summary",
		group("=tally", "total_bookings=total pending scheduled completed cancelled", _CANCELLED),
		group("=tally", "no_shows completion_rate cancellation_rate no_show_rate"),
		group("=leads", "average_lead_time_hours=mean median_lead_time_hours=median p90_lead_time_hours=p90"),
		made("conversion_rate", lambda it: _conversion(it.scope), float | None),
		"calendar_connection_rate=connection_rate",
		made("", lambda it: it.utilisation, Utilisation),
	),
	_money("revenue=money"),
	"this_week period",
	made(
		"by_day",
		lambda it: [{"date": day, "bookings": each.total, **as_json(each)} for day, each in it.by_day.items()],
		[Like(Tally, date=date, bookings=int)],
	),
	made(
		"by_month",
		lambda it: [{"month": month, "booked": count} for month, count in it.by_month.items()],
		[Like(month=str, booked=int)],
	),
	"top_meeting_types=top_types",
	made(
		"peaks",
		lambda it: [
			{"day_of_week": day, "hour": hour, "bookings": count} for (day, hour), count in sorted(it.peaks.items())
		],
		[Like(day_of_week=int, hour=int, bookings=int)],
	),
	"by_source=sources",
)
shown(Tally, _ENDED)
shown(Change, "value before change trend")
shown(
	Utilisation,
	made("offered_hours", lambda it: round(it.offered / 60, 1), float),
	made("booked_hours", lambda it: round(it.booked / 60, 1), float),
	"utilisation_rate=rate",
)
shown(
	TypeFigures,
	"meeting_type_id=meeting_type name bookings=tally.total",
	made("", lambda it: it.tally, Tally),
	made("revenue", lambda it: _revenue(it.money), [_REVENUE]),
)
shown(
	Source,
	made(
		"",
		lambda it: {name: value or None for name, value in it.origin._asdict().items()},
		Like.each(Origin._fields, str | None),
	),
	"bookings",
	_money("revenue=money"),
)
shown(
	Day,
	"booked bookings=tally.total pending=tally.pending scheduled=tally.scheduled",
	made("", lambda it: it.tally, Tally),
	group("=tally", _CANCELLED),
	"average_lead_time_hours=average_lead_hours",
	_money("revenue=money"),
)
shown(
	History,
	group("=scope", _RANGE, "timezone=zone"),
	"total",
	made(
		"by_month",
		lambda it: [{"month": month, **as_json(each)} for month, each in it.by_month.items()],
		[Like(Day, month=str)],
	),
	made(
		"by_day", lambda it: [{"date": day, **as_json(each)} for day, each in it.by_day.items()], [Like(Day, date=date)]
	),
)
shown(
	Funnel,
	group("=scope", _RANGE, "timezone=zone booking_page_id=page"),
	made("page_views", lambda it: it.numbers[0], int),
	"steps",
	made(
		"",
		lambda it: dict(zip(_STEP_RATES, (step.rate for step in it.steps[1:]), strict=False)),
		Like.each(_STEP_RATES, float | None),
	),
	"overall_conversion_rate=conversion_rate",
	made("without_script", lambda it: dict(zip(STEPS, it.without_script, strict=True)), Like.each(STEPS, int)),
	made(
		"by_day",
		lambda it: [{"date": day, "page_views": each[0], "booked": each[-1]} for day, each in it.by_day.items()],
		[Like(date=date, page_views=int, booked=int)],
	),
	made(
		"by_source",
		lambda it: [{"source": source or None, **_came(each)} for source, each in it.by_source.items()],
		[Like(source=str | None, **_CAME)],
	),
	made(
		"by_page",
		lambda it: [{"page_id": page, **_came(each)} for page, each in it.by_page.items()],
		[Like(page_id=str, **_CAME)],
	),
)
shown(StepFigures, "step visitors rate drop_off drop_off_rate")
shown(
	HostFigures,
	"user name appointments=tally.total",
	made("", lambda it: it.tally, Tally),
	group("=tally", "completion_rate no_show_rate"),
	made("revenue", lambda it: _revenue(it.money), [_REVENUE]),
	"hours",
	made("", lambda it: it.utilisation, Utilisation),
)
shown(Fairness, "meeting_type_id=meeting_type name=title largest_difference=largest hosts")
shown(HostShare, "user name meetings=had", made("promised", lambda it: round(it.promised / BOOKING, 2), float))
_BAND = flat(_cents("low likely high"))
_ERRORS = flat(_cents("mean_error=error mean_error_of_last_week=naive_error"), maybe("hidden_because=reason"))
_WEEK: dict[str, Any] = {"start_date": date, "end_date": date}
_FORECAST: dict[str, Any] = {
	"weeks": [Like(**_WEEK, low=float | None, likely=float | None, high=float | None)],
	"past": [Like(**_WEEK, value=float)],
	"mean_error": float | None,
	"mean_error_of_last_week": float | None,
	"hidden_because": str | None,
}
shown(
	Outlook,
	"timezone=scope.zone",
	made("meetings", lambda it: _forecast(it, it.meetings), Like(**_FORECAST)),
	made(
		"revenue",
		lambda it: [{"currency": currency, **_forecast(it, each)} for currency, each in it.money.items()],
		[Like(currency=str, **_FORECAST)],
	),
)
shown(Advice, "kind", maybe("meeting_type=name"), "missed=worse beside=better")
shown(Missed, "rate meetings=whole")
_WAY = "people customers customer_rate met minutes_to_offer minutes_to_booking minutes_to_meeting"
shown(
	Pipeline,
	group("=scope", _RANGE, "timezone=zone"),
	group("=total", _WAY),
	"by_source by_meeting_type by_host",
)
shown(Group, "id=key name", _WAY)
shown(
	ExportFile,
	"export_id=name what format",
	_RANGE,
	made("status", lambda it: it.status.lower(), str),
	"rows",
	maybe("failed_because=reason url=address"),
	instant_z("expires_at=ends_at"),
)
shown(
	ProviderPerformance,
	"provider",
	made("label", lambda it: location_label(it.provider) or it.provider, str),
	all_of(ProviderPerformance),
)
shown(
	Analytics,
	group(
		"summary=total",
		"total_clicks=clicks total_bookings=bookings",
		made("conversion_rate", lambda it: it.conversion_rate(1), float),
		"total_completed=completed",
	),
	"by_meeting_type=by_type",
	made(
		"by_phase",
		lambda it: {phase: object_of(each, flat("clicks bookings")) for phase, each in it.by_phase.items()},
		dict[str, Annotated[dict[str, Any], Like(clicks=int, bookings=int)]],
	),
	"recent_bookings=recent",
)
shown(
	TypeCounts,
	"meeting_type_id=meeting_type name clicks=counts.clicks bookings=counts.bookings completed=counts.completed",
	made("conversion_rate", lambda it: it.counts.conversion_rate(2), float),
)
shown(
	RecentBooking,
	"assessment_id=assessment client_name meeting_type",
	instant_z("booked_at scheduled_for"),
	made("status", lambda it: it.status.lower().replace(" ", "_"), str),
)


def _came(numbers: Numbers) -> dict[str, Any]:
	return {"page_views": numbers[0], "booked": numbers[-1], "conversion_rate": conversion_rate(numbers)}


def _forecast(found: Outlook, forecast: Forecast) -> dict[str, Any]:
	def dated(week: int, values: dict[str, Any]) -> dict[str, Any]:
		first, last = found.dates(week)
		return {"start_date": first, "end_date": last, **values}

	oldest = -len(forecast.past)
	past = [dated(oldest + index, {"value": round(value, 2)}) for index, value in enumerate(forecast.past)]
	weeks = [dated(each.week, object_of(each, _BAND)) for each in forecast.bands]
	return {"weeks": weeks, "past": past, **object_of(forecast, _ERRORS)}


_WHOSE = {"host": User, "page": PageId, "meeting_type": MeetingTypeId, "source": Text}
_DAYS = {"start_date": Date, "end_date": Date, "host": User, "page": PageId, "meeting_type": MeetingTypeId}
_SCOPE = {**_DAYS, "source": Text}
Table = Annotated[str, Kind("The table.", "bookings", {"enum": [*TABLES]})]
Format = Annotated[str, Kind("`csv` by default.", "csv", {"enum": [*FORMATS]})]


@door("GET", who=Who.USERS, fields=_SCOPE)
@frappe.read_only()
def dashboard(**asked: Any) -> Dashboard:
	"""Return the figures on bookings: of the signed-in host, or for managers of all or of one host.

	The dates are those of meetings, both included, by default the last 30 days. `page` and `meeting_type` are ids.
	"""
	scope = _scope(asked)
	return figures(scope, clock.now(), week_begins=current_locale().first_week_day)


@door("GET", who=Who.USERS, fields=_SCOPE)
@frappe.read_only()
def staff_performance(
	**asked: Any,
) -> Annotated[dict[str, Any], Like(_RANGE, of=Scope, staff=[HostFigures], round_robins=[Fairness])]:
	"""Return the figures of each host: a host's own, or for managers everybody's, and whether round robins are fair."""
	scope = _scope(asked)
	shares = fairness(scope) if is_manager() else []
	return {**object_of(scope, _RANGE), "staff": figures_of_staff(scope), "round_robins": shares}


@door("GET", who=Who.USERS, fields=_WHOSE)
@frappe.read_only()
def forecast(**asked: Any) -> Outlook:
	"""Return between which numbers the meetings and the revenue of the next four weeks will lie, or why that isn't known."""
	scope = _scope({name: asked.get(name) for name in _WHOSE})
	return outlook(scope, clock.now())


@door("GET", who=Who.USERS, fields=_SCOPE)
@frappe.read_only()
def advice(**asked: Any) -> Annotated[dict[str, Any], Like(_RANGE, of=Scope, advice=[Advice])]:
	"""Return which meetings are missed more often than others, if the numbers are certain enough."""
	scope = _scope(asked)
	return {**object_of(scope, _RANGE), "advice": advice_on(figures(scope, clock.now()))}


@door("POST", who=Who.ANYBODY, limit=REQUESTS)
def track(
	booking_page_id: PageId,
	step: Annotated[str, Kind("What the visitor did.", "page_view", {"enum": [*STEPS]})],
	meeting_type: TypeSlug | None = None,
	session_id: Text | None = None,
) -> Message:
	"""Count a step of a visitor of a booking page: `page_view`, `service_selected` or `slot_selected`.

	Robots, signed-in users and people who don't want to be tracked aren't counted. They get no error.
	"""
	page, type_slug = parse_name(booking_page_id), parse_name(meeting_type)
	session = parse_choice("session_id", session_id)[:64]
	counted = count_report(page, type_slug, parse_choice("step", step), session)
	return Message(_("Step tracked successfully") if counted else _("This step isn't counted."), {"counted": counted})


@door("GET", who=Who.USERS, fields=_SCOPE)
@frappe.read_only()
def funnel(**asked: Any) -> Funnel:
	"""Return how far the visitors of booking pages came: of the host's pages, or for managers of all.

	`page` is an id or a slug. The dates are those of the site's zone.
	"""
	now = clock.now()
	scope = in_site_zone(_scope(asked), now)
	return figures_of_visitors(scope, now)


@door("GET", who=Who.USERS, fields=_SCOPE)
@frappe.read_only()
def pipeline(**asked: Any) -> Pipeline:
	"""Return how long leads took to be offered a time, to book and to meet, and how many became customers.

	People whose first booking was made on these dates are counted. Raises NotFound on a site without a CRM.
	"""
	found = figures_of_leads(_scope(asked))
	if found is None:
		raise NotFound(_("This site has no CRM."))
	return found


@door("GET", who=Who.USERS, fields=_DAYS)
@frappe.read_only()
def history(**asked: Any) -> History:
	"""Return the numbers of each day and month, of at most three years. Days are those of the site's zone."""
	now = clock.now()
	scope = in_site_zone(_scope({**asked, "source": None}, most_days=MOST_DAYS), now)
	return history_of(scope, now)


@door("GET", who=Who.USERS, fields=_SCOPE)
@frappe.read_only()
def export(what: Table, format: Format | None = None, **asked: Any) -> File:
	"""Return a table as a file: `bookings`, `daily`, `meeting_types`, `staff`, `sources`, `funnel` or `video_providers`.

	`format` is `csv`, the default, or `xlsx`. More than 100,000 bookings need `start_export`.
	"""
	scope = _scope(asked)
	table, extension = parse_choice("what", what), parse_choice("format", format) or "csv"
	filename = f"scheduling-{table}-{scope.first}-{scope.last}.{extension}"
	return File(filename, exported(table, scope, clock.now(), extension), FORMATS[extension])


@door("POST", who=Who.USERS, status=202, fields=_SCOPE)
def start_export(what: Table, format: Format | None = None, **asked: Any) -> Message:
	"""Let a job make the file that `export` would return, of any length. `exports` says when it can be downloaded."""
	scope = _scope(asked)
	table, extension = parse_choice("what", what), parse_choice("format", format) or "csv"
	file = export_files.ask(table, extension, scope, frappe.session.user, clock.now())
	return Message(_("The file is being made. You get a notification when it is ready."), file)


@door("GET", who=Who.USERS)
def exports() -> list[ExportFile]:
	"""Return the files that the signed-in user asked for with `start_export`, the newest first."""
	return export_files.files_of(frappe.session.user, clock.now())


@door("GET", who=Who.USERS)
@frappe.read_only()
def scheduler_analytics(
	consultant: User | None = None, start_date: Date | None = None, end_date: Date | None = None
) -> Analytics:
	"""Return the clicks on a consultant's reports and the bookings that followed, by default one's own.

	The dates are days in the consultant's zone, both included. Without a date there is no limit on that side.
	"""
	whose = whose_analytics(parse_choice("consultant", consultant) or frappe.session.user)
	first, last = parse_dates(start_date, end_date)
	return analytics(whose, first, last)


@door("GET", who=Who.USERS)
@frappe.read_only()
def video_providers(
	start_date: Date | None = None, end_date: Date | None = None, host: User | None = None
) -> Annotated[dict[str, Any], Like(_RANGE, of=Scope, providers=[ProviderPerformance])]:
	"""Return the figures of each provider of video calls: of the signed-in host's meetings, for managers of all or of one host.

	The dates are those of the site's zone, both included. Without them the figures are those of the last 30 days.
	"""
	whose = _scope({"host": host}).host
	asked = period(*parse_dates(start_date, end_date), clock.now())
	return {**object_of(asked, _RANGE), "providers": provider_performance(asked.span(), whose)}


def _conversion(scope: Scope) -> float | None:
	"""Return how many visitors booked, in percent; None if the scope's page isn't one of the host's."""
	now = clock.now()
	try:
		return figures_of_visitors(in_site_zone(scope, now), now).conversion_rate
	except (NotPermitted, PageNotFound):
		return None


def _scope(asked: Mapping[str, object], most_days: int = MAX_DAYS) -> Scope:
	first, last = parse_dates(asked.get("start_date"), asked.get("end_date"))
	chosen = {name: parse_choice(name, asked.get(name)) or None for name in _WHOSE}
	return scope_for(frappe.session.user, first, last, clock.now(), **chosen, most_days=most_days)
