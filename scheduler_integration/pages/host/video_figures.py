"""How the providers of video calls did, as a table of `/scheduling/insights`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from babel import Locale, numbers

from scheduler_integration.catalogue.places import location_label
from scheduler_integration.insights.providers import ProviderPerformance


def providers_view(
	providers: Sequence[ProviderPerformance], locale: Locale, percent: Callable[[float | None], str]
) -> list[dict[str, Any]]:
	"""Return the rows, those of the provider with the most meetings first."""
	return [
		{
			"name": location_label(each.provider) or each.provider,
			"total": numbers.format_decimal(each.meetings, locale=locale),
			"completion": percent(each.completion_rate),
			"no_show": percent(each.no_show_rate),
			"reliability": percent(each.reliability),
		}
		for each in sorted(providers, key=lambda each: (-each.meetings, each.provider))
	]
