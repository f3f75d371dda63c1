"""Both versions of a schedule that two windows have changed, in words."""

from __future__ import annotations

from collections.abc import Mapping

from frappe import _

from scheduler_integration.availability.hours import Hours
from scheduler_integration.availability.week import week_of
from scheduler_integration.pages.host.hours.week import day_names, stored_week
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.saving import Conflict
from scheduler_integration.parsing.hours_form import TypedDay, TypedWeek


def conflict_of(hours: Hours, week: TypedWeek | None, sent: Mapping[str, str], style: dates.TimeStyle) -> Conflict:
	"""Return the error for a form that was opened before somebody else saved the schedule.

	`week` is the week as it was typed, if it was; `sent` are the other fields.
	"""
	if week is None:
		stored = {name: str(hours.schedule.get(name) or 0) for name in sent}
		return _conflict(hours, stored, dict(sent), {name: _(hours.schedule.meta.get_label(name)) for name in sent})
	stored_days = stored_week(week_of(hours.schedule.rules))
	theirs, mine = ({key: _day(day) for key, day in each.items()} for each in (stored_days, week))
	return _conflict(hours, theirs, mine, day_names(style.locale))


def _conflict(hours: Hours, theirs: Mapping[str, str], mine: Mapping[str, str], labels: Mapping[str, str]) -> Conflict:
	differing = [name for name in theirs if theirs[name] != mine.get(name)]
	return Conflict(
		hours.version,
		{labels[name]: theirs[name] for name in differing},
		{labels[name]: mine.get(name, "") for name in differing},
	)


def _day(day: TypedDay) -> str:
	if not day.is_on:
		return _("Not available")
	return ", ".join(f"{start} – {end}" for start, end in day.spans)
