"""The desk's report on the funnel of booking pages. The figures are those of the API."""

from collections.abc import Mapping
from typing import Any

from frappe import _

from scheduler_integration.insights.funnel import funnel
from scheduler_integration.insights.scope import in_site_zone
from scheduler_integration.platform.clock import now
from scheduler_integration.scheduler_integration.report.scheduling_figures import bars, columns, scope_of, summary_card


def execute(filters: Mapping[str, Any] | None = None) -> tuple[list, list, None, dict, list | None]:
	"""Frappe's entry point: return columns, rows, no message, the chart and the summary."""
	found = funnel(in_site_zone(scope_of(filters), now()), now())
	labels = {
		"page_view": _("Opened the page"),
		"service_selected": _("Chose a meeting type"),
		"slot_selected": _("Chose a time"),
		"form_completed": _("Sent the form"),
		"booked": _("Booked"),
	}
	rows = [{**each._asdict(), "step": labels[each.step]} for each in found.steps]
	shown = columns(
		("step", _("Step"), "Data"),
		("visitors", _("Visitors"), "Int"),
		("rate", _("Of the step before"), "Percent"),
		("drop_off", _("Left here"), "Int"),
		("drop_off_rate", _("Left here, in percent"), "Percent"),
	)
	chart = bars([row["step"] for row in rows], {_("Visitors"): [row["visitors"] for row in rows]})
	rate = found.conversion_rate
	# The desk would show an empty summary as an empty box.
	summary = [summary_card(_("Conversion rate"), rate, "Percent")] if rate is not None else None
	return shown, rows, None, chart, summary
