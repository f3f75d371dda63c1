"""What stands in the way of a meeting, in sentences, with links to the records behind it."""

from __future__ import annotations

from frappe import _

from . import dates
from .guest import Guest
from .people import web_address
from .spans import in_short


def reason_view(reason: dict, zone: str, reader: Guest) -> dict:
	"""A reason of the rooms as templates/scheduling/reasons.html prints it."""
	conflicts = reason.get("conflicts") or []
	return {"text": reason["message"], "conflicts": [conflict_view(each, zone, reader) for each in conflicts]}


def conflict_view(conflict: dict, zone: str, reader: Guest) -> dict:
	"""What stands in the way: what it is, when, and its record."""
	start, end = dates.instant(conflict["start"]), dates.instant(conflict["end"])
	doctype = conflict.get("doctype")
	return {
		"label": conflict.get("label") or (_(doctype) if doctype else _("Busy")),
		"when": in_short(start, end, zone, reader.twelve_hours, reader.locale),
		"url": _own_address(conflict.get("url")),
	}


def _own_address(url: str | None) -> str | None:
	"""A record's address in the desk, or on the web."""
	return url if url and url.startswith("/") and not url.startswith("//") else web_address(url)
