"""The desk's report on bookings by day, and the number cards of the workspace. The figures are those of the API."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import frappe
from frappe import _

from scheduler_integration.engine import local_date, local_midnight
from scheduler_integration.insights.counts import NOT_COUNTED
from scheduler_integration.platform.clock import now, site_zone_name
from scheduler_integration.platform.language import current_locale
from scheduler_integration.scheduler_integration.report.scheduling_figures import (
	bars,
	card,
	columns,
	figures_of,
	scope_of,
	summary,
)


def execute(filters: Mapping[str, Any] | None = None) -> tuple[list, list, None, dict, list]:
	"""Frappe's entry point: return columns, rows, no message, the chart and the summary."""
	found = figures_of(scope_of(filters))
	rows: list[dict[str, Any]] = [
		{
			"date": day,
			"meetings": tally.total,
			"open": tally.scheduled + tally.pending,
			"completed": tally.completed,
			"no_shows": tally.no_shows,
			"cancelled": tally.cancelled + tally.cancelled_after_start,
		}
		for day, tally in found.by_day.items()
	]
	names = {"completed": _("Completed"), "open": _("Upcoming"), "no_shows": _("No-shows"), "cancelled": _("Cancelled")}
	chart = bars(
		# The day of the month: Frappe's charts cut longer labels of a month's bars.
		[str(row["date"].day) for row in rows],
		{label: [row[name] for row in rows] for name, label in names.items()},
	)
	chart |= {"barOptions": {"stacked": 1}, "colors": ["#2f6fed", "#a9c3f7", "#c62828", "#8d99ae"]}
	shown = columns(
		("date", _("Date"), "Date"),
		("meetings", _("Meetings"), "Int"),
		*((name, label, "Int") for name, label in names.items()),
	)
	return shown, rows, None, chart, summary(found)


@frappe.whitelist()
def this_week(filters=None):
	"""The card of the bookings that were made this week."""
	today, begins = local_date(now(), site_zone_name()), current_locale().first_week_day
	first = today - timedelta(days=(today.weekday() - begins) % 7)
	# The list of these bookings: the report counts meetings by the day on which they take place. A meeting that was moved
	# is a new record, booked when the former one was.
	begin = local_midnight(first, site_zone_name())
	listed = {"booked_at": [">=", begin], "status": ["not in", ",".join(NOT_COUNTED)]}
	route = {"route": ["List", "Booking"], "route_options": listed}
	return card(lambda found: found.this_week.value, "Int") | route


@frappe.whitelist()
def completion(filters=None):
	"""The card of the completion rate."""
	return card(lambda found: found.tally.completion_rate, "Percent")


@frappe.whitelist()
def no_shows(filters=None):
	"""The card of the no-show rate."""
	return card(lambda found: found.tally.no_show_rate, "Percent")


@frappe.whitelist()
def lead_time(filters=None):
	"""The card of the median lead time in hours."""
	return card(lambda found: found.leads.median, "Float")
