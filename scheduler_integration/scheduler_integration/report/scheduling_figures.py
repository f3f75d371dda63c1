"""Shared parts of desk reports on bookings, staff, sources and the funnel: whose figures, which dates, and the cards."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import frappe
from babel.numbers import format_decimal, format_percent
from frappe import _

from scheduler_integration.insights.dashboard import Dashboard, dashboard
from scheduler_integration.insights.formulas import Money
from scheduler_integration.insights.scope import Scope, scope_for
from scheduler_integration.insights.sheets import safe
from scheduler_integration.parsing.fields import parse_dates
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.language import current_locale

Row = dict[str, Any]


def scope_of(filters: Mapping[str, Any] | None) -> Scope:
	"""Return whose figures the filters ask for: managers those of all or of one host, others their own."""
	wanted = filters or {}
	host, meeting_type = (str(wanted.get(name) or "") or None for name in ("host", "meeting_type"))
	return scope_for(frappe.session.user, *dates_of(wanted), now(), host=host, meeting_type=meeting_type)


def dates_of(filters: Mapping[str, Any]) -> tuple[date | None, date | None]:
	"""Return the first and last date that the filters ask for. Raises InvalidRequest."""
	return parse_dates(*(str(filters.get(name) or "")[:10] for name in ("from_date", "to_date")))


def figures_of(scope: Scope) -> Dashboard:
	"""Return the dashboard, with the week of the reader's language."""
	return dashboard(scope, now(), week_begins=current_locale().first_week_day)


def columns(*wanted: tuple[str, str, str], width: int = 0) -> list[Row]:
	"""Return the columns from name, label and field type. Without a `width`, texts are wide and numbers are narrow."""
	of_kind = defaultdict(lambda: width or 130, {"Data": width or 240})
	return [
		{"fieldname": name, "label": label, "fieldtype": kind, "width": of_kind[kind], **decimals(name, kind)}
		for name, label, kind in wanted
	]


def decimals(name: str, kind: str) -> Row:
	"""Return how many decimals the desk shows: by itself it shows three, as in 73.500 %."""
	return {"precision": 2 if name in ("revenue", "open") else 1} if kind in ("Percent", "Float") else {}


def summary_card(label: str, value: float, kind: str) -> Row:
	"""Return a card of a report's summary. The desk shows numbers with decimals as text, because it knows no precision here."""
	if kind == "Percent":
		return {
			"label": label,
			"value": format_percent(value / 100, "#,##0.#%", locale=current_locale()),
			"datatype": "Data",
		}
	if kind == "Float":
		return {"label": label, "value": format_decimal(value, "#,##0.#", locale=current_locale()), "datatype": "Data"}
	return {"label": label, "value": value, "datatype": kind}


def outcome_columns() -> tuple[tuple[str, str, str], ...]:
	"""Return the columns of how meetings ended."""
	return (
		("completed", _("Completed meetings"), "Int"),
		("no_shows", _("No-shows"), "Int"),
		("cancelled", _("Cancelled meetings"), "Int"),
		("completion_rate", _("Completion rate"), "Percent"),
		("no_show_rate", _("No-show rate"), "Percent"),
	)


def money_columns() -> tuple[tuple[str, str, str], ...]:
	"""Return the columns that `with_money` fills."""
	return ("currency", _("Currency"), "Data"), ("revenue", _("Revenue"), "Float"), ("open", _("Upcoming"), "Float")


def with_money(row: Row, money: Money) -> Iterable[Row]:
	"""Yield the row once for each currency: amounts are never added over currencies, and Frappe can't total such a column."""
	for index, (currency, revenue, still_open) in enumerate(money.rows() or [("", 0.0, 0.0)]):
		# The numbers stand once, so that sums in a spreadsheet are right.
		shown = row if not index else {name: value for name, value in row.items() if isinstance(value, str)}
		yield {**defused(shown), "currency": currency, "revenue": revenue, "open": still_open}


def defused(row: Row) -> Row:
	"""Return the row with texts that no spreadsheet runs as a formula: Frappe exports reports as CSV and XLSX."""
	return {name: safe(value) for name, value in row.items()}


def bars(labels: list[str], series: Mapping[str, list[int]]) -> Row:
	"""Return a chart of the series, by name."""
	datasets = [{"name": name, "values": values} for name, values in series.items()]
	return {"data": {"labels": labels, "datasets": datasets}, "type": "bar", "colors": ["#2f6fed", "#c62828"]}


def summary(found: Dashboard) -> list[Row]:
	"""Return the summary of the dashboard. Rates without a divisor are left out."""
	tally = found.tally
	cards: list[tuple[str, float | None, str]] = [
		(_("Meetings"), tally.total, "Int"),
		(_("Completion rate"), tally.completion_rate, "Percent"),
		(_("No-show rate"), tally.no_show_rate, "Percent"),
		(_("Booked ahead, median hours"), found.leads.median, "Float"),
		(_("Time used"), found.utilisation.rate, "Percent"),
	]
	return [summary_card(label, value, kind) for label, value, kind in cards if value is not None]


def card(value: Callable[[Dashboard], float | None], kind: str) -> Row:
	"""Return the value of a number card: of the last 30 days, of the signed-in host; for managers, of all."""
	return number_card("Booking", "Scheduling Bookings", lambda: value(figures_of(scope_of({}))), kind)


def number_card(doctype: str, report: str, value: Callable[[], float | None], kind: str) -> Row:
	"""Return a number card with this value, for users who may read the DocType. It leads to the report."""
	frappe.has_permission(doctype, "read", throw=True)
	route = {"route": ["query-report", report], "route_options": {}}
	return {"value": value() or 0, "fieldtype": kind, **decimals("", kind), **route}
