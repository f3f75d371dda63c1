"""What stands in the way of a meeting, in sentences, with links to the records behind it."""

from __future__ import annotations

from scheduler_integration.times import CalendarEntry, Objection

from .dates import TimeStyle
from .people import web_address
from .spans import in_short


def reason_view(objection: Objection, style: TimeStyle) -> dict:
	"""An objection as templates/scheduling/reasons.html prints it."""
	return {"text": objection.message, "conflicts": [conflict_view(each, style) for each in objection.conflicts]}


def conflict_view(entry: CalendarEntry, style: TimeStyle) -> dict:
	"""A calendar entry: what it is, when, and the address of its record."""
	return {
		"label": entry.label,
		"when": in_short(entry.start, entry.end, style),
		"url": web_address(entry.url),
	}
