"""The week as rows: each day with its hours, as stored or as typed; both versions if two windows have changed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from babel import Locale
from frappe import _

from scheduler_integration.availability.hours import Hours
from scheduler_integration.availability.week import Week, week_of
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.saving import Conflict
from scheduler_integration.parsing.hours_form import DAY_KEYS, OFFICE, Span, TypedDay, TypedWeek

_DAY = 24 * 60
OFFICE_SPANS: tuple[Span, ...] = (OFFICE,)


def stored_week(week: Week) -> TypedWeek:
	"""Return the stored week as if it had been typed. A day that is off gets the hours that are the most usual ones."""
	usual = Counter(tuple(spans) for spans in week.values()).most_common(1)
	others = tuple(map(_span, usual[0][0])) if usual else (OFFICE,)
	return {
		key: TypedDay(day in week, tuple(map(_span, week[day])) if day in week else others)
		for day, key in enumerate(DAY_KEYS)
	}


def week_rows(week: TypedWeek, errors: Mapping[str, str], style: dates.TimeStyle) -> list[dict]:
	"""Return the rows of the days, beginning with the reader's first day of the week."""
	names = day_names(style.locale)
	order = [DAY_KEYS[(style.locale.first_week_day + step) % 7] for step in range(7)]
	return [
		{
			"key": key,
			"name": names[key],
			"is_on": week[key].is_on,
			"spans": spans_view(week[key].spans, style),
			"error": errors.get(key),
			"others": [{"key": each, "name": names[each]} for each in order if each != key],
		}
		for key in order
	]


def spans_view(spans: tuple[Span, ...], style: dates.TimeStyle) -> list[dict]:
	"""Return hours with a note if they end on the next day."""
	return [{"start": start, "end": end, "note": _note(start, end, style)} for start, end in spans]


def day_names(locale: Locale) -> dict[str, str]:
	"""Return the names of the days as headings have them, by the key of the form."""
	return {key: locale.days["stand-alone"]["wide"][day] for day, key in enumerate(DAY_KEYS)}


def clock_words(minutes: int, style: dates.TimeStyle) -> str:
	"""`14:30` or `2:30 pm`, for minutes after midnight."""
	return dates.clock_time(minutes % _DAY * 60, dates.TimeStyle("UTC", style.twelve_hours, style.locale))


def _note(start: str, end: str, style: dates.TimeStyle) -> str:
	if not start or not end or end > start:
		return ""
	if end == "00:00":
		return _("until midnight")
	hour, _colon, minute = end.partition(":")
	if not (hour.isdecimal() and minute[:2].isdecimal()):
		return ""
	return _("until {0} next day").format(clock_words(int(hour) * 60 + int(minute[:2]), style))


def _span(minutes: tuple[int, int]) -> Span:
	start, end = (f"{minute // 60 % 24:02}:{minute % 60:02}" for minute in minutes)
	return start, end


def conflict_of(hours: Hours, week: TypedWeek | None, sent: Mapping[str, str], style: dates.TimeStyle) -> Conflict:
	"""Return the error for a form that was opened before somebody else saved the schedule.

	`week` is the week as it was typed, if it was; `sent` are the other fields.
	"""
	if week is None:
		stored = {name: str(hours.schedule.get(name) or 0) for name in sent}
		return _conflict(hours, stored, dict(sent), {name: _(hours.schedule.meta.get_label(name)) for name in sent})
	stored_days = stored_week(week_of(hours.schedule.rules))
	theirs, mine = ({key: _hours_of(day) for key, day in each.items()} for each in (stored_days, week))
	return _conflict(hours, theirs, mine, day_names(style.locale))


def _conflict(hours: Hours, theirs: Mapping[str, str], mine: Mapping[str, str], labels: Mapping[str, str]) -> Conflict:
	differing = [name for name in theirs if theirs[name] != mine.get(name)]
	return Conflict(
		hours.version,
		{labels[name]: theirs[name] for name in differing},
		{labels[name]: mine.get(name, "") for name in differing},
	)


def _hours_of(day: TypedDay) -> str:
	if not day.is_on:
		return _("Not available")
	return ", ".join(f"{start} – {end}" for start, end in day.spans)
