"""The page `/scheduling/insights`: figures as cards, charts and tables, each with its finding in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import dropwhile
from typing import Any
from urllib.parse import urlencode

from babel import Locale, numbers
from babel.dates import format_time
from frappe import _

from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.catalogue.readable_meeting_types import ReadableType
from scheduler_integration.insights.advice import Advice
from scheduler_integration.insights.dashboard import Dashboard, Source, TypeFigures
from scheduler_integration.insights.export_files import ExportFile
from scheduler_integration.insights.fairness import Fairness
from scheduler_integration.insights.formulas import Change, Tally
from scheduler_integration.insights.funnel import Funnel
from scheduler_integration.insights.history import History
from scheduler_integration.insights.offered import Utilisation
from scheduler_integration.insights.outlook import Outlook
from scheduler_integration.insights.providers import ProviderPerformance
from scheduler_integration.insights.scope import Scope
from scheduler_integration.insights.staff import HostFigures
from scheduler_integration.pages.host.downloads import downloads_view
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.outlook import advice_view, forecasts_view, round_robins_view
from scheduler_integration.pages.host.types import types_by_page
from scheduler_integration.pages.host.video_figures import providers_view
from scheduler_integration.pages.host.visitors import funnel_view
from scheduler_integration.pages.kit import charts, dates
from scheduler_integration.pages.kit.months import week_begins
from scheduler_integration.platform.money import money

PATH = "/scheduling/insights"
# Longer periods are drawn by the week.
_MOST_BARS = 62
_KINDS = ("completed", "open", "missed", "cancelled")
_RANGES = (7, 30, 90, 365)
_PERCENT = "#,##0.#%"


@dataclass(frozen=True)
class Figures:
	"""What the page shows. `hosts` are those that a manager may choose, empty for others.

	`own_zone` is the one in which the reader sees the list of meetings.
	"""

	dashboard: Dashboard
	funnel: Funnel
	history: History
	outlook: Outlook
	advice: Sequence[Advice]
	round_robins: Sequence[Fairness]
	staff: Sequence[HostFigures]
	providers: Sequence[ProviderPerformance]
	types: Sequence[ReadableType]
	hosts: Sequence[TypeHost]
	files: Sequence[ExportFile]
	is_manager: bool
	own_zone: str
	problem: str | None = None


def insights_view(house: House, figures: Figures, today: date) -> dict[str, Any]:
	"""Return the view. `today` is the date in the scope's zone."""
	board, locale = figures.dashboard, house.visitor.locale
	scope = board.scope
	return {
		**house.frame(_("Insights"), style="insights"),
		"subtitle": _period(scope, figures.own_zone, locale),
		"message": {"text": figures.problem, "is_error": True} if figures.problem else None,
		"filters": _filters(figures, today),
		"cards": _cards(board, locale),
		"days": _days(board, locale),
		"funnel": funnel_view(figures.funnel, locale, lambda rate: _percent(rate, locale)),
		"months": _months(figures.history, locale),
		"peaks": _peaks(board, locale),
		"types": _types(board.top_types, locale),
		"advice": advice_view(figures.advice, lambda rate: _percent(rate, locale)),
		"forecasts": forecasts_view(figures.outlook, locale),
		"round_robins": round_robins_view(figures.round_robins, locale),
		"sources": _sources(board.sources, locale),
		"providers": providers_view(figures.providers, locale, lambda rate: _percent(rate, locale)),
		"staff": _staff(figures.staff, locale) if figures.is_manager and not scope.host else None,
		"is_empty": not board.tally.total,
		"downloads": downloads_view(scope, figures.files, board.tally.total, locale, is_manager=figures.is_manager),
	}


def _period(scope: Scope, own_zone: str, locale: Locale) -> str:
	"""Return which days are counted, and by whose clock if the reader's own list of meetings is by another one."""
	text = _("Meetings from {0}, by the clock of {1}.")
	if scope.zone != own_zone:
		text = (
			_("Meetings from {0}, by the clock of {1}. Your list of meetings shows {2} time.")
			if scope.host
			else _(
				"Meetings from {0}, by the clock of {1}, the time zone of this site. Your list of meetings shows {2} time."
			)
		)
	days = dates.date_range(scope.first, scope.last, locale)
	return text.format(days, dates.city(scope.zone, locale), dates.city(own_zone, locale))


def _filters(figures: Figures, today: date) -> dict[str, Any]:
	scope = figures.dashboard.scope
	kept = {"host": scope.host if figures.is_manager else None, "type": scope.meeting_type}
	return {
		"ranges": [
			{
				"label": _("{0} days").format(days),
				"url": _address(kept | {"from": str(today - timedelta(days=days - 1)), "to": str(today)}),
				"is_current": (scope.first, scope.last) == (today - timedelta(days=days - 1), today),
			}
			for days in _RANGES
		],
		"since": scope.first.isoformat(),
		"until": scope.last.isoformat(),
		"hosts": figures.hosts,
		"host": scope.host if figures.is_manager else None,
		"pages": types_by_page(figures.types),
		"meeting_type": scope.meeting_type,
	}


def _address(arguments: dict[str, str | None], path: str = PATH) -> str:
	query = urlencode({name: value for name, value in arguments.items() if value})
	return f"{path}?{query}" if query else path


def _cards(figures: Dashboard, locale: Locale) -> list[dict[str, Any]]:
	tally, leads = figures.tally, figures.leads
	cards = [
		_card(
			_("This week's bookings"),
			_number(figures.this_week.value, locale),
			*_trend(figures.this_week, _("{0}: last week it was {1} by this moment"), locale),
		),
		_card(
			_("Meetings"),
			_number(tally.total, locale),
			*_trend(figures.period, _("{0}: it was {1} in as much time before"), locale),
		),
		_card(
			_("Took place"),
			_percent(tally.completion_rate, locale),
			_("{0} of {1} that are over").format(_number(tally.completed, locale), _number(tally.ended, locale)),
		),
		_card(
			_("No-shows"),
			_percent(tally.no_show_rate, locale),
			_("{0} attendees didn't come").format(_number(tally.no_shows, locale)),
		),
		_card(
			_("Cancellations"),
			_percent(tally.cancellation_rate, locale),
			_("{0} by attendees, {1} by hosts").format(
				_number(tally.by_attendee, locale), _number(tally.by_host, locale)
			),
		),
		_card(
			_("Booked ahead"),
			_lead(leads.median, locale),
			_("Half book earlier, half later. Nine of ten within {0}.").format(_lead(leads.p90, locale))
			if leads.p90 is not None
			else "",
		),
	]
	if figures.utilisation.offered:
		cards.append(_utilisation_card(figures.utilisation, locale))
	if figures.connection_rate is not None:
		cards.append(
			_card(
				_("Calendars"),
				_percent(figures.connection_rate, locale),
				_("So many hosts have connected a calendar, whose appointments close their times."),
			)
		)
	return [*cards, *(_money_card(row, locale) for row in figures.money.rows())]


def _card(title: str, value: str, note: str = "", trend: str = "") -> dict[str, Any]:
	return {"title": title, "value": value, "note": note, "trend": trend}


def _utilisation_card(used: Utilisation, locale: Locale) -> dict[str, Any]:
	hours = (_number(round(minutes / 60), locale) for minutes in (used.booked, used.offered))
	return _card(_("Time used"), _percent(used.rate, locale), _("{0} of {1} offered hours were booked").format(*hours))


def _money_card(row: tuple[str, float, float], locale: Locale) -> dict[str, Any]:
	currency, revenue, still_open = row
	note = _("{0} more from meetings to come").format(money(still_open, currency, locale)) if still_open else ""
	return _card(_("Revenue"), money(revenue, currency, locale), note)


def _trend(change: Change, sentence: str, locale: Locale) -> tuple[str, str]:
	"""Return the sentence with the change in percent and the number before, and the trend."""
	if change.change is None:
		return "", ""
	sign = "+" if change.change > 0 else ""
	return sentence.format(f"{sign}{_percent(change.change, locale)}", _number(change.before, locale)), change.trend


def _days(figures: Dashboard, locale: Locale) -> dict[str, Any]:
	rows = (
		_by_week(figures.by_day, locale.first_week_day)
		if len(figures.by_day) > _MOST_BARS
		else list(figures.by_day.items())
	)
	labels = [dates.short_day(day, locale) for day, _tally in rows]
	best = max(rows, key=lambda row: row[1].total, default=None)
	return {
		"title": _("Meetings by week") if len(figures.by_day) > _MOST_BARS else _("Meetings by day"),
		"finding": _busiest(best, len(figures.by_day) > _MOST_BARS, locale),
		"chart": charts.stacked_bars([_parts(tally) for _day, tally in rows]),
		"labels": [labels[0], labels[len(labels) // 2], labels[-1]] if len(labels) > 2 else labels,
		"legend": _legend(),
		"rows": [
			{"label": label, "numbers": [part.value for part in _parts(tally)], "total": tally.total}
			for label, (_day, tally) in zip(labels, rows, strict=True)
			if tally.total
		],
	}


def _months(history: History, locale: Locale) -> dict[str, Any] | None:
	"""Return the months from the first one with meetings as bars, None unless there are several."""
	months = [(date.fromisoformat(f"{month}-01"), numbers.tally) for month, numbers in history.by_month.items()]
	months = list(dropwhile(lambda row: not row[1].total, months))
	if len(months) < 2:
		return None
	labels = [dates.month_title(month, locale) for month, _tally in months]
	best = max(months, key=lambda row: row[1].total)
	return {
		"title": _("Meetings by month"),
		"finding": _("Most in {0}: {1}.").format(dates.month_title(best[0], locale), _number(best[1].total, locale)),
		"chart": charts.stacked_bars([_parts(tally) for _month, tally in months]),
		"labels": [labels[0], labels[-1]],
		"legend": _legend(),
		"rows": [
			{"label": label, "numbers": [part.value for part in _parts(tally)], "total": tally.total}
			for label, (_month, tally) in zip(labels, months, strict=True)
			if tally.total
		],
	}


def _busiest(best: tuple[date, Tally] | None, is_week: bool, locale: Locale) -> str:
	if not best or not best[1].total:
		return _("No meetings on these dates.")
	day = dates.short_day(best[0], locale)
	sentence = _("Most in the week of {0}: {1}.") if is_week else _("Most on {0}: {1}.")
	return sentence.format(day, _number(best[1].total, locale))


def _by_week(by_day: dict[date, Tally], first_week_day: int) -> list[tuple[date, Tally]]:
	weeks: dict[date, Tally] = {}
	for day, tally in by_day.items():
		week = weeks.setdefault(week_begins(day, first_week_day), Tally())
		for name in ("pending", "scheduled", "completed", "no_shows", "cancelled", "cancelled_after_start"):
			setattr(week, name, getattr(week, name) + getattr(tally, name))
	return list(weeks.items())


def _parts(tally: Tally) -> list[charts.Part]:
	values = (
		tally.completed,
		tally.scheduled + tally.pending,
		tally.no_shows,
		tally.cancelled + tally.cancelled_after_start,
	)
	return [charts.Part(kind, value) for kind, value in zip(_KINDS, values, strict=True)]


def _legend() -> list[dict[str, str]]:
	labels = (_("Took place"), _("Upcoming"), _("Attendee didn't come"), _("Cancellations"))
	return [{"kind": kind, "label": label} for kind, label in zip(_KINDS, labels, strict=True)]


def _peaks(figures: Dashboard, locale: Locale) -> dict[str, Any]:
	"""Return the heat map: a row for each hour between the first and the last with a meeting, a column for each weekday."""
	hours = sorted({hour for _day, hour in figures.peaks})
	largest = max(figures.peaks.values(), default=0)
	columns = [(locale.first_week_day + offset) % 7 for offset in range(7)]
	best = max(sorted(figures.peaks), key=lambda place: figures.peaks[place], default=None)
	return {
		"finding": _peak(best, locale) if best else _("No meetings on these dates."),
		"days": dates.weekday_names(locale),
		"rows": [
			{
				"hour": _hour(hour, locale),
				"cells": [
					{"count": count, "shade": charts.shade(count, largest)}
					# Columns count from Monday, peaks from Sunday.
					for day in columns
					for count in (figures.peaks.get(((day + 1) % 7, hour), 0),)
				],
			}
			for hour in (range(hours[0], hours[-1] + 1) if hours else ())
		],
	}


def _peak(place: tuple[int, int], locale: Locale) -> str:
	day = locale.days["stand-alone"]["wide"][(place[0] - 1) % 7]
	return _("Most begin on {0} at {1}.").format(day, _hour(place[1], locale))


def _hour(hour: int, locale: Locale) -> str:
	return format_time(time(hour), "short", locale=locale)


def _types(types: Sequence[TypeFigures], locale: Locale) -> dict[str, Any]:
	widths = charts.shares([meeting_type.tally.total for meeting_type in types])
	names = Counter(meeting_type.name for meeting_type in types)
	return {
		"finding": _("Most booked: {0}.").format(types[0].name) if types else "",
		"rows": [
			{
				"name": f"{each.name} · {each.page}" if names[each.name] > 1 else each.name,
				"width": width,
				"total": _number(each.tally.total, locale),
				"completion": _percent(each.tally.completion_rate, locale),
				"no_show": _percent(each.tally.no_show_rate, locale),
				"revenue": _amounts(each.money.rows(), locale),
			}
			for each, width in zip(types, widths, strict=True)
		],
	}


def _sources(sources: Sequence[Source], locale: Locale) -> dict[str, Any]:
	widths = charts.shares([each.bookings for each in sources])
	return {
		"rows": [
			{
				"name": each.origin.words,
				"width": width,
				"total": _number(each.bookings, locale),
				"revenue": _amounts(each.money.rows(), locale),
			}
			for each, width in zip(sources[:10], widths, strict=False)
		]
	}


def _staff(staff: Iterable[HostFigures], locale: Locale) -> list[dict[str, Any]]:
	return [
		{
			"name": each.name,
			"url": _address({"host": each.user}),
			"total": _number(each.tally.total, locale),
			"completion": _percent(each.tally.completion_rate, locale),
			"no_show": _percent(each.tally.no_show_rate, locale),
			"hours": numbers.format_decimal(each.hours, locale=locale),
			"utilisation": _percent(each.utilisation.rate, locale),
			"revenue": _amounts(each.money.rows(), locale),
		}
		for each in staff
	]


def _number(value: int, locale: Locale) -> str:
	return numbers.format_decimal(value, locale=locale)


def _percent(value: float | None, locale: Locale) -> str:
	"""`75.5%`, or a dash if there is nothing to divide by."""
	return "–" if value is None else numbers.format_percent(value / 100, _PERCENT, locale=locale)


def _lead(hours: float | None, locale: Locale) -> str:
	"""`5 hours` or `2.5 days`, or a dash."""
	if hours is None:
		return "–"
	if hours < 48:
		return _("{0} hours").format(numbers.format_decimal(round(hours, 1), locale=locale))
	return _("{0} days").format(numbers.format_decimal(round(hours / 24, 1), locale=locale))


def _amounts(rows: Iterable[tuple[str, float, float]], locale: Locale) -> str:
	return ", ".join(money(revenue, currency, locale) for currency, revenue, _open in rows) or "–"
