"""Time off: everything that is set for coming days as one list, a month to choose days from, and an absence to change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from frappe import _
from frappe.utils import getdate

from scheduler_integration.availability.away import Covered, absence_of_doc
from scheduler_integration.availability.hours import Hours
from scheduler_integration.availability.recurrence_words import describe
from scheduler_integration.availability.wall_clock import minutes_of_day
from scheduler_integration.engine import DateOverride, local_date, local_midnight, occurrences
from scheduler_integration.pages.host.hours.week import clock_words
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.months import (
	first_of,
	last_of,
	next_month,
	previous_month,
	week_begins,
	weeks_between,
)
from scheduler_integration.pages.kit.spans import absence_in_words, in_short
from scheduler_integration.platform.clock import from_site_time

# Months that can be reached, after the present one.
FARTHEST_MONTHS = 24
_YEAR = 366 * 86400

Override = Mapping[str, Any]
# Meeting type, colleague and title, by the name of the absence.
StandIns = Mapping[str, Sequence[Mapping[str, Any]]]


def shown_month(asked: str, today: date) -> date:
	"""Return the first day of the month in `2026-12`, or of this month if it isn't one or out of reach."""
	try:
		month = date.fromisoformat(f"{asked}-01")
	except ValueError:
		return first_of(today)
	reach = (month.year - today.year) * 12 + month.month - today.month
	return month if 0 <= reach <= FARTHEST_MONTHS else first_of(today)


def month_view(
	month: date,
	today: date,
	overrides: Sequence[Override],
	days_off: Sequence[DateOverride],
	chosen: Collection[date],
	style: dates.TimeStyle,
) -> dict:
	"""Return the sheet of a month. Each day has a mark and a name that says what is set for it."""
	locale = style.locale
	weeks = _weeks(month, today, locale.first_week_day)
	days = {day for week in weeks for day in week if day}
	return {
		"title": dates.months_title(month, max(days), locale),
		"value": f"{month:%Y-%m}",
		"previous": f"{previous_month(month):%Y-%m}" if month > first_of(today) else "",
		"next": f"{next_month(month):%Y-%m}",
		"weekdays": dates.weekday_names(locale),
		"weeks": [
			[day and _day(day, today, _mark(day, overrides, days_off, style), day in chosen, locale) for day in week]
			for week in weeks
		],
		"elsewhere": sorted(day.isoformat() for day in set(chosen) - days),
	}


def _weeks(month: date, today: date, first_week_day: int) -> list[list[date | None]]:
	"""Return the rows of the sheet. The present month shows five weeks from now on, so that its end isn't a void."""
	begin, end = month, last_of(month)
	if month == first_of(today):
		begin = week_begins(today, first_week_day)
		end = max(end, begin + timedelta(days=34))
	weeks = weeks_between(begin, end, first_week_day)
	return [[day if day and day >= month else None for day in week] for week in weeks]


def _day(day: date, today: date, mark: tuple[str, str], is_chosen: bool, locale: Locale) -> dict:
	kind, words = mark
	return {
		"date": day.isoformat(),
		"number": day.day,
		"name": ", ".join(filter(None, (dates.full_date(day, locale), words))),
		"mark": kind,
		"is_today": day == today,
		"is_past": day < today,
		"is_chosen": is_chosen,
	}


def _mark(
	day: date, overrides: Sequence[Override], days_off: Sequence[DateOverride], style: dates.TimeStyle
) -> tuple[str, str]:
	"""Return the mark of a day and its words: `off`, `hours`, `trip`, `holiday`, or nothing."""
	own = [override for override in overrides if getdate(override["date"]) <= day <= getdate(override["end_date"])]
	fixed = [each for each in own if not each["is_travel"]]
	if fixed:
		closed = [each for each in fixed if _closes(each)]
		return ("off" if closed else "hours"), _what(closed[:1] or fixed, style)
	holiday = next((day_off for day_off in days_off if day_off.first <= day <= day_off.last), None)
	if holiday:
		return "holiday", _("not available: {0}").format(holiday.label)
	return ("trip", _what(own[:1], style)) if own else ("", "")


def coming(
	shown: Hours,
	days_off: Sequence[DateOverride],
	stand_ins: StandIns,
	covered: Sequence[Covered],
	arguments: Mapping[str, str],
	style: dates.TimeStyle,
	now: int,
) -> list[dict[str, Any]]:
	"""Return what is set for coming days, in words, earliest first. Hours of the same dates are one row.

	`kind` is the form that removes it, with `name`; empty if it isn't removed here. `change` is the query that changes it.
	"""
	names = {each.user: each.name for one in covered for each in one.colleagues}
	rows: list[tuple[int, dict[str, Any]]] = []
	for _key, group in groupby(sorted(shown.overrides, key=_sort_key), key=_group_key):
		same = list(group)
		one, first, last = same[0], getdate(same[0]["date"]), getdate(same[0]["end_date"])
		row = {
			"kind": "remove_dates",
			"name": ",".join(each["name"] for each in same),
			"when": _when(first, last, style),
			"what": _what(same, style),
			"reason": one["reason"],
		}
		if one["is_away"]:
			row |= {
				"when": absence_in_words(absence_of_doc(one), style),
				"message": one["message"],
				"tags": [
					_("{0}: {1}").format(each["title"], names.get(each["colleague"], each["colleague"]))
					for each in stand_ins.get(one["name"], ())
				],
				"change": urlencode({**arguments, "away": one["name"]}),
			}
		rows.append((local_midnight(first, style.zone), row))
	for block in shown.blocked:
		row = {"when": blocked_when(block, style), "reason": block["reason"]}
		if block["outside_booking"]:
			row["tags"] = [_("Booked elsewhere")]
		else:
			row |= {"kind": "unblock", "name": block["name"], "what": _("not available")}
		series = occurrences(block["series"], now, now + _YEAR) if block["recurring"] else ()
		rows.append((series[0][0] if series else block["starts_at"], row))
	for day_off in days_off:
		row = {"when": _when(day_off.first, day_off.last, style), "what": _("not available"), "reason": day_off.label}
		rows.append((local_midnight(day_off.first, style.zone), {**row, "tags": [_("Holiday or leave")]}))
	return [row for _start, row in sorted(rows, key=lambda each: each[0])]


def stored_absence(each: Override, stand_ins: StandIns) -> dict[str, str]:
	"""Return the fields of the form that change this absence."""
	times = (
		{} if each["whole_day"] else {name: f"{str(each[name]).zfill(8)[:5]}" for name in ("start_time", "end_time")}
	)
	return {
		"name": each["name"],
		"date": str(getdate(each["date"])),
		"end_date": str(getdate(each["end_date"])),
		"message": each["message"] or "",
		"reason": each["reason"] or "",
		**times,
		**{f"stand_in:{row['meeting_type']}": row["colleague"] for row in stand_ins.get(each["name"], ())},
	}


def blocked_when(row: Mapping[str, Any], style: dates.TimeStyle) -> str:
	"""Return blocked time in words. A recurring one follows the clock of its own zone."""
	# The record's own start and end: the instants of a recurring one reach from its first occurrence to its last.
	start, end = from_site_time(row["start_time"]), from_site_time(row["end_time"], second_pass=True)
	if row["recurring"]:
		own = dates.TimeStyle(row["timezone"] or style.zone, style.twelve_hours, style.locale)
		sentence = describe(row["recurrence_rule"], local_date(start, own.zone))
		return sentence if _is_whole_days(start, end, own.zone) else f"{sentence}, {dates.clock_range(start, end, own)}"
	if _is_whole_days(start, end, style.zone):
		return _when(local_date(start, style.zone), local_date(end, style.zone) - timedelta(days=1), style)
	return in_short(start, end, style)


def _is_whole_days(start: int, end: int, zone: str) -> bool:
	return all(local_midnight(local_date(each, zone), zone) == each for each in (start, end))


def _group_key(override: Override) -> tuple:
	times = "" if override["whole_day"] else "hours"
	absence = override["name"] if override["is_away"] else ""
	flags = (absence, override["is_available"], override["is_travel"], override["timezone"] or "", times)
	return (str(override["date"]), str(override["end_date"]), *flags, override["reason"] or "")


def _sort_key(override: Override) -> tuple:
	return (*_group_key(override), 0 if override["whole_day"] else minutes_of_day(override["start_time"]))


def _closes(override: Override) -> bool:
	return bool(override.get("is_away")) or (bool(override["whole_day"]) and not override["is_available"])


def _what(same: Sequence[Override], style: dates.TimeStyle) -> str:
	one = same[0]
	if one["is_travel"]:
		return _("in {0}").format(dates.city(one["timezone"], style.locale))
	if one["whole_day"] or one.get("is_away"):
		return _("available all day") if one["is_available"] else _("not available")
	times = ", ".join(
		f"{clock_words(minutes_of_day(each['start_time']), style)} – {clock_words(minutes_of_day(each['end_time']), style)}"
		for each in same
	)
	return times if one["is_available"] else _("not available {0}").format(times)


def _when(first: date, last: date, style: dates.TimeStyle) -> str:
	if first == last:
		return dates.long_day(first, style.locale)
	return dates.date_range(first, last, style.locale)
