"""`/scheduling/insights/reports`: consultants see the clicks on their reports, managers those of any `consultant`.

The dates are in the address: `from` and `to`. A wrong date shows the last 30 days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import frappe
from frappe import _

from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.catalogue.phases import phase_name
from scheduler_integration.engagement.access import whose_analytics
from scheduler_integration.engagement.analytics import Counts, analytics
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.pages.host.host_page import HostPage, Reader, anybody
from scheduler_integration.pages.host.house import with_arguments
from scheduler_integration.pages.host.insights import PATH as INSIGHTS
from scheduler_integration.pages.host.insights import ranges
from scheduler_integration.pages.kit import charts, dates
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.parsing.fields import parse_choice, parse_dates

PATH = "/scheduling/insights/reports"
DAYS = 30

PAGE = HostPage(PATH, here=INSIGHTS, style="insights", allowed=anybody)


@PAGE.view
@frappe.read_only()
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
		"ranges": ranges(
			first,
			last,
			last,
			lambda days: with_arguments(PATH, {**days, "consultant": whose if whose != reader.user else ""}),
		),
		"total": found.total,
		"rate": lambda counts: reader.percent(counts.conversion_rate(1) if counts.clicks else None),
		"tables": [
			_table(
				_("Meeting types"),
				[(each.name or _("Without a known meeting type"), each.counts) for each in found.by_type],
			),
			_table(_("Phases"), [(phase_name(phase), counts) for phase, counts in found.by_phase.items()]),
		],
		"is_empty": not found.total.clicks and not found.total.bookings,
		"status": status,
	}


def _table(title: str, rows: Sequence[tuple[str, Counts]]) -> dict[str, Any]:
	widths = charts.shares([counts.clicks for _name, counts in rows])
	best = max(rows, key=lambda row: row[1].bookings, default=None)
	return {
		"title": title,
		"finding": _("Most bookings: {0}.").format(best[0]) if best and best[1].bookings else "",
		"rows": [(*row, width) for row, width in zip(rows, widths, strict=True)],
	}
