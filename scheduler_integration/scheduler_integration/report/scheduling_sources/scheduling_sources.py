"""The desk's report on what brought bookings, and what they are worth. The figures are those of the API."""

from collections.abc import Mapping
from typing import Any

from frappe import _

from scheduler_integration.scheduler_integration.report.scheduling_figures import (
	bars,
	columns,
	figures_of,
	money_columns,
	scope_of,
	summary,
	with_money,
)

# A chart of more sources can't be read.
_MOST = 12


def execute(filters: Mapping[str, Any] | None = None) -> tuple[list, list, None, dict, list]:
	"""Frappe's entry point: return columns, rows, no message, the chart and the summary."""
	found = figures_of(scope_of(filters))
	rows = [
		row
		for source in found.sources
		for row in with_money(
			{**source.origin._asdict(), "source": source.origin.place, "bookings": source.bookings}, source.money
		)
	]
	shown = columns(
		("source", _("Source of bookings"), "Data"),
		("utm_source", _("UTM source"), "Data"),
		("utm_medium", _("UTM medium"), "Data"),
		("utm_campaign", _("UTM campaign"), "Data"),
		("bookings", _("Bookings"), "Int"),
		*money_columns(),
	)
	drawn = found.sources[:_MOST]
	series = {_("Bookings"): [source.bookings for source in drawn]}
	return shown, rows, None, bars([source.origin.words for source in drawn], series), summary(found)
