"""A host's own page: what is next today, then day by day, and the links to hand out."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlsplit

from babel import Locale
from frappe import _

from scheduler_integration.engine.zones import local_date
from scheduler_integration.exceptions import HostNotFree

from . import dates
from .document import csrf_token, document
from .facts import place_icon
from .guest import Guest
from .people import names, web_address
from .reasons import conflict_view, reason_view
from .script_json import script_json
from .spans import stretches, when_view
from .strings import host_strings

# How many days are shown one by one; what comes after stands together.
_DAYS = 7


def hosting_view(
	bookings: list[dict],
	pages: list[dict],
	host: str,
	zone: str,
	reader: Guest,
	now: int,
	message: dict | None = None,
	successors: dict[str, list[dict]] | None = None,
) -> dict:
	"""The view of `/scheduling`. `bookings` and `pages` are the host's, `zone` is where the host reads the clock.

	`successors` are, by a booking's name, the hosts (`user`, `name`) that it may be handed to.
	"""
	today = local_date(now, zone)
	return {
		"document": document(
			reader, title=_("Your meetings"), brand=_brand(pages), styles=("host",), script="host", secret_address=True
		),
		"host": host,
		"today": dates.full_date(today, reader.locale),
		"city": dates.city(zone, reader.locale),
		"zone": zone,
		"days": _days(bookings, zone, today, reader, successors or {}),
		"links": [_link(page) for page in pages],
		"message": message,
		"csrf_token": csrf_token(),
		"data": script_json({"strings": host_strings()}),
		"status": 200,
	}


def not_free_message(error: HostNotFree, booking: str, host: str, zone: str, reader: Guest) -> dict:
	"""Says why the host can't take the meeting; where only rules stand in the way, offers to hand it over all the same."""
	sentences = {each["message"]: reason_view(each, zone, reader) for each in error.extra["reasons"]}
	conflicts = [conflict_view(each, zone, reader) for each in error.extra["conflicts"]]
	return {
		"text": error.message,
		"is_error": True,
		"reasons": list(sentences.values()),
		"conflicts": conflicts,
		"anyway": {"name": booking, "host": host} if error.extra["can_force"] else None,
	}


def _brand(pages: list[dict]) -> dict | None:
	"""The host's own page lends its colour, if they have one."""
	return next((page for page in pages if page["page_type"] == "Personal"), pages[0] if pages else None)


def _days(bookings: list[dict], zone: str, today: date, reader: Guest, successors: dict[str, list[dict]]) -> list[dict]:
	"""The meetings by day, today first even when it is free, and those beyond the week in one group."""
	groups: dict[date | None, list[dict]] = {today: []}
	for booking in bookings:
		day = max(local_date(booking["starts_at"], zone), today)
		groups.setdefault(day if day < today + timedelta(days=_DAYS) else None, []).append(booking)
	return [
		{
			"title": _day_title(day, today, reader.locale),
			"subtitle": day and dates.day_and_month(day, reader.locale),
			"is_today": day == today,
			"meetings": [
				_meeting(booking, zone, day, reader, successors.get(booking["name"], [])) for booking in group
			],
		}
		for day, group in groups.items()
	]


def _day_title(day: date | None, today: date, locale: Locale) -> str:
	if day is None:
		return _("Later")
	if day == today:
		return _("Today")
	return _("Tomorrow") if day == today + timedelta(days=1) else dates.weekday(day, locale)


def _meeting(booking: dict, zone: str, day: date | None, reader: Guest, successors: list[dict]) -> dict:
	start, end = booking["starts_at"], booking["ends_at"]
	when = when_view(stretches(booking), zone, reader.twelve_hours, reader.locale)
	theirs = booking["timezone"]
	return {
		"name": booking["name"],
		"date": None if day else dates.short_day(local_date(start, zone), reader.locale),
		"time": dates.clock_time(start, zone, reader.twelve_hours, reader.locale),
		"until": when["time"] if when["days"] else dates.clock_time(end, zone, reader.twelve_hours, reader.locale),
		"days": when["days"],
		"machine": dates.iso_instant(start, zone),
		"title": booking["meeting_type"]["title"],
		"attendee": booking["attendee"],
		"guests": booking["guests"],
		"colleagues": names(booking["hosts"]) if len(booking["hosts"]) > 1 else [],
		"is_pending": booking["status"] == "Pending",
		"their_time": theirs != zone
		and _("{0} in {1}").format(
			dates.clock_time(start, theirs, reader.twelve_hours, reader.locale), dates.city(theirs, reader.locale)
		),
		"place": booking["location_label"],
		"place_icon": place_icon(booking["location_type"]),
		"place_text": booking["location"],
		"link": web_address(booking["meeting_link"]) or web_address(booking["location"]),
		"notes": booking["notes"],
		"answers": booking["answers"],
		"problem": booking["delivery_error"],
		"can_cancel": booking["can_cancel"],
		"successors": successors,
	}


def _link(page: dict) -> dict:
	return {
		"title": page["title"],
		"is_team": page["page_type"] == "Team",
		"url": page["url"],
		"shown": _shown(page["url"]),
		"types": [
			{"title": meeting["title"], "url": f"{page['url']}/{meeting['slug']}"} for meeting in page["meeting_types"]
		],
	}


def _shown(url: str) -> str:
	"""The address as people say it, without its scheme."""
	parts = urlsplit(url)
	return parts.netloc + parts.path
