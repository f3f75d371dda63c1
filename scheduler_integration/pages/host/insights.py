"""`/scheduling/insights`: hosts see the figures on their own meetings, managers those of all or of one host.

The filters are in the address: `from`, `to`, `host` and `type`. A wrong filter is named, and the last 30 days are shown. A
form with `what` and `format` has a large table made as a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from itertools import dropwhile
from typing import Any

import frappe
from babel.dates import format_time
from frappe import _

from scheduler_integration.catalogue.consultant_settings import settings_of
from scheduler_integration.catalogue.hosts import enabled_hosts_of_all
from scheduler_integration.catalogue.places import location_label
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.engine import BOOKING, local_date
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.insights.advice import advice
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.export import MOST_BOOKINGS
from scheduler_integration.insights.export_files import FAILED, READY, WAITING, ExportFile, ask, files_of, trouble
from scheduler_integration.insights.fairness import fairness
from scheduler_integration.insights.forecast import Forecast
from scheduler_integration.insights.formulas import Tally
from scheduler_integration.insights.funnel import conversion_rate, funnel
from scheduler_integration.insights.history import history
from scheduler_integration.insights.outlook import Outlook, outlook
from scheduler_integration.insights.page_stats import OTHER
from scheduler_integration.insights.pipeline import pipeline
from scheduler_integration.insights.providers import provider_performance
from scheduler_integration.insights.scope import Scope, a_year, in_site_zone, scope_for
from scheduler_integration.insights.sheets import FORMATS
from scheduler_integration.insights.staff import staff_performance
from scheduler_integration.pages.host.host_page import HostPage, Reader, anybody, bar, message_of
from scheduler_integration.pages.host.house import with_arguments
from scheduler_integration.pages.host.types import types_by_page
from scheduler_integration.pages.kit import charts, dates
from scheduler_integration.pages.kit.months import week_begins
from scheduler_integration.pages.kit.respond import View, argument, redirection
from scheduler_integration.parsing.fields import parse_choice, parse_dates
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.progress import HowFar, how_far

PATH = "/scheduling/insights"
EXPORT = "/api/method/scheduler_integration.api.analytics.export"
# The table has rows that the figures leave out, such as declined requests.
MANY = MOST_BOOKINGS // 2
RANGES = (7, 30, 90, 365)
# Longer periods are drawn by the week.
_MOST_BARS = 62
# So many past weeks are drawn before the coming ones.
_PAST = 8
# The most sources in a table.
_SOURCES = 10
_KINDS = ("completed", "open", "missed", "cancelled")

PAGE = HostPage(
	PATH, style="insights", allowed=anybody, bars=lambda reader: _running(files_of(reader.user, reader.now), reader)
)


def _here() -> str:
	"""Return the address of the page with its filters."""
	return with_arguments(PATH, {name: argument(name) for name in ("from", "to", "host", "type")})


def _scope() -> tuple[Scope, InvalidRequest | None]:
	# Each link of the page has them.
	asked: dict[str, Any] = {}
	user, instant = frappe.session.user, now()
	try:
		asked = {
			"host": parse_choice("host", argument("host")[:140]) or None,
			"meeting_type": parse_choice("type", argument("type")[:140]) or None,
		}
		first, last = parse_dates(start_date=argument("from"), end_date=argument("to"))
		return scope_for(user, first, last, instant, **asked), None
	except InvalidRequest as refused:
		return scope_for(user, None, None, instant, **asked), refused


@PAGE.action("")
def _ask_for_file() -> None:
	"""Let a job make the table of the form."""
	scope, wrong = _scope()
	if wrong:
		raise wrong
	ask(argument("what"), argument("format"), scope, frappe.session.user, now())
	raise redirection(f"{_here()}#files")


@PAGE.view
def _view(reader: Reader) -> View:
	scope, wrong = _scope()
	# A file that was asked for just now is shown, while the figures may be some seconds old.
	return {**_figures(scope, reader, reader.error or wrong), **_downloads(scope, reader)}


@frappe.read_only()
def _figures(scope: Scope, reader: Reader, error: SchedulingError | None) -> View:
	instant, locale = reader.now, reader.locale
	board, days = dashboard(scope, instant, week_begins=locale.first_week_day), in_site_zone(scope, instant)
	names = Counter(each.name for each in board.top_types)
	shows_staff, host = is_manager() and not scope.host, scope.host if is_manager() else None
	# Requests to providers belong to no meeting type.
	providers = () if scope.meeting_type else provider_performance(days.span, scope.host)
	return {
		"title": _("Insights"),
		"error": error,
		"message": message_of(error),
		"subtitle": _period(scope, reader),
		"here": _here(),
		"scope": scope,
		"host": host,
		"ranges": ranges(
			scope.first,
			scope.last,
			local_date(instant, scope.zone),
			lambda dates: with_arguments(PATH, {"host": host, "type": scope.meeting_type, **dates}),
		),
		"hosts": enabled_hosts_of_all() if is_manager() else (),
		"pages": types_by_page(readable_meeting_types()),
		"board": board,
		"legend": dict(
			zip(_KINDS, (_("Took place"), _("Upcoming"), _("Attendee didn't come"), _("Cancellations")), strict=False)
		),
		"days": _days(board.by_day, reader),
		"months": _months(history(a_year(days), instant).by_month, reader),
		"funnel": funnel(days, instant),
		"conversion_rate": conversion_rate,
		"source_names": {"": _("Unknown"), "direct": _("Directly"), OTHER: _("Other sources")},
		"most_sources": _SOURCES,
		"peaks": _peaks(board.peaks, reader),
		"types": [
			(f"{each.name} · {each.page}" if names[each.name] > 1 else each.name, each, width)
			for each, width in zip(
				board.top_types, charts.shares([each.tally.total for each in board.top_types]), strict=False
			)
		],
		"advice": advice(board),
		"forecasts": _forecasts(outlook(scope, instant), reader),
		"month_title": dates.month_title,
		"round_robins": fairness(scope) if shows_staff else (),
		"unit": BOOKING,
		"sources": list(zip(board.sources, charts.shares([each.bookings for each in board.sources]), strict=False))[
			:_SOURCES
		],
		"providers": [
			(location_label(each.provider) or each.provider, each)
			for each in sorted(providers, key=lambda each: (-each.meetings, each.provider))
		],
		"staff": [
			(each, with_arguments(PATH, {"host": each.user}))
			for each in (staff_performance(scope) if shows_staff else ())
		],
		"pipeline": pipeline(scope),
		"waited": lambda minutes: _waited(minutes, reader),
		"is_large": board.tally.total > MANY,
		"has_reports": settings_of(reader.user) is not None,
	}


def _period(scope: Scope, reader: Reader) -> str:
	"""Return which days are counted, and by whose clock if the reader's own list of meetings is by another one."""
	text = _("Meetings of {0}, by the clock of {1}.")
	if scope.zone != reader.zone and scope.host:
		text = _("Meetings of {0}, by the clock of {1}. Your list of meetings shows {2} time.")
	elif scope.zone != reader.zone:
		text = _(
			"Meetings of {0}, by the clock of {1}, the time zone of this site. Your list of meetings shows {2} time."
		)
	days = dates.date_range(scope.first, scope.last, reader.locale)
	return text.format(days, reader.city(scope.zone), reader.city())


def ranges(
	first: date, last: date, ends: date, address: Callable[[dict[str, str]], str]
) -> list[tuple[int, str, bool]]:
	"""Return the numbers of days to `ends`, each with its address, and whether the dates from `first` to `last` are these."""
	return [
		(days, address({"from": str(begin), "to": str(ends)}), (first, last) == (begin, ends))
		for days, begin in ((days, ends - timedelta(days=days - 1)) for days in RANGES)
	]


def _bars(rows: Sequence[tuple[str, Tally]], title: str, finding: str, labelled: Sequence[int]) -> dict[str, Any]:
	"""Return a chart with a bar for each of `rows`. Those at the places `labelled` have a label."""
	drawn = []
	for label, tally in rows:
		called_off = tally.cancelled + tally.cancelled_after_start
		values = (tally.completed, tally.scheduled + tally.pending, tally.no_shows, called_off)
		drawn.append(
			(label, [charts.Part(kind, value) for kind, value in zip(_KINDS, values, strict=True)], tally.total)
		)
	return {
		"title": title,
		"finding": finding,
		"chart": charts.stacked_bars([parts for _label, parts, _total in drawn]),
		"labels": [rows[place][0] for place in labelled],
		"rows": [row for row in drawn if row[2]],
	}


def _days(by_day: dict[date, Tally], reader: Reader) -> dict[str, Any]:
	tallies, title, finding = by_day, _("Meetings by day"), _("Most on {0}: {1}.")
	if len(by_day) > _MOST_BARS:
		tallies, title, finding = {}, _("Meetings by week"), _("Most in the week of {0}: {1}.")
		for day, tally in by_day.items():
			tallies.setdefault(week_begins(day, reader.locale.first_week_day), Tally()).include(tally)
	best = max(tallies, key=lambda day: tallies[day].total, default=None)
	if best is None or not tallies[best].total:
		finding = _("No meetings on these dates.")
	else:
		finding = finding.format(reader.short_day(best), reader.number(tallies[best].total))
	places = (0, len(tallies) // 2, -1) if len(tallies) > 2 else range(len(tallies))
	return _bars([(reader.short_day(day), tally) for day, tally in tallies.items()], title, finding, places)


def _months(by_month: dict[str, Any], reader: Reader) -> dict[str, Any] | None:
	"""Return the months from the first one with meetings as bars, None unless there are several."""
	months = [
		(dates.month_title(date.fromisoformat(f"{month}-01"), reader.locale), numbers.tally)
		for month, numbers in by_month.items()
	]
	months = list(dropwhile(lambda row: not row[1].total, months))
	if len(months) < 2:
		return None
	title, tally = max(months, key=lambda row: row[1].total)
	finding = _("Most in {0}: {1}.").format(title, reader.number(tally.total))
	return _bars(months, _("Meetings by month"), finding, (0, -1))


def _peaks(peaks: Counter[tuple[int, int]], reader: Reader) -> dict[str, Any]:
	"""Return the heat map: a row for each hour between the first and the last with a meeting, a column for each weekday."""
	hours, locale = sorted({hour for _day, hour in peaks}), reader.locale
	largest, finding = max(peaks.values(), default=0), _("No meetings on these dates.")

	def clock(hour: int) -> str:
		return format_time(time(hour), "short", locale=locale)

	if peaks:
		day, hour = max(sorted(peaks), key=lambda place: peaks[place])
		name = locale.days["stand-alone"]["wide"][(day - 1) % 7]
		finding = _("Most begin on {0} at {1}.").format(name, clock(hour))
	# Columns count from Monday, peaks from Sunday.
	days = [((locale.first_week_day + offset) % 7 + 1) % 7 for offset in range(7)]
	return {
		"finding": finding,
		"days": dates.weekday_names(locale),
		"rows": [
			(
				clock(hour),
				[(peaks.get((day, hour), 0), charts.shade(peaks.get((day, hour), 0), largest)) for day in days],
			)
			for hour in (range(hours[0], hours[-1] + 1) if hours else ())
		],
	}


def _forecasts(found: Outlook, reader: Reader) -> list[dict[str, Any]]:
	"""Return the charts: of meetings, and of the revenue in each currency. Without a band, the reason stands instead."""

	def drawn(key: str, title: str, forecast: Forecast, words: Callable[[float], str]) -> dict[str, Any]:
		past, bands = forecast.past[-_PAST:], forecast.bands
		weeks = [dates.short_range(*found.dates(week), reader.locale) for week in range(-len(past), len(bands))]
		return {
			"key": key,
			"title": title,
			"forecast": forecast,
			"words": words,
			"chart": charts.banded_line(past, [(each.low, each.likely, each.high) for each in bands])
			if bands
			else None,
			"most": words(max([*past, *(each.high for each in bands)], default=0)),
			"labels": [weeks[0], weeks[-1]] if bands and past else [],
			"rows": list(zip(weeks, [*past, *bands], strict=False)),
			"month": found.in_next_month(forecast) if bands else None,
		}

	def amount(currency: str) -> Callable[[float], str]:
		return lambda value: reader.money(round(value), currency)

	title = _("Meetings in the next weeks")
	return [
		drawn("meetings", title, found.meetings, lambda value: reader.number(round(value, 1))),
		*(
			drawn(currency.lower(), _("Revenue in the next weeks ({0})").format(currency), each, amount(currency))
			for currency, each in found.money.items()
			if each.bands
		),
	]


def _waited(minutes: int | None, reader: Reader) -> str:
	"""Return how long people waited: in minutes, from two hours on in hours, from two days on in days."""
	if minutes is None:
		return "–"
	if minutes >= 2880:
		return _("{0} days").format(reader.number(round(minutes / 1440, 1)))
	return lengths.duration(minutes if minutes < 120 else round(minutes / 60) * 60, reader.locale)


def _running(files: Sequence[ExportFile], reader: Reader) -> list[dict[str, Any]]:
	words = _("{0} of 1 row | {0} of {1} rows"), _("1 row so far | {0} rows so far"), _("Waits for its turn.")
	return [
		bar(reader, each.name, None if each.status == WAITING else how_far(each.name) or HowFar(each.rows), *words)
		for each in files
		if each.status not in (READY, FAILED)
	]


def _downloads(scope: Scope, reader: Reader) -> dict[str, Any]:
	"""Return the `tables` with their links, and the user's `files`. A table of too many bookings has buttons instead of links."""
	labels = {
		"bookings": _("Bookings"),
		"daily": _("Days"),
		"meeting_types": _("Meeting types"),
		"sources": _("Sources"),
		"funnel": _("Visitors"),
		"video_providers": _("Video calls"),
		"staff": _("Hosts"),
	}
	days = {"start_date": scope.first, "end_date": scope.last}
	kept = {**days, "host": scope.host if is_manager() else None, "meeting_type": scope.meeting_type}
	# Video calls are counted by date and host only.
	hidden = {"video_providers": bool(scope.meeting_type), "staff": not is_manager()}
	files = files_of(reader.user, reader.now)

	def state(each: ExportFile) -> str:
		if each.status == READY:
			last = reader.full_date(local_date(each.ends_at, scope.zone))
			return _("{0} rows. You can download it until {1}.").format(reader.number(each.rows), last)
		return trouble(each.reason) if each.status == FAILED else ""

	return {
		"tables": [
			(
				what,
				label,
				{format: with_arguments(EXPORT, {"what": what, **kept, "format": format}) for format in FORMATS},
			)
			for what, label in labels.items()
			if not hidden.get(what)
		],
		"files": [
			(
				each,
				f"{labels[each.what]}, {dates.date_range(each.first, each.last, reader.locale)}",
				state(each),
				each.status == FAILED,
			)
			for each in files
		],
		"bars": {each["id"]: each for each in _running(files, reader)},
	}
