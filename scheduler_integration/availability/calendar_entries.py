"""Calendar entries: the records behind a host's busy times and bookings, shown only to the host and managers."""

from collections.abc import Iterable

import frappe
from frappe import _

from scheduler_integration import engine
from scheduler_integration.availability.busy_times import Distrust, of_calendar
from scheduler_integration.platform.site_address import desk_url
from scheduler_integration.times import CalendarEntry

_TITLES = {"Booking": "subject", "Blocked Time": "reason", "Calendar Connection": "account_name"}


def calendar_entries(items: Iterable[engine.Busy | engine.Booked]) -> tuple[CalendarEntry, ...]:
	"""Return an entry for each item, with its record's title and address. Makes at most one query per DocType."""
	items = list(items)
	titles = {doctype: _titles(doctype, field, items) for doctype, field in _TITLES.items()}
	return tuple(_entry(item, titles) for item in items)


def _entry(item: engine.Busy | engine.Booked, titles: dict[str, dict[str, str]]) -> CalendarEntry:
	doctype = _doctype(item)
	if not doctype:
		return CalendarEntry(None, None, _("Somebody is booking this right now"), None, item.start, item.end)
	name = _name(item)
	label = titles[doctype].get(name) or _(doctype)
	if doctype == "Calendar Connection":
		# What a calendar's busy time is called. The event's own title isn't known here.
		sentences = {
			None: _("Busy in the calendar {0}"),
			Distrust.UNREAD: _("The calendar {0} hasn't been read yet"),
			Distrust.REVOKED: _("The calendar {0} must be connected again"),
			Distrust.GONE: _("A calendar of {0} no longer exists"),
			Distrust.STALE: _("The calendar {0} couldn't be read for too long"),
			Distrust.TOO_FAR: _("The calendar {0} hasn't been read that far ahead"),
		}
		busy = of_calendar(item.label)
		label = sentences[busy[1] if busy else None].format(label)
	return CalendarEntry(doctype, name or None, label, desk_url(doctype, name), item.start, item.end)


def _doctype(item: engine.Busy | engine.Booked) -> str | None:
	if isinstance(item, engine.Booked):
		return None if item.is_hold else "Booking"
	return "Calendar Connection" if of_calendar(item.label) else "Blocked Time"


def _name(item: engine.Busy | engine.Booked) -> str:
	busy = None if isinstance(item, engine.Booked) else of_calendar(item.label)
	return busy[0] if busy else item.label


def _titles(doctype: str, field: str, items: list[engine.Busy | engine.Booked]) -> dict[str, str]:
	names = {_name(item) for item in items if _doctype(item) == doctype}
	if not names:
		return {}
	row = frappe.qb.DocType(doctype)
	return dict(frappe.qb.from_(row).select(row.name, row[field]).where(row.name.isin(names)).run())
