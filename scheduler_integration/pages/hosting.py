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
from .people import names, web_address
from .reasons import conflict_view, reason_view
from .script_json import script_json
from .spans import stretches, when_view
from .strings import host_strings
from .visitor import Visitor

# How many days are shown one by one; what comes after stands together.
_DAYS = 7


def hosting_view(
	bookings: list[dict],
	pages: list[dict],
	host: str,
	zone: str,
	visitor: Visitor,
	now: int,
	message: dict | None = None,
	*,
	views: list[dict] | None = None,
	sees_all: bool = False,
	after: str = "",
	first: str | None = None,
	later: str | None = None,
) -> dict:
	"""The view of `/scheduling`. `bookings` are as `meetings.agenda` returns them, `pages` the host's, `zone` is where the host
	reads the clock.

	`views` are a manager's links to their own and to everybody's meetings; with `sees_all` these are everybody's. `later` is the
	address of those that follow. These are those that come `after` a meeting, where one is named, and `first` where they begin.
	"""
	today = local_date(now, zone)
	title = _("Everybody's meetings") if sees_all else _("Your meetings")
	return {
		"document": document(
			visitor, title=title, brand=_brand(pages), styles=("host",), script="host", secret_address=True
		),
		"title": title,
		"views": views,
		"sees_all": sees_all,
		"after": after,
		"first": first,
		"later": later,
		"host": host,
		"today": dates.full_date(today, visitor.locale),
		"city": dates.city(zone, visitor.locale),
		"zone": zone,
		"days": _days(bookings, zone, today, visitor, is_first=not after),
		"links": [_link(page) for page in pages],
		"message": message,
		"csrf_token": csrf_token(),
		"data": script_json({"strings": host_strings()}),
		"status": 200,
	}


def not_free_message(error: HostNotFree, asked: dict[str, str], zone: str, visitor: Visitor) -> dict:
	"""Says why the host can't take the meeting; where only rules stand in the way, offers to do what was `asked` (`name`, `host`
	and `replaces` of the form) all the same.
	"""
	sentences = {each["message"]: reason_view(each, zone, visitor) for each in error.extra["reasons"]}
	conflicts = [conflict_view(each, zone, visitor) for each in error.extra["conflicts"]]
	return {
		"text": error.message,
		"is_error": True,
		"reasons": list(sentences.values()),
		"conflicts": conflicts,
		"anyway": asked if error.extra["can_force"] else None,
	}


def _brand(pages: list[dict]) -> dict | None:
	"""The host's own page lends its colour, if they have one."""
	return next((page for page in pages if page["page_type"] == "Personal"), pages[0] if pages else None)


def _days(bookings: list[dict], zone: str, today: date, visitor: Visitor, *, is_first: bool) -> list[dict]:
	"""The meetings by day, at first today even when it is free, and those beyond the week in one group."""
	groups: dict[date | None, list[list[dict]]] = {today: []} if is_first else {}
	for sharing in _sessions(bookings):
		day = max(local_date(sharing[0]["starts_at"], zone), today)
		groups.setdefault(day if day < today + timedelta(days=_DAYS) else None, []).append(sharing)
	return [
		{
			"title": _day_title(day, today, visitor.locale),
			"subtitle": day and dates.day_and_month(day, visitor.locale),
			"is_today": day == today,
			"meetings": [_meeting(sharing, zone, day, visitor) for sharing in group],
		}
		for day, group in groups.items()
	]


def _sessions(bookings: list[dict]) -> list[list[dict]]:
	"""The bookings that share a session together; any other by itself."""
	groups: dict[str, list[dict]] = {}
	for booking in bookings:
		groups.setdefault(booking["session"] or booking["name"], []).append(booking)
	return list(groups.values())


def _day_title(day: date | None, today: date, locale: Locale) -> str:
	if day is None:
		return _("Later")
	if day == today:
		return _("Today")
	return _("Tomorrow") if day == today + timedelta(days=1) else dates.weekday(day, locale)


def _meeting(sharing: list[dict], zone: str, day: date | None, visitor: Visitor) -> dict:
	"""One meeting: a booking, or all those that share a session."""
	first = sharing[0]
	start, end = first["starts_at"], first["ends_at"]
	when = when_view(stretches(first), zone, visitor.twelve_hours, visitor.locale)
	hosts = first["hosts"]
	return {
		"name": first["name"],
		"date": None if day else dates.short_day(local_date(start, zone), visitor.locale),
		"time": dates.clock_time(start, zone, visitor.twelve_hours, visitor.locale),
		"until": when["time"] if when["days"] else dates.clock_time(end, zone, visitor.twelve_hours, visitor.locale),
		"days": when["days"],
		"machine": dates.iso_instant(start, zone),
		"title": first["meeting_type"]["title"],
		"hosts": names(hosts),
		"place": first["location_label"],
		"place_icon": place_icon(first["location_type"]),
		"link": _link_of_all(sharing),
		"is_session": len(sharing) > 1,
		"seats": sum(booking["seats"] for booking in sharing),
		"waiting": sum(booking["status"] == "Pending" for booking in sharing),
		"can_cancel": any(booking["can_cancel"] for booking in sharing),
		"attendees": [_attendee(booking, zone, visitor) for booking in sharing],
		"successors": first["successors"],
		"replaceable": hosts if len(hosts) > 1 else [],
	}


def _attendee(booking: dict, zone: str, visitor: Visitor) -> dict:
	"""Who comes, and what one of them wrote."""
	start, theirs = booking["starts_at"], booking["timezone"]
	return {
		**booking["attendee"],
		"booking": booking["name"],
		"guests": booking["guests"],
		"is_pending": booking["status"] == "Pending",
		"their_time": theirs != zone
		and _("{0} in {1}").format(
			dates.clock_time(start, theirs, visitor.twelve_hours, visitor.locale), dates.city(theirs, visitor.locale)
		),
		"place_text": booking["location"] if booking["location"] != _own_link(booking) else None,
		"notes": booking["notes"],
		"answers": booking["answers"],
		"problem": booking["delivery_error"],
		"can_cancel": booking["can_cancel"],
	}


def _own_link(booking: dict) -> str | None:
	return web_address(booking["meeting_link"]) or web_address(booking["location"])


def _link_of_all(sharing: list[dict]) -> str | None:
	"""Where they meet: the host joins where the first of them does."""
	return next(filter(None, map(_own_link, sharing)), None)


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
