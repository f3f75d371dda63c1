"""Absences: the form with a colleague for each meeting type, and the list of what is set.

Also a host's blocked time in words: once, or as it repeats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from frappe import _
from frappe.utils import getdate

from scheduler_integration.availability.away import Covered, Duty, absence_of_doc
from scheduler_integration.availability.recurrence_words import describe
from scheduler_integration.engine import local_date, local_midnight
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.spans import absence_in_words, in_short
from scheduler_integration.platform.clock import from_site_time

Override = Mapping[str, Any]


def away_view(
	overrides: Sequence[Override],
	covered: Sequence[Covered],
	stand_ins: Mapping[str, Sequence[Mapping[str, Any]]],
	typed: Mapping[str, str],
	opened: str,
	duties: Sequence[Duty],
	arguments: Mapping[str, str],
	style: dates.TimeStyle,
) -> dict:
	"""Return the view of the section. `opened` is the name of the absence that the form is to change, or empty.

	`duties` say for whom the host stands in. `stand_ins` are those of each absence, `typed` the fields of the form that was just sent, `arguments` those of the page.
	"""
	away = [each for each in overrides if each["is_away"]]
	shown = next((each for each in away if each["name"] == (typed.get("name") or opened)), None)
	values = dict(typed) or (_stored(shown, stand_ins.get(shown["name"], ())) if shown else {})
	names = {each.user: each.name for one in covered for each in one.colleagues}
	return {
		"rows": [_row(each, stand_ins.get(each["name"], ()), names, arguments, style) for each in away],
		"typed": dict.fromkeys(("date", "end_date", "start_time", "end_time", "message"), "") | values,
		"name": shown["name"] if shown else "",
		"is_open": bool(values),
		"duties": [
			_("You stand in for {0}, {1}: {2}").format(each.host, absence_in_words(each.absence, style), each.title)
			for each in duties
		],
		"types": covered,
	}


def _row(
	each: Override,
	stand_ins: Sequence[Mapping[str, Any]],
	names: Mapping[str, str],
	arguments: Mapping[str, str],
	style: dates.TimeStyle,
) -> dict:
	return {
		"name": each["name"],
		"when": absence_in_words(absence_of_doc(each), style),
		"message": each["message"] or "",
		"reason": each["reason"] or "",
		"stand_ins": [
			_("{0}: {1}").format(row["title"], names.get(row["colleague"], row["colleague"])) for row in stand_ins
		],
		"query": urlencode({**arguments, "away": each["name"]}),
	}


def _stored(each: Override, stand_ins: Sequence[Mapping[str, Any]]) -> dict[str, str]:
	times = (
		{} if each["whole_day"] else {name: f"{str(each[name]).zfill(8)[:5]}" for name in ("start_time", "end_time")}
	)
	return {
		"date": str(getdate(each["date"])),
		"end_date": str(getdate(each["end_date"])),
		"message": each["message"] or "",
		**times,
		**{f"stand_in:{row['meeting_type']}": row["colleague"] for row in stand_ins},
	}


def blocked_list(rows: Sequence[Mapping[str, Any]], style: dates.TimeStyle) -> list[dict]:
	"""Return the coming blocked times. A recurring one follows the clock of its own zone."""
	return [_blocked_row(row, style) for row in rows]


def repeat_choices() -> list[dict]:
	"""Return the simple ways to repeat, by the value of the form."""
	return [
		{"value": "", "label": _("Doesn't repeat")},
		{"value": "weekly", "label": _("Every week")},
		{"value": "fortnightly", "label": _("Every second week")},
		{"value": "monthly", "label": _("Every month on the same weekday, such as the first Monday")},
		{"value": "yearly", "label": _("Every year")},
	]


def _blocked_row(row: Mapping[str, Any], style: dates.TimeStyle) -> dict:
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
