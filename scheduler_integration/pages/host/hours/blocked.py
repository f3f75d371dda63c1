"""A host's blocked time in words: once, or as it repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from frappe import _

from scheduler_integration.availability.recurrence_words import describe
from scheduler_integration.engine import local_date, local_midnight
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.spans import in_short
from scheduler_integration.platform.clock import from_site_time


def blocked_list(rows: Sequence[Mapping[str, Any]], style: dates.TimeStyle) -> list[dict]:
	"""Return the coming blocked times. A recurring one follows the clock of its own zone."""
	return [_row(row, style) for row in rows]


def repeat_choices() -> list[dict]:
	"""Return the simple ways to repeat, by the value of the form."""
	return [
		{"value": "", "label": _("Doesn't repeat")},
		{"value": "weekly", "label": _("Every week")},
		{"value": "fortnightly", "label": _("Every second week")},
		{"value": "monthly", "label": _("Every month on the same weekday, such as the first Monday")},
		{"value": "yearly", "label": _("Every year")},
	]


def _row(row: Mapping[str, Any], style: dates.TimeStyle) -> dict:
	# The record's own start and end: the instants of a recurring one reach from its first occurrence to its last.
	start, end = from_site_time(row["start_time"]), from_site_time(row["end_time"], second_pass=True)
	if row["recurring"]:
		own = dates.TimeStyle(row["timezone"] or style.zone, style.twelve_hours, style.locale)
		sentence = describe(row["recurrence_rule"], local_date(start, own.zone))
		when = sentence if _is_whole_days(start, end, own.zone) else f"{sentence}, {dates.clock_range(start, end, own)}"
	elif _is_whole_days(start, end, style.zone):
		first, last = local_date(start, style.zone), local_date(end, style.zone) - timedelta(days=1)
		when = dates.long_day(first, style.locale) if first == last else dates.date_range(first, last, style.locale)
	else:
		when = in_short(start, end, style)
	return {
		"name": row["name"],
		"when": when,
		"reason": row["reason"] or "",
		"is_outside": bool(row.get("outside_booking")),
	}


def _is_whole_days(start: int, end: int, zone: str) -> bool:
	return all(local_midnight(local_date(each, zone), zone) == each for each in (start, end))
