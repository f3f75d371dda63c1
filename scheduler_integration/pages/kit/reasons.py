"""Says in sentences why a meeting can't take place, with links to the conflicting records."""

from __future__ import annotations

from urllib.parse import quote

from scheduler_integration.pages.kit.dates import TimeStyle
from scheduler_integration.pages.kit.links import web_address
from scheduler_integration.pages.kit.spans import in_short
from scheduler_integration.times import CalendarEntry, Objection


def reason_view(objection: Objection, style: TimeStyle) -> dict:
	"""Return the view of an objection for templates/scheduling/reasons.html."""
	return {"text": objection.message, "conflicts": [conflict_view(each, style) for each in objection.conflicts]}


def conflict_view(entry: CalendarEntry, style: TimeStyle) -> dict:
	"""Return the label and the time of a calendar entry, and the address of its page, or else of its record in the desk."""
	is_meeting = entry.doctype == "Booking" and entry.name
	return {
		"label": entry.label,
		"when": in_short(entry.start, entry.end, style),
		"url": f"/scheduling/meeting/{quote(entry.name or '', safe='')}" if is_meeting else web_address(entry.url),
	}
