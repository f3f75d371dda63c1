"""The part of `/scheduling/insights` that looks ahead: the forecast as a chart with a band, advice in words, and round robins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from babel import Locale, numbers
from frappe import _

from scheduler_integration.engine import BOOKING
from scheduler_integration.insights.advice import Advice
from scheduler_integration.insights.fairness import Fairness
from scheduler_integration.insights.forecast import Band, Forecast
from scheduler_integration.insights.outlook import Outlook
from scheduler_integration.pages.kit import charts, dates
from scheduler_integration.platform.money import money

# So many past weeks are drawn before the coming ones.
_PAST = 8

Words = Callable[[float], str]


def forecasts_view(found: Outlook, locale: Locale) -> list[dict[str, Any]]:
	"""Return the charts: of meetings, and of the revenue in each currency. Without a band, the reason stands instead."""
	views = [_forecast(found, found.meetings, _("Meetings in the next weeks"), "meetings", _counted(locale), locale)]
	for currency, each in found.money.items():
		title = _("Revenue in the next weeks ({0})").format(currency)
		if each.bands:
			views.append(_forecast(found, each, title, currency.lower(), _amounts(currency, locale), locale))
	return views


def _forecast(found: Outlook, forecast: Forecast, title: str, key: str, words: Words, locale: Locale) -> dict[str, Any]:
	past, bands = forecast.past[-_PAST:], forecast.bands
	weeks = [dates.short_range(*found.dates(week), locale) for week in range(-len(past), len(bands))]
	return {
		"key": key,
		"title": title,
		"finding": _finding(forecast, words),
		"check": _check(forecast, words) if bands else "",
		"chart": charts.banded_line(past, [(each.low, each.likely, each.high) for each in bands]) if bands else None,
		"most": words(max([*past, *(each.high for each in bands)], default=0)),
		"labels": [weeks[0], weeks[-1]] if bands and past else [],
		"rows": [
			*({"week": week, "number": words(value)} for week, value in zip(weeks, past, strict=False)),
			*(
				{"week": week, "number": _between(each, words)}
				for week, each in zip(weeks[len(past) :], bands, strict=True)
			),
		],
	}


def _finding(forecast: Forecast, words: Words) -> str:
	if forecast.bands:
		return _("In the next seven days: {0}.").format(_between(forecast.bands[0], words))
	return {
		"short": _("A forecast needs eight weeks of meetings to learn from."),
		"few": _("A forecast needs 30 meetings that are over."),
		"useless": _("The last week says as much about the next ones as a forecast, so there is none."),
	}[forecast.reason]


def _between(band: Band, words: Words) -> str:
	return _("between {0} and {1}, most likely {2}").format(words(band.low), words(band.high), words(band.likely))


def _check(forecast: Forecast, words: Words) -> str:
	"""Return how far such forecasts were off in past weeks, beside the simplest one."""
	error, naive = forecast.error or 0.0, forecast.naive_error or 0.0
	return _(
		"8 of 10 weeks lie within the band. In past weeks such forecasts were off by {0} on average, “as many as on the same weekdays of last week” by {1}."
	).format(words(error), words(naive))


def _counted(locale: Locale) -> Words:
	return lambda value: numbers.format_decimal(round(value, 1), locale=locale)


def _amounts(currency: str, locale: Locale) -> Words:
	return lambda value: money(round(value), currency, locale)


def advice_view(found: Sequence[Advice], percent: Words) -> list[str]:
	"""Return the advice as sentences. `percent` writes a rate."""
	sentences = {
		"reminders": _(
			"{0} of the meetings without a reminder were missed, {1} of those with one. Send reminders for all meeting types."
		),
		"early": _(
			"{0} of the meetings that were booked more than a week ahead were missed, {1} of those booked less than two days ahead. Offer fewer days ahead, or send one more reminder."
		),
		"type": _(
			"{0} of “{2}” were missed, {1} of all other meetings. Ask these attendees to confirm, or remind them."
		),
	}
	return [
		sentences[each.kind].format(percent(each.worse.rate or 0.0), percent(each.better.rate or 0.0), each.name)
		for each in found
	]


def round_robins_view(found: Sequence[Fairness], locale: Locale) -> list[dict[str, Any]]:
	"""Return a table for each round robin: what each host had, and what was promised."""
	return [
		{
			"title": each.title,
			"finding": _("The largest difference to what was promised: {0}.").format(
				numbers.format_decimal(each.largest, locale=locale)
			),
			"rows": [
				{
					"name": host.name,
					"had": numbers.format_decimal(host.had, locale=locale),
					"promised": numbers.format_decimal(round(host.promised / BOOKING, 1), locale=locale),
					"ahead": numbers.format_decimal(host.ahead, "+0.#;-0.#", locale=locale) if host.ahead else "0",
				}
				for host in each.hosts
			],
		}
		for each in found
	]
