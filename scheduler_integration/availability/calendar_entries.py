"""Calendar entries: the records behind a host's busy times and bookings, for the host's and managers' eyes."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import get_url_to_form

from scheduler_integration import engine
from scheduler_integration.times import CalendarEntry

_TITLES = {"Booking": "subject", "Blocked Time": "reason"}


def calendar_entries(items: Iterable[engine.Busy | engine.Booked]) -> tuple[CalendarEntry, ...]:
	"""Return an entry for each item, with its record's title and address. Makes at most one query per DocType."""
	items = list(items)
	titles = {doctype: _titles(doctype, field, items) for doctype, field in _TITLES.items()}
	return tuple(_entry(item, titles) for item in items)


def _entry(item: engine.Busy | engine.Booked, titles: dict[str, dict[str, str]]) -> CalendarEntry:
	doctype = _doctype(item)
	if not doctype:
		return CalendarEntry(None, None, _("Somebody is booking this right now"), None, item.start, item.end)
	label = titles[doctype].get(item.label) or _(doctype)
	return CalendarEntry(doctype, item.label or None, label, get_url_to_form(doctype, item.label), item.start, item.end)


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
