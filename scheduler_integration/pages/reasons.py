"""What stands in the way of a meeting, in sentences, with links to the records behind it."""

from __future__ import annotations

from frappe import _

from . import dates
from .people import web_address
from .spans import in_short
from .visitor import Visitor


def reason_view(reason: dict, zone: str, visitor: Visitor) -> dict:
	"""A reason of the rooms as templates/scheduling/reasons.html prints it."""
	conflicts = reason.get("conflicts") or []
	return {"text": reason["message"], "conflicts": [conflict_view(each, zone, visitor) for each in conflicts]}


def conflict_view(conflict: dict, zone: str, visitor: Visitor) -> dict:
	"""What stands in the way: what it is, when, and its record."""
	start, end = dates.instant(conflict["start"]), dates.instant(conflict["end"])
	doctype = conflict.get("doctype")
	return {
		"label": conflict.get("label") or (_(doctype) if doctype else _("Busy")),
		"when": in_short(start, end, zone, visitor.twelve_hours, visitor.locale),
		"url": _own_address(conflict.get("url")),
	}


def _own_address(url: str | None) -> str | None:
	"""A record's address in the desk, or on the web."""
	return url if url and url.startswith("/") and not url.startswith("//") else web_address(url)
