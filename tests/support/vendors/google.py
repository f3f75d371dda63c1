"""A stand-in for Google Calendar v3 and Google's sign-in.

Faithful in: paging with short and empty pages, sync tokens (on the last page only, forbidden parameters, 410), stubs of
cancelled events, instance ids, rules for ids and tombstones (409, 410, 403), etags, free/busy with errors per calendar,
conference data that is pending first, channels with their `sync` message and expiry, scopes. Requests are checked
against Google's discovery document.
"""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import requests
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from tests.support.vendors import google_schema
from tests.support.vendors.accounts import Account, Accounts
from tests.support.vendors.diary import Diary, Entry, Exceptional, Moment, Occurrence, merged
from tests.support.vendors.stand_in import Refused, no_content

_API = "/calendar/v3"
_FORBIDDEN_WITH_TOKEN = (
	"iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin",
)  # fmt: skip
_NOT_BUSY_TYPES = ("workingLocation", "birthday")
_WEEK = 7 * 86400
_SLACK = 30 * 86400  # a delta also has instances this far outside the window
# Scopes that are newer than the description in an old version of Google's library.
_NEWER_SCOPES = {"calendar.calendarList.list": ("https://www.googleapis.com/auth/calendar.calendarlist.readonly",)}
_FULL_NAMES = {"email": "https://www.googleapis.com/auth/userinfo.email"}


@dataclass
class Channel:
	"""A push channel. `queued` are the messages that weren't delivered yet."""

	id: str
	calendar: str
	address: str
	token: str
	resource_id: str
	expires_at: int
	account: str
	messages: int = 0
	queued: int = 0


class GoogleStandIn(Accounts):
	"""`url + "/calendar/v3/"` is the API, `url + "/token"` the token address."""

	refresh_tokens = "kept"
	rules = (
		Rule("/o/oauth2/v2/auth", endpoint="authorise"),
		Rule("/token", endpoint="token", methods=["POST"]),
		Rule("/revoke", endpoint="revoke", methods=["POST"]),
		Rule(f"{_API}/users/me/calendarList", endpoint="calendar_list", methods=["GET"]),
		Rule(f"{_API}/calendars/<calendar>/events", endpoint="list_events", methods=["GET"]),
		Rule(f"{_API}/calendars/<calendar>/events", endpoint="insert", methods=["POST"]),
		Rule(f"{_API}/calendars/<calendar>/events/watch", endpoint="watch", methods=["POST"]),
		Rule(f"{_API}/calendars/<calendar>/events/<event>", endpoint="get_event", methods=["GET"]),
		Rule(f"{_API}/calendars/<calendar>/events/<event>", endpoint="patch", methods=["PATCH"]),
		Rule(f"{_API}/calendars/<calendar>/events/<event>", endpoint="delete", methods=["DELETE"]),
		Rule(f"{_API}/freeBusy", endpoint="free_busy", methods=["POST"]),
		Rule(f"{_API}/channels/stop", endpoint="stop_channel", methods=["POST"]),
	)

	def __init__(self) -> None:
		super().__init__()
		self.diaries: dict[str, Diary] = {}
		self.channels: dict[str, Channel] = {}
		self.invitations: list[tuple[str, str]] = []  # (event, address) that Google would have mailed to
		self.page_size = 250
		self.empty_first_page = False
		self.pending_conferences = 0  # how many reads of a new conference still say "pending"
		self.longest_channel = _WEEK
		self.oldest_token = 0  # sync tokens below this number have expired
		self._pages: dict[str, tuple[list[Any], dict[str, Any]]] = {}
		self._queries: dict[str, dict[str, str]] = {}
		self._windows: dict[str, tuple[int, int]] = {}

	# Called by tests

	def add_account(self, email: str, name: str = "Jane Doe", zone: str = "UTC") -> Diary:
		"""Create an account with its primary calendar."""
		self.accounts[email] = Account(email, name)
		return self.add_calendar(email, email, zone=zone, primary=True)

	def add_calendar(self, owner: str, id: str, title: str = "", **facts: Any) -> Diary:
		self.diaries[id] = Diary(id, title or id, facts.pop("zone", "UTC"), owner=owner, **facts)
		return self.diaries[id]

	def add(self, diary: Diary, start: Moment, end: Moment, *, zone: str = "", rule: str = "", **fields: Any) -> Entry:
		"""The person adds an event, or a series with an RRULE, in Google's own words: `transparency="transparent"`."""
		with self.lock:
			entry = Entry(secrets.token_hex(13), start, end, zone or diary.zone, rule, dict(fields))
			entry.fields.setdefault("summary", "Private")
			return self._changed(diary, entry)

	def change(self, diary: Diary, act: Callable[[], None]) -> None:
		"""The person changes something with a method of the diary; channels are told."""
		with self.lock:
			act()
			self._tell(diary)

	def expire_sync_tokens(self) -> None:
		self.oldest_token = max((diary.changes for diary in self.diaries.values()), default=0) + 1
		for diary in self.diaries.values():
			diary.changes = max(diary.changes, self.oldest_token)

	def busy(self, diary: Diary, since: int, until: int, *, without_app: str = "") -> list[tuple[int, int]]:
		"""Return the merged busy spans of a calendar in `[since, until)`: what Google's own free/busy says.

		With `without_app` the events that this app marked as its own are left out.
		"""
		spans = []
		for each in diary.between(since, until):
			if _takes_time(each.fields, diary.owner) and not (
				without_app and _marker(each.fields).get("app") == without_app
			):
				spans.append((max(each.starts_at, since), min(each.ends_at, until)))
		return merged(spans)

	def deliver_pushes(self, *, lose: int = 0, repeat: int = 1) -> list[requests.Response]:
		"""Deliver the queued notifications, but lose the first `lose` and send each of the others `repeat` times."""
		answers = []
		for channel in list(self.channels.values()):
			queued, channel.queued = channel.queued, 0
			if channel.expires_at <= self.clock.now():
				continue
			for _each in range(max(queued - lose, 0) * repeat):
				answers.append(self._push(channel, "exists"))
		return answers

	# Google's methods

	def before(self, request: Request) -> None:
		if not request.path.startswith(_API):
			return
		self.broken += google_schema.mistakes(request)
		token = self.token_of(request)
		if token is None:
			raise _error(401, "authError", "Invalid Credentials")
		method = google_schema.method_of(request) or {}
		accepted = {*method.get("scopes", ()), *_NEWER_SCOPES.get(method.get("id", ""), ())}
		if not token.scopes & accepted:
			raise _error(403, "insufficientPermissions", "Request had insufficient authentication scopes.")

	def refusal(self, status: int) -> Any:
		reason = {429: "rateLimitExceeded", 404: "notFound", 410: "fullSyncRequired"}.get(status, "backendError")
		return _error_body(status, reason, reason)

	def revoke(self, request: Request) -> dict[str, Any]:
		"""Revoke a token, and with it all that the app has for the account."""
		text = request.form.get("token", "")
		token = self.refresh.get(text) or self.access.get(text)
		if token is None:
			raise Refused(400, {"error": "invalid_token"})
		self.revoke_account(token.account)
		return {}

	def calendar_list(self, request: Request) -> dict[str, Any]:
		account = self.token_of(request).account  # type: ignore[union-attr]  # `before` has checked it
		items = [
			{
				"kind": "calendar#calendarListEntry",
				"id": diary.id,
				"summary": diary.title,
				"timeZone": diary.zone,
				"accessRole": "owner" if diary.writable else "reader",
				**({"primary": True} if diary.primary else {}),
			}
			for diary in self.diaries.values()
			if diary.owner == account
		]
		return self._page(request, items, {"kind": "calendar#calendarList"})

	def list_events(self, request: Request, calendar: str) -> dict[str, Any]:
		diary = self._diary(request, calendar)
		with self.lock:
			if "pageToken" in request.args:
				return self._page(request, [], {})
			items = self._delta(request, diary) if "syncToken" in request.args else self._listing(request, diary)
			token = f"{diary.id}|{diary.changes}|{secrets.token_hex(4)}"
			self._queries[token] = _lasting(request)
			self._windows[token] = self._window(request)
			head = {"kind": "calendar#events", "timeZone": diary.zone, "summary": diary.title, "nextSyncToken": token}
			return self._page(request, items, head)

	def insert(self, request: Request, calendar: str) -> dict[str, Any]:
		diary, body = self._diary(request, calendar, write=True), json.loads(request.get_data())
		identifier = body.pop("id", "") or secrets.token_hex(13)
		with self.lock:
			if not re.fullmatch(r"[a-v0-9]{5,1024}", identifier):
				raise _error(400, "invalid", "Invalid resource id value.")
			if identifier in diary.entries:
				raise _error(409, "duplicate", "The requested identifier already exists.")
			self._check_conference(request, body)
			entry = _entry_of(identifier, body, diary)
			self._invite(request, entry)
			self._changed(diary, entry)
			self._check_markers(diary, entry)
			return self._event(diary, entry)

	def get_event(self, request: Request, calendar: str, event: str) -> dict[str, Any]:
		diary = self._diary(request, calendar)
		with self.lock:
			entry, original = self._find(diary, event)
			answer = self._event(diary, entry, original)
			self._settle_conference(entry)
			return answer

	def patch(self, request: Request, calendar: str, event: str) -> dict[str, Any]:
		diary, body = self._diary(request, calendar, write=True), json.loads(request.get_data())
		with self.lock:
			entry, original = self._find(diary, event)
			if entry.removed:
				raise _error(403, "forbidden", "Forbidden")
			self._check_etag(request, entry)
			self._check_conference(request, body)
			fields = {**entry.fields, **body}
			if "conferenceData" in body and body["conferenceData"] is None:
				fields.pop("hangoutLink", None)
			when = {key: body.get(key) or self._event(diary, entry, original)[key] for key in ("start", "end")}
			changed = _entry_of(entry.id, {**fields, **when}, diary)
			if original is None:
				entry.start, entry.end, entry.zone, entry.fields = (
					changed.start,
					changed.end,
					changed.zone,
					changed.fields,
				)
			else:
				entry.exceptions[original] = Exceptional(False, changed.start, changed.end, changed.fields)
			self._invite(request, entry)
			self._changed(diary, entry)
			self._check_markers(diary, entry)
			return self._event(diary, entry, original)

	def delete(self, request: Request, calendar: str, event: str) -> Response:
		diary = self._diary(request, calendar, write=True)
		with self.lock:
			entry, original = self._find(diary, event)
			if entry.removed:
				raise _error(410, "deleted", "Resource has been deleted")
			self._check_etag(request, entry)
			self._invite(request, entry)
			if original is None:
				diary.remove(entry)
			else:
				diary.cancel_occurrence(entry, original)
			self._tell(diary)
		return no_content()

	def free_busy(self, request: Request) -> dict[str, Any]:
		body = json.loads(request.get_data())
		account = self.token_of(request).account  # type: ignore[union-attr]  # `before` has checked it
		since, until = (_instant(body[key]) for key in ("timeMin", "timeMax"))
		answer = {}
		for item in body["items"][:50]:
			diary = self.diaries.get(item["id"])
			if diary is None or diary.owner != account:
				answer[item["id"]] = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
			else:
				spans = self.busy(diary, since, until)
				answer[item["id"]] = {"busy": [{"start": _utc(start), "end": _utc(end)} for start, end in spans]}
		return {
			"kind": "calendar#freeBusy",
			"timeMin": body["timeMin"],
			"timeMax": body["timeMax"],
			"calendars": answer,
		}

	def watch(self, request: Request, calendar: str) -> dict[str, Any]:
		diary, body = self._diary(request, calendar), json.loads(request.get_data())
		if body.get("type") != "web_hook" or len(body["id"]) > 64 or len(body.get("token", "")) > 256:
			raise _error(400, "invalid", "Bad channel")
		with self.lock:
			if body["id"] in self.channels:
				raise _error(400, "channelIdNotUnique", "Channel id not unique")
			asked = int(body.get("expiration") or (self.clock.now() + _WEEK) * 1000) // 1000
			expires_at = min(asked, self.clock.now() + self.longest_channel)
			account = self.token_of(request).account  # type: ignore[union-attr]  # `before` has checked it
			resource_id = secrets.token_urlsafe(12)
			channel = Channel(
				body["id"], diary.id, body["address"], body.get("token", ""), resource_id, expires_at, account
			)
			self.channels[channel.id] = channel
		self._push(channel, "sync")
		return {
			"kind": "api#channel",
			"id": channel.id,
			"resourceId": resource_id,
			"resourceUri": f"{self.url}{_API}/calendars/{diary.id}/events",
			"expiration": str(expires_at * 1000),
		}

	def stop_channel(self, request: Request) -> Response:
		body = json.loads(request.get_data())
		with self.lock:
			channel = self.channels.get(body.get("id", ""))
			if channel is None or channel.resource_id != body.get("resourceId"):
				raise _error(404, "notFound", "Channel not found")
			del self.channels[channel.id]
		return no_content()

	# Lists

	def _listing(self, request: Request, diary: Diary) -> list[dict[str, Any]]:
		since, until = self._window(request)
		items: list[dict[str, Any]] = []
		for entry in diary.entries.values():
			found = () if entry.removed else diary.occurrences(entry, since, until)
			items += [self._told(diary, each) for each in found if not each.cancelled]
		return items

	def _delta(self, request: Request, diary: Diary) -> list[dict[str, Any]]:
		forbidden = [name for name in _FORBIDDEN_WITH_TOKEN if name in request.args]
		token = request.args["syncToken"]
		if forbidden or (token in self._queries and self._queries[token] != _lasting(request)):
			raise _error(400, "badRequest", f"Sync token cannot be used with other restrictions: {forbidden}")
		if token not in self._queries or int(token.split("|")[1]) < self.oldest_token:
			raise _error(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
		since, until = self._windows[token]
		items: list[dict[str, Any]] = []
		for entry in diary.entries.values():
			if entry.changed <= int(token.split("|")[1]):
				continue
			if not entry.rule:
				items.append(self._told(diary, diary.occurrence_at(entry, None)))
			else:
				items += [self._told(diary, each) for each in diary.occurrences(entry, since - _SLACK, until + _SLACK)]
		return items

	def _window(self, request: Request) -> tuple[int, int]:
		if "syncToken" in request.args:
			return self._windows[request.args["syncToken"]]
		since, until = request.args.get("timeMin"), request.args.get("timeMax")
		return _instant(since) if since else 0, _instant(until) if until else self.clock.now() + 2 * 365 * 86400

	def _told(self, diary: Diary, occurrence: Occurrence) -> dict[str, Any]:
		if occurrence.original is not None:
			occurrence.entry.known.add(occurrence.original)
		return self._event(diary, occurrence.entry, occurrence.original)

	def _page(self, request: Request, items: list[Any], head: dict[str, Any]) -> dict[str, Any]:
		"""Return one page. The sync token is on the last one only."""
		if "pageToken" in request.args:
			items, head = self._pages[request.args["pageToken"]]
		elif self.empty_first_page and items:
			return self._with_more(head, [], items)
		size = min(self.page_size, int(request.args.get("maxResults", 250)))
		if len(items) > size:
			now = [_chosen(item, request) for item in items[:size]]
			return self._with_more(head, now, items[size:])
		return {**head, "items": [_chosen(item, request) for item in items]}

	def _with_more(self, head: dict[str, Any], now: list[Any], later: list[Any]) -> dict[str, Any]:
		token = secrets.token_urlsafe(8)
		self._pages[token] = (later, head)
		without = {key: value for key, value in head.items() if key != "nextSyncToken"}
		return {**without, "items": now, "nextPageToken": token}

	# Events

	def _diary(self, request: Request, calendar: str, *, write: bool = False) -> Diary:
		account = self.token_of(request).account  # type: ignore[union-attr]  # `before` has checked it
		diary = self.diaries.get(account if calendar == "primary" else calendar)
		if diary is None or diary.owner != account:
			raise _error(404, "notFound", "Not Found")
		if write and not diary.writable:
			raise _error(403, "requiredAccessLevel", "You need to have writer access to this calendar.")
		return diary

	def _find(self, diary: Diary, event: str) -> tuple[Entry, Moment | None]:
		if event in diary.entries:
			return diary.entries[event], None
		master, _, stamp = event.partition("_")
		if master in diary.entries and stamp:
			return diary.entries[master], _original(stamp, diary.entries[master])
		raise _error(404, "notFound", "Not Found")

	def _event(self, diary: Diary, entry: Entry, original: Moment | None = None) -> dict[str, Any]:
		"""Return the resource of an entry or occurrence. A cancelled one has its ids and its status, nothing else."""
		each = diary.occurrence_at(entry, original)
		ids: dict[str, Any] = {"kind": "calendar#event", "etag": f'"{entry.changed}"', "id": entry.id}
		if original is not None:
			ids |= {
				"id": f"{entry.id}_{_stamp(original, entry.zone)}",
				"recurringEventId": entry.id,
				"originalStartTime": _when(original, entry.zone),
			}
		if each.cancelled or entry.removed:
			return {**ids, "status": "cancelled"}
		times = {"start": _when(each.start, entry.zone), "end": _when(each.end, entry.zone)}
		link = f"https://calendar.google.example/event?eid={ids['id']}"
		return {
			"status": "confirmed",
			"iCalUID": f"{entry.id}@google.com",
			"htmlLink": link,
			**each.fields,
			**ids,
			**times,
		}

	def _changed(self, diary: Diary, entry: Entry) -> Entry:
		diary.put(entry)
		self._tell(diary)
		return entry

	def _tell(self, diary: Diary) -> None:
		for channel in self.channels.values():
			if channel.calendar == diary.id:
				channel.queued += 1

	def _push(self, channel: Channel, state: str) -> requests.Response:
		channel.messages += 1
		headers = {
			"X-Goog-Channel-ID": channel.id,
			"X-Goog-Channel-Token": channel.token,
			"X-Goog-Resource-ID": channel.resource_id,
			"X-Goog-Resource-State": state,
			"X-Goog-Message-Number": str(channel.messages),
		}
		return requests.post(channel.address, headers=headers, timeout=10)

	def _check_etag(self, request: Request, entry: Entry) -> None:
		wanted = request.headers.get("If-Match")
		if wanted and wanted not in ("*", f'"{entry.changed}"'):
			raise _error(412, "conditionNotMet", "Precondition Failed")

	def _check_markers(self, diary: Diary, entry: Entry) -> None:
		"""Record a broken rule if two live events have the same marker. A retry has then made a second event."""
		live = [each for each in diary.entries.values() if not each.removed and _marker(each.fields)]
		for marker, group in groupby(sorted(live, key=_marker_key), key=_marker_key):
			if len(list(group)) > 1 and marker == _marker_key(entry):
				self.broken.append(f"two events with the marker {marker}")

	def _invite(self, request: Request, entry: Entry) -> None:
		if request.args.get("sendUpdates") in ("all", "externalOnly"):
			self.invitations += [(entry.id, each["email"]) for each in entry.fields.get("attendees", [])]

	def _check_conference(self, request: Request, body: dict[str, Any]) -> None:
		"""Make the conference that is asked for. Without version 1, conference data in the body is ignored."""
		asked = (body.get("conferenceData") or {}).get("createRequest")
		if request.args.get("conferenceDataVersion") != "1":
			body.pop("conferenceData", None)
		elif asked:
			status = "pending" if self.pending_conferences else "success"
			body["conferenceData"] = {"createRequest": {**asked, "status": {"statusCode": status}}}
			if status == "success":
				self._open_conference(body)

	def _settle_conference(self, entry: Entry) -> None:
		request = (entry.fields.get("conferenceData") or {}).get("createRequest")
		if request and request["status"]["statusCode"] == "pending":
			self.pending_conferences -= 1
			if self.pending_conferences <= 0:
				self._open_conference(entry.fields)

	def _open_conference(self, fields: dict[str, Any]) -> None:
		data = fields["conferenceData"]
		link = f"https://meet.google.example/{data['createRequest']['requestId'][:10]}"
		data["createRequest"]["status"] = {"statusCode": "success"}
		data["entryPoints"] = [{"entryPointType": "video", "uri": link}]
		data["conferenceSolution"] = {"key": {"type": "hangoutsMeet"}}
		fields["hangoutLink"] = link

	def _issue(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
		answer = super()._issue(*args, **kwargs)
		answer["scope"] = " ".join(_FULL_NAMES.get(scope, scope) for scope in answer["scope"].split())
		return answer


def _chosen(item: dict[str, Any], request: Request) -> dict[str, Any]:
	"""Return those of an item's fields that the parameter `fields` names, for example `items(id,status,start)`."""
	names = re.search(r"items\((.*)\)", request.args.get("fields", ""))
	wanted = {re.split(r"[/(]", name)[0] for name in re.split(r",(?![^(]*\))", names[1])} if names else set(item)
	return {name: value for name, value in item.items() if name in wanted}


def _takes_time(fields: dict[str, Any], owner: str) -> bool:
	declined = any(
		each.get("self") and each.get("responseStatus") == "declined" for each in fields.get("attendees", [])
	)
	return (
		fields.get("transparency") != "transparent" and not declined and fields.get("eventType") not in _NOT_BUSY_TYPES
	)


def _marker(fields: dict[str, Any]) -> dict[str, str]:
	return (fields.get("extendedProperties") or {}).get("private") or {}


def _marker_key(entry: Entry) -> str:
	return json.dumps(_marker(entry.fields), sort_keys=True)


def _entry_of(identifier: str, body: dict[str, Any], diary: Diary) -> Entry:
	body = dict(body)
	start, end = body.pop("start"), body.pop("end")
	recurrence = body.get("recurrence") or []
	rule = next((line.removeprefix("RRULE:") for line in recurrence if line.startswith("RRULE:")), "")
	zone = start.get("timeZone") or "UTC"
	if "date" in start:
		first, last = (date.fromisoformat(each["date"]) for each in (start, end))
		return Entry(identifier, first, last, diary.zone, rule, body)
	return Entry(identifier, _wall(start, zone), _wall(end, zone), zone, rule, body)


def _wall(value: dict[str, str], zone: str) -> datetime:
	moment = datetime.fromisoformat(value["dateTime"].replace("Z", "+00:00"))
	return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if moment.tzinfo else moment


def _when(moment: Moment, zone: str) -> dict[str, str]:
	if not isinstance(moment, datetime):
		return {"date": moment.isoformat()}
	return {"dateTime": moment.replace(tzinfo=ZoneInfo(zone)).isoformat(), "timeZone": zone}


def _stamp(original: Moment, zone: str) -> str:
	if not isinstance(original, datetime):
		return f"{original:%Y%m%d}"
	return f"{original.replace(tzinfo=ZoneInfo(zone)).astimezone(timezone.utc):%Y%m%dT%H%M%SZ}"


def _original(stamp: str, entry: Entry) -> Moment:
	if entry.all_day:
		return datetime.strptime(stamp, "%Y%m%d").date()
	moment = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
	return moment.astimezone(ZoneInfo(entry.zone)).replace(tzinfo=None)


def _instant(text: str) -> int:
	return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def _utc(instant: int) -> str:
	return (datetime(1970, 1, 1) + timedelta(seconds=instant)).isoformat() + "Z"


def _lasting(request: Request) -> dict[str, str]:
	"""Return the parameters that must be the same with a sync token as without."""
	changing = {*_FORBIDDEN_WITH_TOKEN, "syncToken", "pageToken", "maxResults", "alt", "prettyPrint"}
	return {name: value for name, value in request.args.items() if name not in changing}


def _error(status: int, reason: str, message: str) -> Refused:
	return Refused(status, _error_body(status, reason, message))


def _error_body(status: int, reason: str, message: str) -> dict[str, Any]:
	errors = [{"domain": "global", "reason": reason, "message": message}]
	return {"error": {"code": status, "message": message, "errors": errors}}
