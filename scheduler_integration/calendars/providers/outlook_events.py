"""Converts Graph's events into the app's types, and back. Sends no requests."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timezone
from typing import Any

from scheduler_integration.calendars.ical.zones import iana
from scheduler_integration.calendars.provider import BusyTime, Kind, OutgoingEvent, RemoteEvent, Reply, Stored
from scheduler_integration.engine import instant_of, local_midnight
from scheduler_integration.platform.clock import utc
from scheduler_integration.platform.records import text_at

# The property with the key of an event that the app writes. It can be searched for. The GUID is this app's own.
KEY_PROPERTY = "String {6f3c1b52-7a4e-4d0e-9c55-2b1f0a9d8e71} Name SchedulerIntegrationKey"
# The app's transaction ids begin with this text, unlike those of other programs.
_OURS = "scheduler-integration:"
# Asks for a Teams call in an event.
TEAMS_CALL = {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
# Somebody who works elsewhere is at work. Exchange itself shows the person as available.
_KINDS: dict[str, Kind] = {"tentative": "tentative", "oof": "out_of_office", "busy": "busy", "unknown": "busy"}
_NOT_BUSY = frozenset({"free", "workingElsewhere"})
_REPLIES: dict[str, Reply] = {
	"accepted": "accepted",
	"organizer": "accepted",
	"declined": "declined",
	"tentativelyAccepted": "tentative",
}
# Graph writes seven digits of a second's fraction. Python reads at most six.
_FRACTION = re.compile(r"\.\d+")


def read_event(item: Mapping[str, Any], zone: str) -> RemoteEvent:
	"""Return an event or occurrence. All-day events come as midnights in UTC. They are dates, in `zone`."""
	all_day = bool(item.get("isAllDay"))
	start, end = (_instant(item[name], zone, all_day=all_day) for name in ("start", "end"))
	kind = _kind(item)
	busy = BusyTime(start, end, kind, all_day) if kind and start < end else None
	# The key in the app's transaction id. Other programs have other ids: Outlook's is "localevent:" and a GUID.
	text = text_at(item, "transactionId")
	mark = text.removeprefix(_OURS) if text.startswith(_OURS) else ""
	return RemoteEvent(
		id=item["id"],
		busy=(busy,) if busy else (),
		uid=text_at(item, "iCalUId"),
		mark=mark,
		etag=text_at(item, "@odata.etag"),
		start=start,
		end=end,
		replies=_replies(item.get("attendees") or ()),
	)


def is_whole(item: Mapping[str, Any]) -> bool:
	"""Whether the item itself has the fields that decide if it takes time.

	An occurrence may have them only in its series.
	"""
	return "showAs" in item and "start" in item and "end" in item


def merged(series: Mapping[str, Any], occurrence: Mapping[str, Any]) -> dict[str, Any]:
	"""Return an occurrence with the fields that only its series has. It doesn't get the series' transaction id."""
	return {**{key: value for key, value in series.items() if key != "transactionId"}, **occurrence}


def read_stored(item: Mapping[str, Any]) -> Stored:
	"""Return what Exchange stored. A Teams link may need some seconds: then it is pending."""
	link = text_at(item, "onlineMeeting", "joinUrl")
	return Stored(
		id=item["id"],
		etag=text_at(item, "@odata.etag"),
		uid=text_at(item, "iCalUId"),
		join_url=link,
		web_url=text_at(item, "webLink"),
		is_pending=bool(item.get("isOnlineMeeting")) and not link,
	)


def created(event: OutgoingEvent) -> dict[str, Any]:
	"""Return the body of a new event. Exchange makes no second event with the same transaction id."""
	body = {
		**changed(event),
		"body": _body(event),
		"transactionId": f"{_OURS}{event.key}",
		"singleValueExtendedProperties": [{"id": KEY_PROPERTY, "value": event.key}],
	}
	if event.conference == "teams":
		body |= TEAMS_CALL
	return body


def changed(event: OutgoingEvent) -> dict[str, Any]:
	"""Return the fields to change in an event.

	The body isn't among them: it contains Teams' own block, which would be lost.
	"""
	body: dict[str, Any] = {
		"subject": event.title,
		"start": _when(event.start),
		"end": _when(event.end),
		"location": {"displayName": event.location},
		"showAs": "busy",
	}
	# Exchange mails everybody who is listed.
	if event.invites:
		body["attendees"] = [
			{"emailAddress": {"address": each.email, "name": each.name}, "type": "required"} for each in event.attendees
		]
	return body


def changed_with_body(event: OutgoingEvent) -> dict[str, Any]:
	"""Return the fields to change in an event without a Teams meeting."""
	return {**changed(event), "body": _body(event)}


def zone_name(name: Any) -> str:
	"""Return the IANA name of a Windows or IANA name; empty if it is neither, such as `tzone://Microsoft/Custom`."""
	return iana(str(name or ""))


def instant(text: str) -> int:
	"""Return the instant of a time with an offset or in UTC, such as the end of a subscription."""
	moment = datetime.fromisoformat(_FRACTION.sub("", text).replace("Z", "+00:00"))
	return int((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp())


def _kind(item: Mapping[str, Any]) -> Kind | None:
	"""Return how the owner is busy during the event, or None if they aren't."""
	status = text_at(item, "showAs") or "unknown"
	declined = text_at(item, "responseStatus", "response") == "declined"
	if status in _NOT_BUSY or declined or item.get("isCancelled"):
		return None
	return _KINDS.get(status, "busy")


def _instant(value: Mapping[str, str], zone: str, *, all_day: bool) -> int:
	moment = datetime.fromisoformat(_FRACTION.sub("", value["dateTime"]).replace("Z", ""))
	if all_day:
		return local_midnight(date(moment.year, moment.month, moment.day), zone)
	return instant_of(moment, zone_name(value.get("timeZone")) or zone)


def _replies(attendees: Iterable[Mapping[str, Any]]) -> dict[str, Reply]:
	replies: dict[str, Reply] = {}
	for attendee in attendees:
		address = text_at(attendee, "emailAddress", "address").lower()
		if address:
			replies[address] = _REPLIES.get(text_at(attendee, "status", "response"), "none")
	return replies


def _body(event: OutgoingEvent) -> dict[str, str]:
	return {"contentType": "text", "content": event.description}


def _when(at: int) -> dict[str, str]:
	return {"dateTime": f"{utc(at):%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
