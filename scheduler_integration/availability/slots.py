"""The slots that a guest sees: bookable starts, grouped by the days of the guest's zone."""

from datetime import date, timedelta
from typing import Any

from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.offer import make_offer
from scheduler_integration.availability.zones import checked_zone
from scheduler_integration.catalogue import find_meeting_type, find_page
from scheduler_integration.catalogue.durations import durations_of
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
) -> dict[str, Any]:
	"""The free slots from the date `first` to the date `last`, both included, days of the guest's `timezone`.

	`timezone` None is the page's, `duration` None (minutes) the meeting type's own. Shape: docs/api.md, `get_slots`.
	Raises PageNotFound, MeetingTypeNotFound, UnknownTimeZone, RangeTooLong, InvalidRequest.
	"""
	page = find_page(slug)
	meeting_type = find_meeting_type(page, type_slug)
	zone = checked_zone(timezone or page.timezone)
	minutes = chosen_duration(meeting_type, duration)
	_check_range(first, last)
	return _answer(zone, minutes, _starts(meeting_type, page, minutes, first, last, zone, now))


def first_month_with_slots(
	slug: object, type_slug: object, timezone: str | None, duration: int | None, now: int
) -> dict[str, Any]:
	"""The first month that has a free slot, as `slots_between` shows it with its neighbouring days.

	Adds `month` (YYYY-MM) and `earliest` (the first free date, or None where nothing is free: then the month is this one).
	"""
	page = find_page(slug)
	meeting_type = find_meeting_type(page, type_slug)
	zone = checked_zone(timezone or page.timezone)
	minutes = chosen_duration(meeting_type, duration)
	today = engine.local_date(now, zone)
	starts = _starts(meeting_type, page, minutes, today, today + timedelta(days=HORIZON_DAYS), zone, now)
	earliest = engine.local_date(starts[0], zone) if starts else None
	first, last = _month_grid(earliest or today)
	shown = [start for start in starts if first <= engine.local_date(start, zone) <= last]
	return {
		"month": f"{earliest or today:%Y-%m}",
		"earliest": earliest.isoformat() if earliest else None,
		**_answer(zone, minutes, shown),
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


def _check_range(first: date, last: date) -> None:
	if last < first:
		raise InvalidRequest(_("The last day lies before the first."), details={"end_date": _("Too early.")})
	if (last - first).days >= MAX_DAYS:
		raise RangeTooLong(_("At most {0} days can be asked for at a time.").format(MAX_DAYS))


def _starts(
	meeting_type: Document, page: Document, minutes: int, first: date, last: date, zone: str, now: int
) -> list[int]:
	since = engine.local_midnight(first, zone)
	until = engine.local_midnight(last + timedelta(days=1), zone)
	return make_offer(meeting_type, page, minutes, since, until, now).starts(since, until)


def _answer(zone: str, minutes: int, starts: list[int]) -> dict[str, Any]:
	days = engine.group_by_local_date(starts, zone)
	return {
		"timezone": zone,
		"duration_minutes": minutes,
		"days": {day: [slot_view(start, minutes, zone) for start in group] for day, group in days.items()},
	}


def _month_grid(day: date) -> tuple[date, date]:
	"""The first and last date that a month's calendar shows: its weeks in full, and a day for another zone's midnight."""
	first = day.replace(day=1)
	last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
	return first - timedelta(days=7), last + timedelta(days=7)
