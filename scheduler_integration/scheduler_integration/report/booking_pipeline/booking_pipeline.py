"""The desk's report on leads: how long until they book and meet, and who became a customer. The figures are those of the API."""

from collections.abc import Mapping
from typing import Any

from frappe import _

from scheduler_integration.insights.pipeline import pipeline
from scheduler_integration.platform.records import picked
from scheduler_integration.scheduler_integration.report.scheduling_figures import (
	bars,
	columns,
	defused,
	scope_of,
	summary_card,
)

# A chart of more groups can't be read.
_MOST = 12


def execute(filters: Mapping[str, Any] | None = None) -> tuple[list, list, None, dict | None, list | None]:
	"""Frappe's entry point: return columns, rows, no message, the chart and the summary. Empty on a site without a CRM."""
	found, wanted = pipeline(scope_of(filters)), (filters or {}).get("group_by")
	if found is None:
		return [], [], None, None, None
	label, groups = {
		"Meeting type": (_("Meeting type"), found.by_meeting_type),
		"Host": (_("Host"), found.by_host),
	}.get(str(wanted), (_("Source"), found.by_source))
	numbers = (
		("people", _("Leads"), "Int"),
		("customers", _("Customers"), "Int"),
		("customer_rate", _("Share of customers"), "Percent"),
		("minutes_to_offer", _("Minutes until a time was offered"), "Int"),
		("minutes_to_booking", _("Minutes until the booking"), "Int"),
		("minutes_to_meeting", _("Minutes until the meeting"), "Int"),
		("met", _("Leads with a meeting"), "Int"),
	)
	rows = [defused({"name": each.name, **picked(each, *(name for name, *_rest in numbers))}) for each in groups]
	series = {
		_("Leads"): [each.people for each in groups[:_MOST]],
		_("Customers"): [each.customers for each in groups[:_MOST]],
	}
	cards = [
		summary_card(label, value, kind)
		for name, label, kind in numbers
		if (value := getattr(found.total, name)) is not None
	]
	shown = [*columns(("name", label, "Data")), *columns(*numbers, width=150)]
	return shown, rows, None, bars([each.name for each in groups[:_MOST]], series), cards
