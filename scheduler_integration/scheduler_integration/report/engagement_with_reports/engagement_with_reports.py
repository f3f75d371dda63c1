"""The desk report on clicks and bookings. Its figures, and those of the cards and charts, are those of the API."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import frappe
from frappe import _

from scheduler_integration.catalogue.phases import phase_name
from scheduler_integration.engagement.access import whose_analytics
from scheduler_integration.engagement.analytics import Analytics, Counts, analytics
from scheduler_integration.engine import local_date
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now, site_zone
from scheduler_integration.platform.records import picked
from scheduler_integration.scheduler_integration.report.scheduling_figures import (
	bars,
	columns,
	dates_of,
	number_card,
	summary_card,
)

# The cards and charts show this many days up to today.
DAYS = 30


def execute(filters: Mapping[str, Any] | None = None) -> tuple[list, list, None, dict, list]:
	"""Frappe's entry point: return columns, rows, no message, the chart and the summary."""
	wanted = filters or {}
	analytics = _analytics(wanted)
	rows: list[dict[str, Any]] = (
		[{"name": phase_name(phase), **_numbers(counts, 2)} for phase, counts in analytics.by_phase.items()]
		if wanted.get("group_by") == "Phase"
		else [
			{"name": each.name or _("Without a known meeting type"), **_numbers(each.counts, 2)}
			for each in analytics.by_type
		]
	)
	series = (("clicks", _("Clicks")), ("bookings", _("Bookings")), ("completed", _("Completed meetings")))
	chart = bars([row["name"] for row in rows], {label: [row[field] for row in rows] for field, label in series})
	chart = chart | {"colors": ["#8d99ae", "#a9c3f7", "#2f6fed"]}
	total = analytics.total
	summary = [
		{"value": total.clicks, "label": _("Clicks"), "datatype": "Int"},
		{"value": total.bookings, "label": _("Bookings"), "datatype": "Int"},
		summary_card(_("Conversion rate"), total.conversion_rate(1), "Percent"),
		{"value": total.completed, "label": _("Completed meetings"), "datatype": "Int"},
	]
	return _columns(wanted), rows, None, chart, summary


@frappe.whitelist()
def clicks(filters=None):
	"""The card of clicks."""
	return _card(lambda total: total.clicks, "Int")


@frappe.whitelist()
def bookings(filters=None):
	"""The card of bookings."""
	return _card(lambda total: total.bookings, "Int")


@frappe.whitelist()
def completed(filters=None):
	"""The card of completed meetings."""
	return _card(lambda total: total.completed, "Int")


@frappe.whitelist()
def conversion(filters=None):
	"""The card of the conversion rate."""
	return _card(lambda total: total.conversion_rate(1), "Percent")


def _analytics(wanted: Mapping[str, Any]) -> Analytics:
	"""Return the figures of a consultant, or for managers without a consultant of all, by the site's dates."""
	consultant = wanted.get("consultant") or (None if is_manager() else frappe.session.user)
	first, last = dates_of(wanted)
	if not first and not last:
		last = local_date(now(), site_zone())
		first = last - timedelta(days=DAYS - 1)
	if consultant is None:
		return analytics(None, first, last, site_zone().key)
	return analytics(whose_analytics(str(consultant)), first, last)


def _numbers(counts: Counts, decimals: int) -> dict[str, float]:
	return {**picked(counts, "clicks", "bookings", "completed"), "conversion_rate": counts.conversion_rate(decimals)}


def _columns(wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
	name = _("Phase") if wanted.get("group_by") == "Phase" else _("Meeting type")
	numbers = columns(
		("clicks", _("Clicks"), "Int"),
		("bookings", _("Bookings"), "Int"),
		("completed", _("Completed meetings"), "Int"),
		("conversion_rate", _("Conversion rate"), "Percent"),
		width=140,
	)
	return [*columns(("name", name, "Data"), width=300), *numbers]


def _card(value: Callable[[Counts], float], kind: str) -> dict[str, Any]:
	"""Return the value of a number card: the signed-in consultant's figure of the last days; for managers, of all."""
	report = "Engagement with Reports"
	return number_card("Scheduler Engagement", report, lambda: value(_analytics({}).total), kind)
