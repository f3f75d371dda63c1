"""The desk's log of automations: each action, to whom it went, its outcome, and why it failed or was skipped."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from frappe import _

from scheduler_integration.engine import local_midnight
from scheduler_integration.notifications.automations.log import Entry, Wanted, entries
from scheduler_integration.parsing.fields import parse_dates
from scheduler_integration.platform.clock import site_zone, to_site_time


def execute(filters: Mapping[str, Any] | None = None) -> tuple[list, list]:
	"""Frappe's entry point: return columns and rows, newest first. Dates and times are of the site's zone.

	Raises NotPermitted if the user isn't a manager.
	"""
	fields = (
		("time", _("When"), "Datetime", "", 170),
		("title", _("Action"), "Data", "", 240),
		("channel", _("Channel"), "Data", "", 90),
		("target", _("To"), "Data", "", 220),
		("outcome", _("Outcome"), "Data", "", 110),
		("reason", _("Reason"), "Data", "", 320),
		("attempts", _("Attempts"), "Int", "", 90),
		("booking", _("Booking"), "Link", "Booking", 130),
		("automation", _("Meeting Automation"), "Link", "Meeting Automation", 160),
	)
	columns = [
		{"fieldname": name, "label": label, "fieldtype": kind, "options": options, "width": width}
		for name, label, kind, options, width in fields
	]
	return columns, [_row(entry) for entry in entries(_wanted(filters or {}))]


def _wanted(filters: Mapping[str, Any]) -> Wanted:
	first, last = parse_dates(start_date=_day(filters, "from_date"), end_date=_day(filters, "to_date"))
	return Wanted(
		automation=str(filters.get("automation") or ""),
		booking=str(filters.get("booking") or ""),
		status=str(filters.get("outcome") or ""),
		since=_midnight(first),
		until=_midnight(last + timedelta(days=1)) if last else None,
	)


def _day(filters: Mapping[str, Any], name: str) -> str:
	return str(filters.get(name) or "")[:10]


def _midnight(day: date | None) -> int | None:
	return local_midnight(day, site_zone().key) if day else None


def _row(entry: Entry) -> dict[str, Any]:
	return {
		"time": to_site_time(entry.at),
		"automation": entry.automation,
		"title": _(entry.title),
		"channel": _(entry.channel),
		"target": entry.target,
		"outcome": entry.status,
		# Jobs store their reasons in English.
		"reason": _(entry.reason) if entry.reason else None,
		"attempts": entry.attempts,
		"booking": entry.booking,
	}
