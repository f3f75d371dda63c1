"""The desk report on providers of video calls: meetings made, how they ended, how reliably the provider answered."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import frappe
from frappe import _

from scheduler_integration.catalogue.places import location_label
from scheduler_integration.insights.providers import period, provider_performance
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now
from scheduler_integration.scheduler_integration.report.scheduling_figures import columns, dates_of, outcome_columns


def execute(filters: Mapping[str, Any] | None = None) -> tuple[list, list]:
	"""Frappe's entry point: return columns and rows, with dates of the site's zone. Managers see the figures of all."""
	span = period(*dates_of(filters or {}), now()).span()
	providers = provider_performance(span, None if is_manager() else frappe.session.user)
	shown = columns(
		("provider", _("Provider"), "Data"),
		("meetings", _("Meetings made"), "Int"),
		*outcome_columns(),
		("requests", _("Requests"), "Int"),
		("failed", _("Failed requests"), "Int"),
		("reliability", _("Reliability"), "Percent"),
		("median_milliseconds", _("Median time (ms)"), "Int"),
		width=140,
	)
	return shown, [{**asdict(each), "provider": location_label(each.provider) or each.provider} for each in providers]
