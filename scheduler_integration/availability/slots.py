"""The slots that a guest sees: bookable starts, grouped by the days of the guest's zone."""

from datetime import date, timedelta
from typing import Any

from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.asked import Asked
from scheduler_integration.availability.offer import make_offer
from scheduler_integration.availability.zones import checked_zone
from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.lookup import find_page_and_type
from scheduler_integration.clock import iso
from scheduler_integration.exceptions import InvalidRequest, RangeTooLong

MAX_DAYS = 62
# How far ahead the first free month is looked for.
HORIZON_DAYS = 366


def slots_between(
	slug: object,
	type_slug: object,
	first: date,
	last: date,
	timezone: str | None,
	duration: int | None,
	now: int,
	hold: str | None = None,
) -> dict[str, Any]:
	"""The free slots from the date `first` to the date `last`, both included, days of the guest's `timezone`.

	`timezone` None is the page's, `duration` None (minutes) the meeting type's own; `hold` is the key of the guest's own
	hold, which hides nothing from them. Shape: docs/api.md, `get_slots`.
	Raises PageNotFound, MeetingTypeNotFound, UnknownTimeZone, RangeTooLong, InvalidRequest.
	"""
	page, meeting_type = find_page_and_type(slug, type_slug)
	zone = checked_zone(timezone or page.timezone)
	asked = Asked(chosen_duration(meeting_type, duration), hold=hold)
	_check_range(first, last)
	since, until = _instants(first, last, zone)
	team = make_offer(meeting_type, page, asked, since, until, now).team
	return _answer(team, asked.duration, zone, team.starts(since, until), (since, until))


def first_month_with_slots(
	slug: object,
	type_slug: object,
	timezone: str | None,
	duration: int | None,
	now: int,
	hold: str | None = None,
	after: date | None = None,
) -> dict[str, Any]:
	"""The first month that has a free slot, as `slots_between` shows it with its neighbouring days.

	Adds `month` (YYYY-MM) and `earliest` (the first free date, or None where nothing is free: then the month is this one).
	With `after` only later dates of the guest's zone are looked at.
	"""
	page, meeting_type = find_page_and_type(slug, type_slug)
	zone = checked_zone(timezone or page.timezone)
	asked = Asked(chosen_duration(meeting_type, duration), hold=hold)
	today = engine.local_date(now, zone)
	begin = max(today, after + timedelta(days=1)) if after else today
	# The month of the first free date is shown whole, so what comes before that date is needed too.
	since, until = _instants(min(begin, _month_grid(begin)[0]), begin + timedelta(days=HORIZON_DAYS), zone)
	team = make_offer(meeting_type, page, asked, since, until, now).team
	starts = team.starts(since, until)
	earliest = next((day for start in starts if (day := engine.local_date(start, zone)) >= begin), None)
	first, last = _month_grid(earliest or begin)
	shown = _instants(first, last, zone)
	return {
		"month": f"{earliest or begin:%Y-%m}",
		"earliest": earliest.isoformat() if earliest else None,
		**_answer(team, asked.duration, zone, [start for start in starts if shown[0] <= start < shown[1]], shown),
	}


def chosen_duration(meeting_type: Document, duration: int | None) -> int:
	"""The duration in minutes: the guest's choice where the type offers it. Raises InvalidRequest."""
	if duration is None:
		return meeting_type.duration_minutes
	if duration not in durations_of(meeting_type):
		raise InvalidRequest(
			_("This meeting can't be {0} minutes long.").format(duration),
			details={"duration": _("Choose one of the durations offered.")},
		)
	return duration


def slot_view(start: int, minutes: int, zone: str) -> dict[str, str]:
	"""A slot as the API shows it: ISO 8601 in the zone."""
	return {"start": iso(start, zone), "end": iso(start + minutes * 60, zone)}


def offered_view(team: engine.HostPool, start: int, minutes: int, zone: str) -> dict[str, Any]:
	"""A bookable start's slot, with the parts of a meeting over several days."""
	slot = slot_view(start, minutes, zone)
	return {**slot, "parts": _part_views(team.parts(start), zone)} if team.rules.days > 1 else slot


def _check_range(first: date, last: date) -> None:
	if last < first:
		raise InvalidRequest(_("The last day lies before the first."), details={"end_date": _("Too early.")})
	if (last - first).days >= MAX_DAYS:
		raise RangeTooLong(_("At most {0} days can be asked for at a time.").format(MAX_DAYS))


def _instants(first: date, last: date, zone: str) -> engine.Interval:
	return engine.local_midnight(first, zone), engine.local_midnight(last + timedelta(days=1), zone)


def _answer(team: engine.HostPool, minutes: int, zone: str, starts: list[int], span: engine.Interval) -> dict[str, Any]:
	slots = _slot_views(team, starts, minutes, zone, span)
	days = engine.group_by_local_date(starts, zone)
	return {
		"timezone": zone,
		"duration_minutes": minutes,
		"days": {day: [slots[start] for start in group] for day, group in days.items()},
		**(_partial(team, zone, span) if team.rules and team.rules.days > 1 else {}),
	}


def _slot_views(
	team: engine.HostPool, starts: list[int], minutes: int, zone: str, span: engine.Interval
) -> dict[int, dict[str, Any]]:
	views: dict[int, dict[str, Any]] = {start: slot_view(start, minutes, zone) for start in starts}
	if team.rules and team.rules.seats > 1:
		for start, seats in team.seats_left(*span).items():
			if start in views:
				views[start]["seats_left"] = seats
	if team.rules and team.rules.days > 1:
		for start, parts in team.parts_by_start(*span).items():
			if start in views:
				views[start]["parts"] = _part_views(parts, zone)
	return views


def _partial(team: engine.HostPool, zone: str, span: engine.Interval) -> dict[str, Any]:
	"""Starts that can't be booked because only some of their days are free, by day as `days` is."""
	found = {each.start: each for each in team.partly_free(*span)}
	days = engine.group_by_local_date(list(found), zone)
	return {"partial": {day: [_partial_view(found[start], zone) for start in group] for day, group in days.items()}}


def _partial_view(found: engine.PartlyFree, zone: str) -> dict[str, Any]:
	start, end = found.parts[0]
	return {
		"start": iso(start, zone),
		"end": iso(end, zone),
		"number_of_days": len(found.parts),
		"days_free": len(found.parts) - len(found.missing),
		"missing": [engine.local_date(part[0], zone).isoformat() for part in found.missing],
		"missing_parts": _part_views(list(found.missing), zone),
	}


def _part_views(parts: list[engine.Interval], zone: str) -> list[dict[str, str]]:
	return [{"start": iso(start, zone), "end": iso(end, zone)} for start, end in parts]


def _month_grid(day: date) -> tuple[date, date]:
	"""The first and last date that a month's calendar shows: its weeks in full, and a day for another zone's midnight."""
	first = day.replace(day=1)
	last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
	return first - timedelta(days=7), last + timedelta(days=7)
