"""What stands in a calendar, as its owner or a manager may see it."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_url_to_form

from scheduler_integration import engine
from scheduler_integration.clock import iso

_TITLES = {"Booking": "subject", "Blocked Time": "reason"}


def conflict_views(items: Iterable[engine.Busy | engine.Booked], zone: str) -> list[dict[str, Any]]:
	"""The items with the records behind them; times in `zone`. At most a query for each kind of record."""
	items = list(items)
	titles = {doctype: _titles(doctype, field, items) for doctype, field in _TITLES.items()}
	return [_view(item, titles, zone) for item in items]


def _view(item: engine.Busy | engine.Booked, titles: dict[str, dict[str, str]], zone: str) -> dict[str, Any]:
	doctype = _doctype(item)
	return {
		"doctype": doctype,
		"name": item.label or None,
		"label": (titles[doctype].get(item.label) or _(doctype)) if doctype else _("Somebody is booking this just now"),
		"url": get_url_to_form(doctype, item.label) if doctype else None,
		"start": iso(item.start, zone),
		"end": iso(item.end, zone),
	}


def _doctype(item: engine.Busy | engine.Booked) -> str | None:
	if isinstance(item, engine.Booked):
		return None if item.is_hold else "Booking"
	return "Blocked Time"


def _titles(doctype: str, field: str, items: list[engine.Busy | engine.Booked]) -> dict[str, str]:
	names = [item.label for item in items if _doctype(item) == doctype]
	if not names:
		return {}
	row = frappe.qb.DocType(doctype)
	return dict(frappe.qb.from_(row).select(row.name, row[field]).where(row.name.isin(names)).run())
