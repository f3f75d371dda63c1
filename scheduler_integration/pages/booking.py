"""The booking page as its template prints it: the meeting, the month, the times of a day, and the form."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from frappe import _

from scheduler_integration.engine.zones import local_date
from scheduler_integration.exceptions import SchedulingError, SlotTaken

from . import dates
from .document import csrf_token, document
from .facts import facts
from .form import form_view, new_key
from .month import month_view
from .people import faces, names, own_image
from .query import Query
from .script_json import script_json
from .slots import MonthOfSlots, Slot, load_month, next_free_day
from .spans import days_in_short, stretches, when_view
from .strings import booking_strings
from .times import host_date, times_view
from .visitor import Visitor
from .zones import zone_groups


@dataclass(frozen=True)
class Attempt:
	"""A form that was sent and refused: what was typed, and why it was refused."""

	values: dict[str, Any] = field(default_factory=dict)
	error: SchedulingError | None = None

	@property
	def lost_race(self) -> bool:
		return isinstance(self.error, SlotTaken)


def booking_view(meeting: dict, query: Query, visitor: Visitor, now: int, attempt: Attempt | None = None) -> dict:
	"""The view of a meeting type's page. `attempt` is a form that has just been refused."""
	query = _offered(query, meeting)
	zone = visitor.zone or meeting["page"]["timezone"]
	loaded = load_month(query, zone, now, visitor.hold)
	start = _chosen_start(query, loaded, attempt)
	today = local_date(now, zone)
	day = _chosen_day(query, loaded, start, zone)
	step = _step(query, start)
	return {
		"document": _document(meeting, query, visitor, attempt),
		"step": step,
		"page": _page(meeting["page"]),
		"meeting": _meeting(meeting, visitor),
		"durations": _durations(meeting, loaded.duration, query, visitor),
		"zone": _zone(zone, meeting["page"]["timezone"], query, visitor, now),
		"clock": _clock(query, visitor),
		"month": month_view(loaded.month, day, today, loaded.in_month, query, visitor.locale, loaded.partial_days),
		"month_url": query.url(month=f"{loaded.month:%Y-%m}"),
		"empty": None if loaded.in_month else _empty(query, loaded, visitor, now),
		"gone": bool(query.start and not start),
		"times": _times(day, loaded, meeting, query, visitor),
		"chosen": start and _chosen(start, loaded, meeting, query, visitor, attempt),
		"alternatives": _alternatives(attempt, loaded, visitor),
		"holds": bool(meeting.get("hold_minutes")),
		"problem": attempt.error.message if attempt and attempt.error and not attempt.lost_race else None,
		"form": form_view(meeting, _values(query, attempt), attempt.error.details if attempt and attempt.error else {}),
		"action": query.url(start=start and dates.iso_instant(start, zone)),
		"csrf_token": csrf_token(),
		"data": script_json(_script_data(meeting, query, visitor, loaded, zone, day, start, step, today)),
		"status": attempt.error.http_status_code if attempt and attempt.error else 200,
	}


def _offered(query: Query, meeting: dict) -> Query:
	"""The query without a duration that this meeting isn't offered in."""
	return query if query.duration in meeting["duration_options"] else replace(query, duration=None)


def _chosen_start(query: Query, loaded: MonthOfSlots, attempt: Attempt | None) -> int | None:
	"""The start in the address, if it is still free; after a refused form, whether it is or not."""
	return query.start if loaded.find(query.start) or (attempt and attempt.error) else None


def _chosen_day(query: Query, loaded: MonthOfSlots, start: int | None, zone: str) -> date | None:
	wanted = local_date(start or query.start, zone) if start or query.start else query.day
	if wanted and wanted.isoformat() in {*loaded.in_month, *loaded.partial_days}:
		return wanted
	return loaded.first_free_day


def _step(query: Query, start: int | None) -> str:
	if start:
		return "details"
	return "time" if query.day or query.start else "day"


def _document(meeting: dict, query: Query, visitor: Visitor, attempt: Attempt | None) -> dict:
	page = meeting["page"]
	# A title is read out first: after a refused form, it starts with what happened.
	news = [attempt.error.message] if attempt and attempt.error else []
	return document(
		visitor,
		title=" · ".join([*news, meeting["title"], page["title"]]),
		description=meeting["description"] or page["description"] or _("Choose a time that suits you."),
		brand=page,
		styles=("booking",),
		script="booking",
		indexed=True,
		framed=True,
		path=query.path,
	)


def _page(page: dict) -> dict:
	return {"title": page["title"], "url": f"/schedule/{page['slug']}", "logo": own_image(page["logo"])}


def _meeting(meeting: dict, visitor: Visitor) -> dict:
	hosts = meeting["hosts"] or meeting["page"]["hosts"]
	return {
		"title": meeting["title"],
		"description": meeting["description"],
		"faces": faces(hosts),
		"with": ", ".join(names(hosts)) or meeting["page"]["title"],
		"facts": facts(meeting, visitor.locale, with_duration=not _has_choice(meeting)),
		"requires_confirmation": meeting["requires_confirmation"],
	}


def _has_choice(meeting: dict) -> bool:
	return len(meeting["duration_options"]) > 1


def _durations(meeting: dict, chosen: int, query: Query, visitor: Visitor) -> list[dict]:
	"""The lengths to choose from, where there is a choice."""
	if not _has_choice(meeting):
		return []
	return [
		{
			"minutes": minutes,
			"label": dates.duration(minutes, visitor.locale),
			"is_chosen": minutes == chosen,
			"url": query.url(duration=minutes),
		}
		for minutes in meeting["duration_options"]
	]


def _zone(zone: str, host_zone: str, query: Query, visitor: Visitor, now: int) -> dict:
	return {
		"name": zone,
		"city": dates.city(zone, visitor.locale),
		"now": dates.clock_time(now, zone, visitor.twelve_hours, visitor.locale),
		"groups": zone_groups(visitor.locale, zone, host_zone),
		"action": query.path,
		"hidden": {
			"month": query.month and f"{query.month:%Y-%m}",
			"duration": query.duration,
			"clock": query.clock,
			**query.carried,
		},
	}


def _clock(query: Query, visitor: Visitor) -> dict:
	place = {"date": query.day and query.day.isoformat(), "month": query.month and f"{query.month:%Y-%m}"}
	return {
		"twelve_hours": visitor.twelve_hours,
		"url_12": query.url(clock="12", **place),
		"url_24": query.url(clock="24", **place),
	}


def _empty(query: Query, loaded: MonthOfSlots, visitor: Visitor, now: int) -> dict:
	"""What an empty month says, and the way to the next one that has something."""
	title = dates.month_title(loaded.month, visitor.locale)
	found = next_free_day(query, loaded.zone, loaded.month, now, visitor.hold)
	return {
		"text": _("No free times in {0}").format(title),
		"url": found and query.url(date=found.isoformat()),
		"label": found and _("Go to {0}").format(dates.day_and_month(found, visitor.locale)),
		"hint": None if found else _("There are no free times later either. Please look in again soon."),
	}


def _times(day: date | None, loaded: MonthOfSlots, meeting: dict, query: Query, visitor: Visitor) -> dict | None:
	if not day:
		return None
	slots, partial = loaded.days.get(day.isoformat(), []), loaded.partial.get(day.isoformat(), [])
	host_zone = meeting["page"]["timezone"]
	return times_view(day, slots, loaded.zone, host_zone, query, visitor.twelve_hours, visitor.locale, partial)


def _chosen(
	start: int, loaded: MonthOfSlots, meeting: dict, query: Query, visitor: Visitor, attempt: Attempt | None
) -> dict:
	zone, locale = loaded.zone, visitor.locale
	slot = loaded.find(start) or Slot(start, start + loaded.duration * 60)
	return {
		**when_view(slot.stretches, zone, visitor.twelve_hours, locale),
		"note": host_date(start, zone, meeting["page"]["timezone"], locale),
		"value": dates.iso_instant(start, zone),
		"parts": " ".join(dates.iso_instant(since, zone) for since, _until in slot.parts),
		"zone": zone,
		"duration": loaded.duration,
		"is_lost": bool(attempt and attempt.lost_race),
		"change_url": query.url(date=local_date(start, zone).isoformat()),
	}


def _alternatives(attempt: Attempt | None, loaded: MonthOfSlots, visitor: Visitor) -> list[dict]:
	if not attempt or not attempt.lost_race:
		return []
	offered = sorted([start for start, _end in stretches(slot)] for slot in attempt.error.suggestions)
	return [
		{
			"value": " ".join(dates.iso_instant(start, loaded.zone) for start in starts),
			"day": days_in_short([(start, start) for start in starts], loaded.zone, visitor.locale),
			"time": dates.clock_time(starts[0], loaded.zone, visitor.twelve_hours, visitor.locale),
		}
		for starts in offered
	]


def _values(query: Query, attempt: Attempt | None) -> dict[str, Any]:
	"""What stands in the form: what was typed, or else what the link fills in."""
	if attempt:
		return attempt.values
	return {
		"attendee_name": query.carried.get("name"),
		"attendee_email": query.carried.get("email"),
		"idempotency_key": new_key(),
	}


def _script_data(
	meeting: dict,
	query: Query,
	visitor: Visitor,
	loaded: MonthOfSlots,
	zone: str,
	day: date | None,
	start: int | None,
	step: str,
	today: date,
) -> dict:
	return {
		"slug": query.slug,
		"meetingType": query.meeting_type,
		"duration": loaded.duration,
		"hostZone": meeting["page"]["timezone"],
		"zone": zone,
		"zoneIsChosen": visitor.zone_is_chosen,
		"locale": visitor.language_tag,
		"firstWeekday": visitor.locale.first_week_day,
		"twelveHours": visitor.twelve_hours,
		"today": today.isoformat(),
		"month": f"{loaded.month:%Y-%m}",
		"day": day and (query.day or query.start) and day.isoformat(),
		"start": start,
		"step": step,
		"slots": loaded.for_script(),
		"holdMinutes": meeting.get("hold_minutes", 0),
		"origin": query.origin,
		"carried": query.carried,
		"csrfToken": csrf_token(),
		"strings": booking_strings(),
	}
