"""A stand-in for Microsoft Graph's calendars and Microsoft's sign-in.

Faithful in: delta queries with a window frozen at the first call, empty pages, entries that come twice and in any order,
`@removed` for what is outside the window, occurrences whose properties are on the series, ids that differ only in case,
local times with seven digits and no offset, `transactionId`, etags, Teams meetings that a new body removes, four
requests at a time for a mailbox, subscriptions with their call back and notifications in batches, refresh tokens that
rotate.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import requests
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from tests.support.vendors.accounts import Account, Accounts
from tests.support.vendors.diary import Diary, Entry, Moment, Occurrence, merged
from tests.support.vendors.stand_in import Refused, no_content

_API = "/v1.0"
_LOGIN = "/<tenant>/oauth2/v2.0"
_LONGEST_SUBSCRIPTION = 10_080 * 60
_AT_ONCE = 4
_EVENT_FIELDS = {
	"subject", "body", "start", "end", "location", "attendees", "isOnlineMeeting", "onlineMeetingProvider", "showAs",
	"transactionId", "singleValueExtendedProperties", "isReminderOn", "isAllDay", "sensitivity", "responseRequested",
	"allowNewTimeProposals",
}  # fmt: skip
_SUBSCRIPTION_FIELDS = {
	"resource", "changeType", "notificationUrl", "lifecycleNotificationUrl", "clientState", "expirationDateTime",
}  # fmt: skip
_READ = {"calendars.readwrite", "calendars.read", "calendars.readbasic"}
_WRITE = {"calendars.readwrite"}
_WINDOWS = {olson: windows for windows, olson in reversed(list(WINDOWS_TO_OLSON.items()))}


@dataclass
class Subscription:
	id: str
	diary: Diary
	address: str
	lifecycle: str
	state: str
	expires_at: int
	queued: list[str] = field(default_factory=list)


@dataclass
class _Delta:
	"""The state behind a link of a delta query: the frozen window, the last reported change, the items to come."""

	diary: str
	since: int
	until: int
	change: int
	items: list[dict[str, Any]] = field(default_factory=list)
	told: set[str] = field(default_factory=set)
	is_last: bool = False


class GraphStandIn(Accounts):
	refresh_tokens = "rotated"
	rules = (
		Rule(f"{_LOGIN}/authorize", endpoint="authorise_tenant"),
		Rule(f"{_LOGIN}/token", endpoint="token_of_tenant", methods=["POST"]),
		Rule(f"{_API}/me/mailboxSettings", endpoint="mailbox_settings", methods=["GET"]),
		Rule(f"{_API}/me/calendars", endpoint="calendars", methods=["GET"]),
		Rule(f"{_API}/me/calendars/<calendar>/calendarView/delta", endpoint="delta", methods=["GET"]),
		Rule(f"{_API}/me/calendars/<calendar>/events", endpoint="search", methods=["GET"]),
		Rule(f"{_API}/me/calendars/<calendar>/events", endpoint="create", methods=["POST"]),
		Rule(f"{_API}/me/events/<event>", endpoint="get_event", methods=["GET"]),
		Rule(f"{_API}/me/events/<event>", endpoint="patch", methods=["PATCH"]),
		Rule(f"{_API}/me/events/<event>", endpoint="delete", methods=["DELETE"]),
		Rule(f"{_API}/me/calendar/getSchedule", endpoint="get_schedule", methods=["POST"]),
		Rule(f"{_API}/subscriptions", endpoint="subscribe", methods=["POST"]),
		Rule(f"{_API}/subscriptions/<subscription>", endpoint="renew", methods=["PATCH"]),
		Rule(f"{_API}/subscriptions/<subscription>", endpoint="unsubscribe", methods=["DELETE"]),
	)

	def __init__(self) -> None:
		super().__init__()
		self.diaries: dict[str, Diary] = {}
		self.subscriptions: dict[str, Subscription] = {}
		self.invitations: list[tuple[str, str]] = []  # (event, address) that Exchange would have mailed to
		self.page_size = 50
		self.empty_first_page = False
		self.entries_twice = False
		self.slow_meetings = 0  # how many reads of a new online meeting have no link yet
		self.busiest = 0  # the most requests at once
		self._at_once = 0
		self._links: dict[str, _Delta] = {}
		self._transactions: dict[str, str] = {}
		self._last_id = ""

	# Called by tests

	def add_account(self, email: str, name: str = "Jane Doe", zone: str = "UTC") -> Diary:
		"""Create a mailbox with its default calendar."""
		self.accounts[email] = Account(email, name)
		return self.add_calendar(email, f"AAMkCalendar-{secrets.token_hex(4)}=", "Calendar", zone=zone, primary=True)

	def add_calendar(self, owner: str, id: str, title: str = "", **facts: Any) -> Diary:
		self.diaries[id] = Diary(id, title or id, facts.pop("zone", "UTC"), owner=owner, **facts)
		return self.diaries[id]

	def add(self, diary: Diary, start: Moment, end: Moment, *, zone: str = "", rule: str = "", **fields: Any) -> Entry:
		"""The person adds an event, or a series with an RRULE, in Graph's own words: `showAs="free"`."""
		with self.lock:
			entry = Entry(self._new_id(), start, end, zone or diary.zone, rule, {"showAs": "busy", **fields})
			entry.fields.setdefault("subject", "Private")
			entry.fields.setdefault("iCalUId", secrets.token_hex(20).upper())
			return self._changed(diary, entry, "created")

	def change(self, diary: Diary, act: Callable[[], None]) -> None:
		"""The person changes something with a method of the diary; subscribers are told."""
		with self.lock:
			act()
			self._tell(diary, "updated")

	def expire_delta_links(self) -> None:
		self._links.clear()

	def forget_transactions(self) -> None:
		"""Forget all transactions, as Exchange does after a while."""
		self._transactions.clear()

	def busy(self, diary: Diary, since: int, until: int, *, without_app: str = "") -> list[tuple[int, int]]:
		"""Return the merged busy spans of a calendar in `[since, until)`: what getSchedule says.

		With `without_app` the events with an app's own property are left out.
		"""
		spans = []
		for each in diary.between(since, until):
			if _takes_time(each.fields) and not (without_app and each.fields.get("singleValueExtendedProperties")):
				spans.append((max(each.starts_at, since), min(each.ends_at, until)))
		return merged(spans)

	def deliver_pushes(self, *, lose: int = 0, repeat: int = 1) -> list[requests.Response]:
		"""Deliver what is queued, all subscriptions of an address in one POST, but lose the first `lose` entries."""
		batches: dict[str, list[dict[str, Any]]] = {}
		for each in self.subscriptions.values():
			queued, each.queued = each.queued, []
			if each.expires_at > self.clock.now():
				batches.setdefault(each.address, []).extend(_notification(each, kind) for kind in queued)
		answers = []
		for address, batch in batches.items():
			if batch[lose:]:
				answers += [requests.post(address, json={"value": batch[lose:]}, timeout=10) for _each in range(repeat)]
		return answers

	def send_lifecycle(self, subscription: Subscription, event: str) -> requests.Response:
		"""Send `reauthorizationRequired`, `subscriptionRemoved` or `missed`."""
		entry = {"subscriptionId": subscription.id, "clientState": subscription.state, "lifecycleEvent": event}
		return requests.post(subscription.lifecycle, json={"value": [entry]}, timeout=10)

	# Microsoft's methods

	def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
		with self.lock:
			self._at_once += 1
			self.busiest = max(self.busiest, self._at_once)
		try:
			return super().__call__(environ, start_response)
		finally:
			with self.lock:
				self._at_once -= 1

	def before(self, request: Request) -> None:
		if not request.path.startswith(_API):
			return
		if self._at_once > _AT_ONCE:
			raise _error(429, "ApplicationThrottled", "MailboxConcurrency", {"Retry-After": "2"})
		token = self.token_of(request)
		if token is None:
			raise _error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
		held = {scope.removeprefix("https://graph.microsoft.com/").lower() for scope in token.scopes}
		if not held & self._needed(request):
			raise _error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
		prefer = request.headers.get("Prefer", "")
		if "/me/" in request.path and ('IdType="ImmutableId"' not in prefer or 'outlook.timezone="UTC"' not in prefer):
			self.broken.append(f"{request.method} {request.path} without immutable ids or without UTC")

	def refusal(self, status: int) -> Any:
		codes = {429: "ApplicationThrottled", 404: "ErrorItemNotFound", 410: "SyncStateNotFound"}
		return {"error": {"code": codes.get(status, "ServiceUnavailable"), "message": "as ordered"}}

	def authorise_tenant(self, request: Request, tenant: str) -> Response:
		return self.authorise(request)

	def token_of_tenant(self, request: Request, tenant: str) -> dict[str, Any]:
		return self.token(request)

	def mailbox_settings(self, request: Request) -> dict[str, Any]:
		zone = self._default_diary(request).zone
		return {"timeZone": _WINDOWS.get(zone, zone), "language": {"locale": "en-US"}}

	def calendars(self, request: Request) -> dict[str, Any]:
		own = [diary for diary in self.diaries.values() if diary.owner == self._account(request)]
		items = [
			{
				"id": diary.id,
				"name": diary.title,
				"canEdit": diary.writable,
				"isDefaultCalendar": diary.primary,
				"allowedOnlineMeetingProviders": ["teamsForBusiness"],
				"owner": {"name": "Jane Doe", "address": diary.owner},
			}
			for diary in own
		]
		skip = int(request.args.get("$skip", 0))
		page: dict[str, Any] = {"value": items[skip : skip + self.page_size]}
		if len(items) > skip + self.page_size:
			query = urlencode({**request.args, "$skip": skip + self.page_size})
			page["@odata.nextLink"] = f"{self.url}{_API}/me/calendars?{query}"
		return page

	def delta(self, request: Request, calendar: str) -> dict[str, Any]:
		diary = self._diary(request, calendar)
		forbidden = [name for name in ("$select", "$filter", "$expand", "$orderby", "$search") if name in request.args]
		if forbidden:
			raise _error(400, "ErrorInvalidUrlQuery", f"{forbidden} is not supported with change tracking")
		token = request.args.get("$skiptoken") or request.args.get("$deltatoken")
		with self.lock:
			if token:
				state = self._links.get(token)
				if state is None or state.diary != diary.id:
					raise _error(410, "SyncStateNotFound", "The sync state generation is not found.")
				return self._delta_page(diary, state, again=state.is_last)
			window = [_instant_of(request.args[name]) for name in ("startDateTime", "endDateTime")]
			state = _Delta(diary.id, window[0], window[1], 0)
			return self._delta_page(diary, state, again=True)

	def search(self, request: Request, calendar: str) -> dict[str, Any]:
		diary = self._diary(request, calendar)
		wanted = request.args.get("$filter", "")
		found = []
		for entry in diary.entries.values():
			for each in entry.fields.get("singleValueExtendedProperties", []):
				if not entry.removed and f"ep/id eq '{each['id']}' and ep/value eq '{each['value']}'" in wanted:
					found.append(self._event(diary, entry, None))
		return {"value": found}

	def create(self, request: Request, calendar: str) -> Any:
		diary, body = self._diary(request, calendar, write=True), json.loads(request.get_data())
		self._check_fields(body, _EVENT_FIELDS)
		with self.lock:
			transaction = body.get("transactionId", "")
			if transaction in self._transactions:
				return _created(self._event(diary, diary.entries[self._transactions[transaction]], None))
			start, end, zone = _times(body)
			entry = Entry(self._new_id(), start, end, zone, "", {"showAs": "busy", **body})
			entry.fields["iCalUId"] = secrets.token_hex(20).upper()
			if transaction:
				self._transactions[transaction] = entry.id
			self._open_meeting(entry)
			self._invite(entry)
			self._check_marks(diary, entry)
			self._changed(diary, entry, "created")
			return _created(self._event(diary, entry, None))

	def get_event(self, request: Request, event: str) -> dict[str, Any]:
		with self.lock:
			diary, entry, original = self._find(request, event)
			answer = self._event(diary, entry, original)
			if self.slow_meetings and entry.fields.get("isOnlineMeeting"):
				self.slow_meetings -= 1
			return answer

	def patch(self, request: Request, event: str) -> dict[str, Any]:
		body = json.loads(request.get_data())
		self._check_fields(body, _EVENT_FIELDS)
		with self.lock:
			diary, entry, _original = self._find(request, event)
			self._check_etag(request, entry)
			if (
				"body" in body
				and entry.fields.get("joinUrl")
				and entry.fields["joinUrl"] not in body["body"]["content"]
			):
				# The meeting's block is part of the body. A body without it is a body without a meeting.
				entry.fields.pop("joinUrl")
				entry.fields["isOnlineMeeting"] = False
			entry.fields |= body
			if "start" in body:
				entry.start, entry.end, entry.zone = _times(body)
			self._open_meeting(entry)
			self._invite(entry)
			self._changed(diary, entry, "updated")
			return self._event(diary, entry, None)

	def delete(self, request: Request, event: str) -> Response:
		with self.lock:
			diary, entry, original = self._find(request, event)
			self._check_etag(request, entry)
			self._invite(entry)
			if original is None:
				diary.remove(entry)
			else:
				diary.cancel_occurrence(entry, original)
			self._tell(diary, "deleted")
		return no_content()

	def get_schedule(self, request: Request) -> dict[str, Any]:
		body = json.loads(request.get_data())
		diary = self._default_diary(request)
		since, until = (_instant_of(body[name]["dateTime"]) for name in ("startTime", "endTime"))
		items = [
			{"status": "busy", "start": _when(start), "end": _when(end)}
			for start, end in self.busy(diary, since, until)
		]
		return {"value": [{"scheduleId": diary.owner, "scheduleItems": items}]}

	def subscribe(self, request: Request) -> Any:
		body = json.loads(request.get_data())
		self._check_fields(body, _SUBSCRIPTION_FIELDS)
		expires_at = _instant_of(body["expirationDateTime"])
		if expires_at > self.clock.now() + _LONGEST_SUBSCRIPTION or len(body.get("clientState", "")) > 128:
			raise _error(400, "ExtensionError", "Subscription expiration or clientState is invalid.")
		calendar = body["resource"].removeprefix("/").removeprefix("me/calendars/").removesuffix("/events")
		diary = self._diary(request, calendar)
		# The call back comes while the caller waits for the answer to its own request.
		for address in {body["notificationUrl"], body.get("lifecycleNotificationUrl") or body["notificationUrl"]}:
			self._validate(address)
		made = Subscription(
			secrets.token_hex(16),
			diary,
			body["notificationUrl"],
			body.get("lifecycleNotificationUrl", ""),
			body.get("clientState", ""),
			expires_at,
		)
		with self.lock:
			self.subscriptions[made.id] = made
		return _created(
			{"id": made.id, "resource": body["resource"], "expirationDateTime": _utc(expires_at), "clientState": None}
		)

	def renew(self, request: Request, subscription: str) -> dict[str, Any]:
		found = self._subscription(subscription)
		found.expires_at = _instant_of(json.loads(request.get_data())["expirationDateTime"])
		return {"id": found.id, "expirationDateTime": _utc(found.expires_at)}

	def unsubscribe(self, request: Request, subscription: str) -> Response:
		with self.lock:
			del self.subscriptions[self._subscription(subscription).id]
		return no_content()

	# Delta queries

	def _delta_page(self, diary: Diary, state: _Delta, *, again: bool) -> dict[str, Any]:
		"""Return a page of the delta. With `again` the items are collected. A new round begins."""
		if again:
			items, told = self._delta_items(diary, state)
			state = _Delta(diary.id, state.since, state.until, diary.changes, items, told)
			if self.empty_first_page and items:
				return {"value": [], "@odata.nextLink": self._link(diary, "$skiptoken", state)}
		now, later = state.items[: self.page_size], state.items[self.page_size :]
		following = _Delta(diary.id, state.since, state.until, state.change, later, state.told, is_last=not later)
		if later:
			return {"value": now, "@odata.nextLink": self._link(diary, "$skiptoken", following)}
		return {"value": now, "@odata.deltaLink": self._link(diary, "$deltatoken", following)}

	def _delta_items(self, diary: Diary, state: _Delta) -> tuple[list[dict[str, Any]], set[str]]:
		items: list[dict[str, Any]] = []
		told = set(state.told)
		for entry in diary.entries.values():
			if entry.changed <= state.change:
				continue
			inside = [] if entry.removed else list(diary.occurrences(entry, state.since, state.until))
			live = {_id_of(entry, each.original): each for each in inside if not each.cancelled}
			known = {identifier for identifier in told if identifier.split("_")[0] == entry.id}
			# An event that left the window, or was never in it, is reported as removed.
			gone = known.difference(live) if entry.rule else ({entry.id} - set(live) if state.change else set())
			items += [{"id": identifier, "@removed": {"reason": "deleted"}} for identifier in sorted(gone)]
			if entry.rule and live:
				items.append({**self._event(diary, entry, None), "type": "seriesMaster"})
			items += [self._told(diary, each) for each in live.values()]
			told = (told - known) | set(live)
		if self.entries_twice and items:
			older = {**items[-1], "showAs": "busy"}
			items = [older, *items]
		return items, told

	def _told(self, diary: Diary, occurrence: Occurrence) -> dict[str, Any]:
		"""Return an item of a delta. A plain occurrence has its ids and times; the rest is on its series."""
		whole = self._event(diary, occurrence.entry, occurrence.original)
		if occurrence.original is None:
			return whole
		if occurrence.original in occurrence.entry.exceptions:
			return {**whole, "type": "exception"}
		names = ("id", "seriesMasterId", "start", "end", "type")
		return {name: whole[name] for name in names}

	def _link(self, diary: Diary, parameter: str, state: _Delta) -> str:
		token = secrets.token_urlsafe(24)
		self._links[token] = state
		query = urlencode({parameter: token}, safe="$")
		return f"{self.url}{_API}/me/calendars/{diary.id}/calendarView/delta?{query}"

	# Events

	def _event(self, diary: Diary, entry: Entry, original: Moment | None) -> dict[str, Any]:
		each = diary.occurrence_at(entry, original)
		fields = {"isAllDay": entry.all_day, "isCancelled": False, "type": "singleInstance", **each.fields}
		link = fields.pop("joinUrl", "")
		for hidden in ("singleValueExtendedProperties", "body"):
			fields.pop(hidden, None)
		if original is not None:
			fields |= {"type": "occurrence", "seriesMasterId": entry.id}
		if fields.get("isOnlineMeeting"):
			fields["onlineMeeting"] = {"joinUrl": link} if link and not self.slow_meetings else None
		return {
			"@odata.etag": f'W/"{entry.changed}"',
			"responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
			"originalStartTimeZone": _WINDOWS.get(entry.zone, entry.zone),
			"webLink": f"https://outlook.office365.example/item/{entry.id}",
			**fields,
			"id": _id_of(entry, original),
			"start": _shown(each.start, each.starts_at),
			"end": _shown(each.end, each.ends_at),
		}

	def _find(self, request: Request, event: str) -> tuple[Diary, Entry, Moment | None]:
		master, _, stamp = event.partition("_")
		for diary in self.diaries.values():
			entry = diary.live(master)
			if entry and diary.owner == self._account(request):
				return diary, entry, _original(stamp, entry) if stamp else None
		raise _error(404, "ErrorItemNotFound", "The specified object was not found in the store.")

	def _diary(self, request: Request, calendar: str, *, write: bool = False) -> Diary:
		diary = self.diaries.get(calendar)
		if diary is None or diary.owner != self._account(request):
			raise _error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
		if write and not diary.writable:
			raise _error(403, "ErrorAccessDenied", "Access is denied.")
		return diary

	def _default_diary(self, request: Request) -> Diary:
		own = self._account(request)
		return next(diary for diary in self.diaries.values() if diary.owner == own and diary.primary)

	def _account(self, request: Request) -> str:
		return self.token_of(request).account  # type: ignore[union-attr]  # `before` has checked it

	def _needed(self, request: Request) -> set[str]:
		if request.path.endswith("mailboxSettings"):
			return {"mailboxsettings.read"}
		return _READ if request.method == "GET" or "subscriptions" in request.path else _WRITE

	def _new_id(self) -> str:
		"""Return a new id. Each second one differs from the one before only in the case of its letters."""
		last, self._last_id = self._last_id, ""
		if last:
			return last.swapcase()
		self._last_id = f"AAkALgAAAAAAHYQDEapmEc2byACqAC-{secrets.token_urlsafe(9).replace('_', 'x')}="
		return self._last_id

	def _changed(self, diary: Diary, entry: Entry, kind: str) -> Entry:
		diary.put(entry)
		self._tell(diary, kind)
		return entry

	def _tell(self, diary: Diary, kind: str) -> None:
		for each in self.subscriptions.values():
			if each.diary is diary:
				each.queued.append(kind)

	def _check_etag(self, request: Request, entry: Entry) -> None:
		wanted = request.headers.get("If-Match")
		if wanted and wanted != f'W/"{entry.changed}"':
			raise _error(412, "ErrorIrresolvableConflict", "The send or update operation could not be performed.")

	def _check_fields(self, body: dict[str, Any], known: set[str]) -> None:
		if set(body) - known:
			self.broken.append(f"unknown fields {sorted(set(body) - known)}")
			raise _error(400, "RequestBodyRead", f"The properties {set(body) - known} do not exist.")

	def _check_marks(self, diary: Diary, entry: Entry) -> None:
		marks = json.dumps(entry.fields.get("singleValueExtendedProperties"))
		live = [each for each in diary.entries.values() if not each.removed]
		if marks != "null" and any(
			json.dumps(each.fields.get("singleValueExtendedProperties")) == marks for each in live
		):
			self.broken.append(f"two events with the mark {marks}")

	def _open_meeting(self, entry: Entry) -> None:
		if entry.fields.get("isOnlineMeeting") and not entry.fields.get("joinUrl"):
			entry.fields["joinUrl"] = f"https://teams.example/l/meetup-join/{secrets.token_hex(8)}"

	def _invite(self, entry: Entry) -> None:
		self.invitations += [(entry.id, each["emailAddress"]["address"]) for each in entry.fields.get("attendees", [])]

	def _validate(self, address: str) -> None:
		token = f"Validation: Testing client + {secrets.token_hex(8)}"
		try:
			answer = requests.post(address, params={"validationToken": token}, timeout=10)
		except requests.RequestException as error:
			raise _error(400, "ValidationError", "The notification URL can't be reached.") from error
		is_text = answer.headers.get("Content-Type", "").startswith("text/plain")
		if answer.status_code != 200 or answer.text != token or not is_text:
			raise _error(400, "ValidationError", "The server did not echo the validation token as text/plain.")

	def _subscription(self, identifier: str) -> Subscription:
		found = self.subscriptions.get(identifier)
		if found is None:
			raise _error(404, "ResourceNotFound", "The object was not found.")
		return found

	def _issue(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
		answer = super()._issue(*args, **kwargs)
		# Microsoft grants offline access without naming it.
		answer["scope"] = " ".join(scope for scope in answer["scope"].split() if scope != "offline_access")
		return answer


def _takes_time(fields: dict[str, Any]) -> bool:
	declined = (fields.get("responseStatus") or {}).get("response") == "declined"
	shown = fields.get("showAs") in ("busy", "tentative", "oof", "unknown")
	return shown and not declined and not fields.get("isCancelled")


def _id_of(entry: Entry, original: Moment | None) -> str:
	return entry.id if original is None else f"{entry.id}_{original:%Y%m%dT%H%M}"


def _original(stamp: str, entry: Entry) -> Moment:
	moment = datetime.strptime(stamp, "%Y%m%dT%H%M")
	return moment.date() if entry.all_day else moment


def _shown(moment: Moment, instant: int) -> dict[str, str]:
	"""Return a time in UTC; of an all-day event, midnight in UTC of its date, wherever the mailbox is."""
	if not isinstance(moment, datetime):
		return {"dateTime": f"{moment.isoformat()}T00:00:00.0000000", "timeZone": "UTC"}
	return _when(instant)


def _when(instant: int) -> dict[str, str]:
	moment = datetime(1970, 1, 1) + timedelta(seconds=instant)
	return {"dateTime": f"{moment.isoformat()}.0000000", "timeZone": "UTC"}


def _times(body: dict[str, Any]) -> tuple[Moment, Moment, str]:
	zone = body["start"]["timeZone"]
	start, end = (datetime.fromisoformat(body[name]["dateTime"][:19]) for name in ("start", "end"))
	if body.get("isAllDay"):
		return date(start.year, start.month, start.day), date(end.year, end.month, end.day), zone
	return start, end, zone


def _instant_of(text: str) -> int:
	moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
	return int((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp())


def _utc(instant: int) -> str:
	return f"{datetime.fromtimestamp(instant, ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%S}Z"


def _notification(subscription: Subscription, kind: str) -> dict[str, Any]:
	return {
		"subscriptionId": subscription.id,
		"clientState": subscription.state,
		"changeType": kind,
		"resource": f"Users/x/Events/{secrets.token_hex(4)}",
		"subscriptionExpirationDateTime": _utc(subscription.expires_at),
		"resourceData": {"@odata.type": "#Microsoft.Graph.Event"},
	}


def _created(body: dict[str, Any]) -> Response:
	return Response(json.dumps(body), 201, content_type="application/json")


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Refused:
	return Refused(status, {"error": {"code": code, "message": message}}, headers)
