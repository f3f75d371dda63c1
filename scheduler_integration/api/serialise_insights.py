"""Turns the figures into the JSON of docs/reference/api.md."""

from typing import Any

from scheduler_integration.engine import BOOKING
from scheduler_integration.insights.advice import Advice
from scheduler_integration.insights.dashboard import Dashboard, TypeFigures
from scheduler_integration.insights.export_files import ExportFile
from scheduler_integration.insights.fairness import Fairness
from scheduler_integration.insights.forecast import Forecast
from scheduler_integration.insights.formulas import Change, Money, Tally
from scheduler_integration.insights.funnel import Funnel
from scheduler_integration.insights.funnel import conversion_rate as rate_of
from scheduler_integration.insights.history import Day, History
from scheduler_integration.insights.offered import Utilisation
from scheduler_integration.insights.outlook import Outlook
from scheduler_integration.insights.page_stats import Numbers
from scheduler_integration.insights.scope import Scope
from scheduler_integration.insights.staff import HostFigures
from scheduler_integration.insights.visits import STEPS
from scheduler_integration.platform.clock import iso_z

JSON = dict[str, Any]


def dashboard(figures: Dashboard, conversion_rate: float | None) -> JSON:
	"""The data of `analytics.dashboard`. `conversion_rate` is that of the booking pages."""
	tally, leads = figures.tally, figures.leads
	return {
		**_range(figures.scope),
		"timezone": figures.scope.zone,
		"summary": {
			"total_bookings": tally.total,
			"pending": tally.pending,
			"scheduled": tally.scheduled,
			"completed": tally.completed,
			"cancelled": tally.cancelled,
			"cancelled_late": tally.late,
			"cancelled_by_host": tally.by_host,
			"cancelled_by_attendee": tally.by_attendee,
			"cancelled_after_start": tally.cancelled_after_start,
			"no_shows": tally.no_shows,
			"completion_rate": tally.completion_rate,
			"cancellation_rate": tally.cancellation_rate,
			"no_show_rate": tally.no_show_rate,
			"average_lead_time_hours": leads.mean,
			"median_lead_time_hours": leads.median,
			"p90_lead_time_hours": leads.p90,
			"conversion_rate": conversion_rate,
			"calendar_connection_rate": figures.connection_rate,
			**_utilisation(figures.utilisation),
		},
		"revenue": _money(figures.money),
		"this_week": _change(figures.this_week),
		"period": _change(figures.period),
		"by_day": [
			{"date": day.isoformat(), "bookings": each.total, **_ended(each)} for day, each in figures.by_day.items()
		],
		"by_month": [{"month": month, "booked": count} for month, count in figures.by_month.items()],
		"top_meeting_types": [_type(meeting_type) for meeting_type in figures.top_types],
		"peaks": [
			{"day_of_week": day, "hour": hour, "bookings": count}
			for (day, hour), count in sorted(figures.peaks.items())
		],
		"by_source": [
			{
				**{name: value or None for name, value in source.origin._asdict().items()},
				"bookings": source.bookings,
				"revenue": _money(source.money),
			}
			for source in figures.sources
		],
	}


def funnel(figures: Funnel) -> JSON:
	"""The data of `analytics.funnel`."""
	_views, chosen, timed, completed, _booked = figures.steps
	return {
		**_range(figures.scope),
		"timezone": figures.scope.zone,
		"booking_page_id": figures.scope.page,
		"page_views": figures.numbers[0],
		"steps": [each._asdict() for each in figures.steps],
		"service_selection_rate": chosen.rate,
		"slot_selection_rate": timed.rate,
		"form_completion_rate": completed.rate,
		"overall_conversion_rate": figures.conversion_rate,
		"without_script": dict(zip(STEPS, figures.without_script, strict=True)),
		"by_day": [
			{"date": day.isoformat(), "page_views": numbers[0], "booked": numbers[-1]}
			for day, numbers in figures.by_day.items()
		],
		"by_source": [
			{"source": source or None, **_converted(numbers)} for source, numbers in figures.by_source.items()
		],
		"by_page": [{"page_id": page, **_converted(numbers)} for page, numbers in figures.by_page.items()],
	}


def history(figures: History) -> JSON:
	"""The data of `analytics.history`."""
	return {
		**_range(figures.scope),
		"timezone": figures.scope.zone,
		"total": _day(figures.total),
		"by_month": [{"month": month, **_day(each)} for month, each in figures.by_month.items()],
		"by_day": [{"date": day.isoformat(), **_day(each)} for day, each in figures.by_day.items()],
	}


def _day(day: Day) -> JSON:
	tally = day.tally
	return {
		"booked": day.booked,
		"bookings": tally.total,
		"pending": tally.pending,
		"scheduled": tally.scheduled,
		**_ended(tally),
		"cancelled_late": tally.late,
		"cancelled_by_host": tally.by_host,
		"cancelled_by_attendee": tally.by_attendee,
		"cancelled_after_start": tally.cancelled_after_start,
		"average_lead_time_hours": day.average_lead_hours,
		"revenue": [
			{"currency": currency, "revenue": revenue, "open": still_open}
			for currency, revenue, still_open in day.money.rows()
		],
	}


def _converted(numbers: Numbers) -> JSON:
	return {"page_views": numbers[0], "booked": numbers[-1], "conversion_rate": rate_of(numbers)}


def staff(scope: Scope, hosts: list[HostFigures], shares: list[Fairness]) -> JSON:
	"""The data of `analytics.staff_performance`."""
	return {
		**_range(scope),
		"staff": [
			{
				"user": host.user,
				"name": host.name,
				"appointments": host.tally.total,
				**_ended(host.tally),
				"completion_rate": host.tally.completion_rate,
				"no_show_rate": host.tally.no_show_rate,
				"revenue": _revenue(host.money),
				"hours": host.hours,
				**_utilisation(host.utilisation),
			}
			for host in hosts
		],
		"round_robins": [_fairness(each) for each in shares],
	}


def forecast(found: Outlook) -> JSON:
	"""The data of `analytics.forecast`."""
	return {
		"timezone": found.scope.zone,
		"meetings": _forecast(found, found.meetings),
		"revenue": [{"currency": currency, **_forecast(found, each)} for currency, each in found.money.items()],
	}


def advice(scope: Scope, found: list[Advice]) -> JSON:
	"""The data of `analytics.advice`."""
	return {
		**_range(scope),
		"advice": [
			{
				"kind": each.kind,
				"meeting_type": each.name or None,
				"missed": {"rate": each.worse.rate, "meetings": each.worse.whole},
				"beside": {"rate": each.better.rate, "meetings": each.better.whole},
			}
			for each in found
		],
	}


def file(found: ExportFile) -> JSON:
	"""A row of the data of `analytics.exports`."""
	return {
		"export_id": found.name,
		"what": found.what,
		"format": found.format,
		"start_date": found.first.isoformat(),
		"end_date": found.last.isoformat(),
		"status": found.status.lower(),
		"rows": found.rows,
		"failed_because": found.reason or None,
		"url": found.address or None,
		"expires_at": iso_z(found.ends_at),
	}


def _forecast(found: Outlook, forecast: Forecast) -> JSON:
	def dated(week: int, values: JSON) -> JSON:
		first, last = found.dates(week)
		return {"start_date": first.isoformat(), "end_date": last.isoformat(), **values}

	oldest = -len(forecast.past)
	return {
		"weeks": [
			dated(each.week, {"low": _cents(each.low), "likely": _cents(each.likely), "high": _cents(each.high)})
			for each in forecast.bands
		],
		"past": [dated(oldest + index, {"value": _cents(value)}) for index, value in enumerate(forecast.past)],
		"mean_error": _cents(forecast.error),
		"mean_error_of_last_week": _cents(forecast.naive_error),
		"hidden_because": forecast.reason or None,
	}


def _cents(value: float | None) -> float | None:
	return None if value is None else round(value, 2)


def _fairness(found: Fairness) -> JSON:
	return {
		"meeting_type_id": found.meeting_type,
		"name": found.title,
		"largest_difference": found.largest,
		"hosts": [
			{"user": each.user, "name": each.name, "meetings": each.had, "promised": round(each.promised / BOOKING, 2)}
			for each in found.hosts
		],
	}


def _utilisation(found: Utilisation) -> JSON:
	return {
		"offered_hours": round(found.offered / 60, 1),
		"booked_hours": round(found.booked / 60, 1),
		"utilisation_rate": found.rate,
	}


def _money(money: Money) -> list[JSON]:
	return [
		{"currency": currency, "revenue": revenue, "open": still_open} for currency, revenue, still_open in money.rows()
	]


def _range(scope: Scope) -> JSON:
	return {"start_date": scope.first.isoformat(), "end_date": scope.last.isoformat()}


def _change(change: Change) -> JSON:
	return {"value": change.value, "before": change.before, "change": change.change, "trend": change.trend}


def _ended(tally: Tally) -> JSON:
	return {"completed": tally.completed, "cancelled": tally.cancelled, "no_shows": tally.no_shows}


def _type(figures: TypeFigures) -> JSON:
	return {
		"meeting_type_id": figures.meeting_type,
		"name": figures.name,
		"bookings": figures.tally.total,
		**_ended(figures.tally),
		"revenue": _revenue(figures.money),
	}


def _revenue(money: Money) -> list[JSON]:
	return [{"currency": currency, "revenue": revenue} for currency, revenue, _open in money.rows()]
