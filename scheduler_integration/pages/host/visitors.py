"""The part of `/scheduling/insights` about visitors of booking pages: the funnel, as a list with bars and a finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babel import Locale, numbers
from frappe import _

from scheduler_integration.insights.funnel import Funnel, StepFigures, conversion_rate
from scheduler_integration.insights.page_stats import OTHER

# The most sources in the table.
_SOURCES = 10


def funnel_view(funnel: Funnel, locale: Locale, percent: Callable[[float | None], str]) -> dict[str, Any] | None:
	"""Return the view of the funnel, None if nobody came. `percent` writes a rate."""
	steps = funnel.steps
	if not funnel.numbers[0]:
		return None

	def number(value: int) -> str:
		return numbers.format_decimal(value, locale=locale)

	return {
		"finding": " ".join(_findings(funnel, percent, number)),
		"steps": [
			{
				"label": label,
				"visitors": number(each.visitors),
				"rate": percent(each.rate),
				"left": number(each.drop_off),
				# In percent of the first step, for the bars.
				"width": round(100 * each.visitors / steps[0].visitors, 1),
				"lost": round(100 * each.drop_off / steps[0].visitors, 1),
			}
			for label, each in zip(_labels(), steps, strict=True)
		],
		"sources": [
			{
				"name": _source(source),
				"visitors": number(counts[0]),
				"booked": number(counts[-1]),
				"rate": percent(conversion_rate(counts)),
			}
			for source, counts in list(funnel.by_source.items())[:_SOURCES]
		],
		"apart": _apart(funnel, number),
	}


def _labels() -> list[str]:
	return [_("Saw the page"), _("Chose a meeting type"), _("Chose a time"), _("Filled in the form"), _("Booked it")]


def _findings(funnel: Funnel, percent: Callable[[float | None], str], number: Callable[[int], str]) -> list[str]:
	came, booked = funnel.numbers[0], funnel.numbers[-1]
	sentences = [
		_("{0} of {1} visitors booked: {2}.").format(number(booked), number(came), percent(funnel.conversion_rate))
	]
	worst = max(funnel.steps[1:], key=lambda each: each.drop_off)
	if worst.drop_off:
		sentences.append(_leaving(worst, number))
	return sentences


def _leaving(step: StepFigures, number: Callable[[int], str]) -> str:
	before = step.visitors + step.drop_off
	sentence = {
		"service_selected": _("Most leave before they choose a meeting type: {0} of {1}."),
		"slot_selected": _("Most leave before they choose a time: {0} of {1}."),
		"form_completed": _("Most leave before they fill in the form: {0} of {1}."),
		"booked": _("Most leave after they filled in the form: {0} of {1}."),
	}[step.step]
	return sentence.format(number(step.drop_off), number(before))


def _source(source: str) -> str:
	return {"": _("Unknown"), "direct": _("Directly"), OTHER: _("Other sources")}.get(source, source)


def _apart(funnel: Funnel, number: Callable[[int], str]) -> str:
	came, booked = funnel.without_script[0], funnel.without_script[-1]
	if not came:
		return ""
	return _("Not included: {0} visitors whose browser reported nothing; {1} of them booked.").format(
		number(came), number(booked)
	)
