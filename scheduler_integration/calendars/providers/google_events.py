"""Converts Google's events into the app's types, and back. Sends no requests."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from scheduler_integration import engine
from scheduler_integration.calendars.provider import (
	BusyTime,
	Changes,
	Kind,
	OutgoingEvent,
	RemoteEvent,
	Reply,
	Stored,
)
from scheduler_integration.engine import local_midnight
from scheduler_integration.platform.clock import iso_z
from scheduler_integration.platform.records import text_at

# Marks an event as one of ours, in its private extended properties. Copies in other calendars don't have them.
APP = "scheduler_integration"
# The fields of an event that are read. Titles, descriptions and places stay at Google.
READ_FIELDS = "id,status,transparency,eventType,start,end,etag,iCalUID,attendees(email,self,responseStatus),extendedProperties/private"
# Working locations and birthdays take no time.
_NEVER_BUSY = frozenset({"workingLocation", "birthday"})
_KINDS: dict[str, Kind] = {"focusTime": "focus", "outOfOffice": "out_of_office"}
# The fields that an attendee fills in.
_OWN_WORDS = ("responseStatus", "comment", "additionalGuests")
_REPLIES: dict[str, Reply] = {"accepted": "accepted", "declined": "declined", "tentative": "tentative"}


def read_changes(page: Mapping[str, Any], zone: str) -> Changes:
	"""Return a page of Google's list. `zone` is the host's, for a calendar whose zone this server doesn't know."""
	zone = known_zone(page.get("timeZone"), zone)
	events: list[RemoteEvent] = []
	removed: list[str] = []
	unreadable = 0
	for item in page.get("items") or ():
		# A cancelled event has only its ids, and no times.
		if item.get("status") == "cancelled":
			removed.append(item["id"])
			continue
		try:
			events.append(read_event(item, zone))
		except (KeyError, TypeError, ValueError):
			unreadable += 1
	return Changes(
		events=tuple(events),
		removed=tuple(removed),
		next_page=text_at(page, "nextPageToken"),
		token=text_at(page, "nextSyncToken"),
		unreadable=unreadable,
	)


def read_event(item: Mapping[str, Any], zone: str) -> RemoteEvent:
	"""Return a live event. All-day events are days in `zone`, the calendar's own, which may have 23 or 25 hours."""
	start, end = _instant(item["start"], zone), _instant(item["end"], zone)
	kind = _kind(item)
	is_ours = text_at(item, "extendedProperties", "private", "app") == APP
	busy = BusyTime(start, end, kind, "date" in item["start"]) if kind and start < end else None
	return RemoteEvent(
		id=item["id"],
		busy=(busy,) if busy else (),
		uid=text_at(item, "iCalUID"),
		mark=text_at(item, "extendedProperties", "private", "key") if is_ours else "",
		etag=text_at(item, "etag"),
		start=start,
		end=end,
		replies=_replies(item.get("attendees") or ()),
	)


def read_stored(item: Mapping[str, Any]) -> Stored:
	"""Return what Google stored. A Meet link may need some seconds: then it is pending."""
	status = text_at(item, "conferenceData", "createRequest", "status", "statusCode")
	link = text_at(item, "hangoutLink")
	return Stored(
		id=item["id"],
		etag=text_at(item, "etag"),
		uid=text_at(item, "iCalUID"),
		join_url=link,
		web_url=text_at(item, "htmlLink"),
		is_pending=status == "pending" and not link,
	)


def written(event: OutgoingEvent, now: Mapping[str, Any]) -> dict[str, Any]:
	"""Return the body of an event that we write. `now` is the event as Google has it, or empty for a new one.

	The other fields of an existing event stay as they are.
	"""
	body: dict[str, Any] = {
		"summary": event.title,
		"description": event.description,
		"location": event.location,
		"start": _when(event.start, event.zone),
		"end": _when(event.end, event.zone),
		"status": "confirmed",
		"transparency": "opaque",
		"extendedProperties": {"private": {"app": APP, "key": event.key}},
	}
	# Listed attendees get mail from Google, or no mail and no event in their calendar. Without `invites` the app mails them.
	if event.invites:
		body["attendees"] = _attendees(event, now.get("attendees") or ())
	if event.conference == "google_meet" and not (now.get("hangoutLink") or now.get("conferenceData")):
		solution = {"type": "hangoutsMeet"}
		# Google ignores a repeated request id.
		body["conferenceData"] = {"createRequest": {"requestId": event.key, "conferenceSolutionKey": solution}}
	return body


def known_zone(name: Any, otherwise: str) -> str:
	"""Return the name if this server knows the zone."""
	try:
		return engine.zone(name).key
	except engine.EngineError:
		return otherwise


def _kind(item: Mapping[str, Any]) -> Kind | None:
	"""Return how the owner is busy during the event, or None if they aren't."""
	kind = text_at(item, "eventType")
	own = next((text_at(each, "responseStatus") for each in item.get("attendees") or () if each.get("self")), "")
	if item.get("transparency") == "transparent" or kind in _NEVER_BUSY or own == "declined":
		return None
	if kind in _KINDS:
		return _KINDS[kind]
	return "tentative" if item.get("status") == "tentative" or own in ("tentative", "needsAction") else "busy"


def _replies(attendees: Iterable[Mapping[str, Any]]) -> dict[str, Reply]:
	return {
		str(attendee["email"]).lower(): _REPLIES.get(str(attendee.get("responseStatus")), "none")
		for attendee in attendees
		if attendee.get("email")
	}


def _attendees(event: OutgoingEvent, present: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
	"""Return the attendees with what they answered. A list that is sent replaces the stored one, with all answers.

	The app invites people only, so the owner and the rooms that the owner has added stay.
	"""
	by_address = {str(each.get("email")).lower(): each for each in present}
	invited = []
	for person in event.attendees:
		stored = by_address.pop(person.email.lower(), {})
		own = {key: stored[key] for key in _OWN_WORDS if key in stored}
		invited.append({**own, "email": person.email, "displayName": person.name})
	return invited + [dict(each) for each in by_address.values() if each.get("self") or each.get("resource")]


def _instant(value: Mapping[str, str], zone: str) -> int:
	if "date" in value:
		return local_midnight(date.fromisoformat(value["date"]), zone)
	moment = datetime.fromisoformat(value["dateTime"].replace("Z", "+00:00"))
	if moment.tzinfo is None:
		return engine.instant_of(moment, known_zone(value.get("timeZone"), zone))
	return int(moment.timestamp())


def _when(instant: int, zone: str) -> dict[str, str]:
	return {"dateTime": iso_z(instant), "timeZone": zone}
