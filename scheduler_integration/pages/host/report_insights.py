"""`/scheduling/insights/reports`: consultants see the clicks on their reports, managers those of any `consultant`.

The dates are in the address: `from` and `to`. A wrong date shows the last 30 days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from babel import Locale, numbers
from frappe import _

from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.catalogue.phases import phase_name
from scheduler_integration.engagement.access import whose_analytics
from scheduler_integration.engagement.analytics import Counts, analytics
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.pages.host.host_page import HostPage, Reader, anybody
from scheduler_integration.pages.host.insights import PATH as INSIGHTS
from scheduler_integration.pages.kit import charts, dates
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.parsing.fields import parse_choice, parse_dates

PATH = "/scheduling/insights/reports"
_RANGES = (7, 30, 90, 365)
DAYS = 30

PAGE = HostPage(PATH, here=INSIGHTS, style="insights", allowed=anybody)


@PAGE.view
def _view(reader: Reader) -> View:
	whose = whose_analytics(parse_choice("consultant", argument("consultant")[:140]) or reader.user)
	status, last = 200, None
	try:
		first, last = parse_dates(start_date=argument("from"), end_date=argument("to"))
	except InvalidRequest:
		status, first = 400, None
	last = last or local_date(reader.now, rule_zone(whose))
	first = first or last - timedelta(days=DAYS - 1)
	found, locale = analytics(whose, first, last), reader.locale
	return {
		"title": _("Client reports"),
		"subtitle": _("Clicks and bookings from {0}, by the clock of {1}.").format(
			dates.date_range(first, last, locale), dates.city(found.zone, locale)
		),
		"ranges": [_range(days, first, last, whose if whose != reader.user else None) for days in _RANGES],
		"cards": _cards(found.total, locale),
		"tables": [
			_table(
				_("Meeting types"),
				[(each.name or _("Without a known meeting type"), each.counts) for each in found.by_type],
				locale,
			),
			_table(_("Phases"), [(phase_name(phase), counts) for phase, counts in found.by_phase.items()], locale),
		],
		"is_empty": not found.total.clicks and not found.total.bookings,
		"status": status,
	}


def _range(days: int, first: date, last: date, consultant: str | None) -> dict[str, Any]:
	begins = last - timedelta(days=days - 1)
	asked = {"from": str(begins), "to": str(last), **({"consultant": consultant} if consultant else {})}
	return {
		"label": _("{0} days").format(days),
		"url": f"{PATH}?{urlencode(asked)}",
		"is_current": first == begins,
	}


def _cards(total: Counts, locale: Locale) -> list[dict[str, str]]:
	figures = (
		(_("Clicks"), _number(total.clicks, locale)),
		(_("Bookings"), _number(total.bookings, locale)),
		(_("Conversion rate"), _rate(total, locale)),
		(_("Completed meetings"), _number(total.completed, locale)),
	)
	return [{"title": title, "value": value} for title, value in figures]


def _table(title: str, rows: Sequence[tuple[str, Counts]], locale: Locale) -> dict[str, Any]:
	widths = charts.shares([counts.clicks for _name, counts in rows])
	best = max(rows, key=lambda row: row[1].bookings, default=None)
	return {
		"title": title,
		"finding": _("Most bookings: {0}.").format(best[0]) if best and best[1].bookings else "",
		"rows": [
			{
				"name": name,
				"width": width,
				"clicks": _number(counts.clicks, locale),
				"bookings": _number(counts.bookings, locale),
				"rate": _rate(counts, locale),
				"completed": _number(counts.completed, locale),
			}
			for (name, counts), width in zip(rows, widths, strict=True)
		],
	}


def _rate(counts: Counts, locale: Locale) -> str:
	"""`25.5%`, or a dash without a click."""
	if not counts.clicks:
		return "–"
	return numbers.format_percent(counts.conversion_rate(1) / 100, "#,##0.#%", locale=locale)


def _number(value: int, locale: Locale) -> str:
	return numbers.format_decimal(value, locale=locale)
