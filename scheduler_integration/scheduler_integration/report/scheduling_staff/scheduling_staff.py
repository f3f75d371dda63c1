"""The desk's report on hosts: meetings, how they ended, hours, money. The figures are those of the API."""

from collections.abc import Mapping
from typing import Any

from frappe import _

from scheduler_integration.insights.staff import staff_performance
from scheduler_integration.platform.records import picked
from scheduler_integration.scheduler_integration.report.scheduling_figures import (
	bars,
	columns,
	figures_of,
	money_columns,
	outcome_columns,
	scope_of,
	summary,
	with_money,
)

# A chart of more hosts can't be read.
_MOST = 20


def execute(filters: Mapping[str, Any] | None = None) -> tuple[list, list, None, dict, list]:
	"""Frappe's entry point: return columns, rows, no message, the chart and the summary."""
	scope = scope_of(filters)
	hosts = staff_performance(scope)
	rows = [
		row
		for host in hosts
		for row in with_money(
			{
				"name": host.name,
				"meetings": host.tally.total,
				**picked(host.tally, "completed", "no_shows", "cancelled", "completion_rate", "no_show_rate"),
				"hours": host.hours,
				"utilisation": host.utilisation.rate,
			},
			host.money,
		)
	]
	shown = columns(
		("name", _("Host"), "Data"),
		("meetings", _("Meetings"), "Int"),
		*outcome_columns(),
		("hours", _("Hours"), "Float"),
		("utilisation", _("Time used"), "Percent"),
		*money_columns(),
	)
	drawn = hosts[:_MOST]
	series = {
		# Frappe's legend gives each name 150 pixels.
		_("Completed"): [host.tally.completed for host in drawn],
		_("No-shows"): [host.tally.no_shows for host in drawn],
	}
	return shown, rows, None, bars([host.name for host in drawn], series), summary(figures_of(scope))
