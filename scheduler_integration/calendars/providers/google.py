"""Google Calendar, through google-api-python-client on the app's own HTTP client.

Google's library builds and checks the requests. The app's client sends them, so that time-outs, retries and logs are the
same for each vendor. A bench of Frappe 15 or 16 may have any version of the library from 2.2 to 2.188, so only features
of both are used. The library includes Google's description of the API, so no request is needed to build the service.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import httplib2
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from scheduler_integration.calendars.provider import (
	Account,
	Changes,
	Channel,
	OutgoingEvent,
	Provider,
	ProviderCalendar,
	RemoteEvent,
	Stored,
)
from scheduler_integration.calendars.providers import google_events
from scheduler_integration.calendars.providers.registry import PROVIDERS
from scheduler_integration.engine import Interval
from scheduler_integration.exceptions import (
	AccessRevoked,
	CalendarGone,
	EventChanged,
	OutsideError,
	SyncTokenExpired,
	TooManyRequests,
	UnexpectedAnswer,
)
from scheduler_integration.http.oauth import tokens
from scheduler_integration.http.oauth.session import VendorSession
from scheduler_integration.http.oauth.tokens import Holder
from scheduler_integration.http.oauth.vendors import GOOGLE, located
from scheduler_integration.platform.clock import iso_z

_ADDRESS = "https://www.googleapis.com/calendar/v3/"
_LIST_FIELDS = f"items({google_events.READ_FIELDS}),nextPageToken,nextSyncToken,timeZone"
_PAGE_SIZE = 500
# Google grants about a week, even if more is asked for.
_CHANNEL_SECONDS = 7 * 86400
_TOO_MANY = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "calendarUsageLimitExceeded"})
_GONE = frozenset({404, 410})
_PARSE_ERRORS = (AttributeError, KeyError, TypeError, ValueError, IndexError)


def open_account(account: Account) -> "GoogleCalendar":
	"""Return the provider of a connected Google account."""
	return GoogleCalendar(account, VendorSession(GOOGLE, Holder("Calendar Connection", account.name)))


@dataclass(slots=True)
class _Transport:
	"""The part of httplib2.Http that Google's library uses, on our client."""

	session: VendorSession

	def request(
		self, uri: str, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None, **_unused: Any
	) -> tuple[httplib2.Response, bytes]:
		# The app's client sets these headers itself. It also decompresses the answer, so the library mustn't ask for gzip.
		own = {
			key: text for key, text in (headers or {}).items() if key.lower() not in ("user-agent", "accept-encoding")
		}
		answer = self.session.send(method, located(GOOGLE, uri), body=body, headers=own)
		return httplib2.Response({**answer.headers, "status": str(answer.status)}), answer.body

	def close(self) -> None:
		self.session.close()


class GoogleCalendar(Provider):
	"""One Google account. See `calendars.provider.Provider` for the methods."""

	kind = PROVIDERS["Google"]

	def __init__(self, account: Account, session: VendorSession):
		self._account, self._session = account, session
		self._transport = _Transport(session)

	def calendars(self) -> list[ProviderCalendar]:
		items: list[ProviderCalendar] = []
		page = None
		while True:
			request = _resource("calendarList").list(pageToken=page, maxResults=250)
			with _errors({}):
				answer = self._execute(request)
			items += [_calendar(item) for item in answer.get("items") or () if not item.get("deleted")]
			page = answer.get("nextPageToken")
			if not page:
				return items

	def changes(self, calendar: str, window: Interval, token: str = "", page: str = "") -> Changes:
		request = _resource("events").list(
			calendarId=calendar,
			# The same in every request with one token: Google refuses the token with other parameters.
			singleEvents=True,
			maxResults=_PAGE_SIZE,
			fields=_LIST_FIELDS,
			pageToken=page or None,
			**({"syncToken": token} if token else {"timeMin": iso_z(window[0]), "timeMax": iso_z(window[1])}),
		)
		# 400: Google doesn't recognise this as a token.
		unknown = {400: SyncTokenExpired} if token else {}
		with _errors({404: CalendarGone, 410: SyncTokenExpired, **unknown}):
			answer = self._execute(request)
		return google_events.read_changes(answer, self._account.zone)

	def put(self, calendar: str, event: OutgoingEvent, stored: Stored | None = None) -> Stored:
		if stored is None:
			return self._created(calendar, event)
		must_know = stored.is_pending or event.invites
		now = self._get(calendar, stored.id) if must_know else {"hangoutLink": stored.join_url}
		if now is None:
			raise EventChanged
		# When the link is ready, Google itself changes the event, and so its version.
		version = now["etag"] if stored.is_pending else stored.etag
		return self._patched(calendar, event, {**now, "id": stored.id, "etag": version})

	def remove(self, calendar: str, key: str, stored: Stored | None = None, *, notify: bool = False) -> None:
		request = _resource("events").delete(
			calendarId=calendar, eventId=stored.id if stored else key, sendUpdates="all" if notify else "none"
		)
		with _errors({}):
			self._execute_or_gone(request)

	def find(self, calendar: str, key: str, stored: Stored | None = None) -> RemoteEvent | None:
		item = self._get(calendar, stored.id if stored else key)
		if item is None:
			return None
		# Our own events have times with an offset; only an event that its owner made all-day needs the zone.
		return google_events.read_event(item, self._account.zone)

	def watch(self, calendar: str, address: str, secret: str) -> Channel:
		body = {
			"id": uuid.uuid4().hex,
			"type": "web_hook",
			"address": address,
			"token": secret,
			"expiration": str((self._session.now() + _CHANNEL_SECONDS) * 1000),
		}
		with _errors({404: CalendarGone}):
			answer = self._execute(_resource("events").watch(calendarId=calendar, body=body))
		expires_at = int(answer.get("expiration") or 0) // 1000
		return Channel(id=body["id"], resource=str(answer["resourceId"]), secret=secret, expires_at=expires_at)

	def unwatch(self, channel: Channel) -> None:
		request = _resource("channels").stop(body={"id": channel.id, "resourceId": channel.resource})
		with _errors({}):
			self._execute_or_gone(request)

	def revoke(self) -> None:
		tokens.revoke(GOOGLE, self._session.holder)

	def close(self) -> None:
		self._session.close()

	def _created(self, calendar: str, event: OutgoingEvent) -> Stored:
		body = {**google_events.written(event, {}), "id": event.key}
		request = _resource("events").insert(
			calendarId=calendar, body=body, sendUpdates=_mails(event), conferenceDataVersion=1
		)
		try:
			with _errors({404: CalendarGone, 409: _IdTaken}):
				return google_events.read_stored(self._execute(request))
		except _IdTaken:
			# An earlier try succeeded, and its answer was lost. (A deleted event keeps its id too, and is handled differently.)
			now = self._get(calendar, event.key)
			if now is None:
				raise EventChanged from None
			return self._patched(calendar, event, now)

	def _patched(self, calendar: str, event: OutgoingEvent, now: dict[str, Any]) -> Stored:
		"""Change the event as given, unless it was changed after `now`: its id, version, link and attendees' answers."""
		body = google_events.written(event, now)
		if event.has_other_call:
			body["conferenceData"] = None
		request = _resource("events").patch(
			calendarId=calendar,
			eventId=now["id"],
			body=body,
			sendUpdates=_mails(event),
			# Without this parameter, Google ignores the conference, or removes it.
			conferenceDataVersion=1,
		)
		if now.get("etag"):
			request.headers["If-Match"] = now["etag"]
		with _errors({403: EventChanged, 404: EventChanged, 410: EventChanged, 412: EventChanged}):
			return google_events.read_stored(self._execute(request))

	def _get(self, calendar: str, event: str) -> dict[str, Any] | None:
		with _errors({}):
			item = self._execute_or_gone(_resource("events").get(calendarId=calendar, eventId=event))
		return None if item is None or item.get("status") == "cancelled" else item

	def _execute(self, request: Any) -> dict[str, Any]:
		return request.execute(http=self._transport, num_retries=0)

	def _execute_or_gone(self, request: Any) -> dict[str, Any] | None:
		"""Return the answer, or None if the requested thing no longer exists."""
		try:
			return self._execute(request) or {}
		except HttpError as error:
			if int(error.resp.status) in _GONE:
				return None
			raise


@cache
def _resource(name: str) -> Any:
	"""Return the library's methods of a resource such as `events`, which build and check requests.

	Building the methods takes milliseconds, so each process does it once. They belong to no account. Each request is
	executed with its account's own transport, and would fail without one.
	"""
	return getattr(_service(), name)()


@cache
def _service() -> Any:
	return build(
		"calendar",
		"v3",
		http=object(),
		static_discovery=True,
		cache_discovery=False,
		client_options={"api_endpoint": _ADDRESS},
	)


class _IdTaken(OutsideError):
	"""An event with this id exists, or existed."""


@contextmanager
def _errors(by_status: dict[int, type[OutsideError]]) -> Iterator[None]:
	"""Turn Google's errors into the app's. `by_status` has the errors with a special meaning in this request."""
	try:
		yield
	except HttpError as error:
		# Version 2.2 has no HttpError.reason.
		status, reason = int(error.resp.status), ""
		with suppress(*_PARSE_ERRORS):
			reason = str(json.loads(error.content)["error"]["errors"][0]["reason"])
		if reason in _TOO_MANY:
			raise TooManyRequests() from None
		if reason in ("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
			raise AccessRevoked() from None
		if reason == "requiredAccessLevel":
			raise CalendarGone() from None
		if status in by_status:
			raise by_status[status]() from None
		raise UnexpectedAnswer(status, reason) from None


def _calendar(item: dict[str, Any]) -> ProviderCalendar:
	return ProviderCalendar(
		id=item["id"],
		name=str(item.get("summaryOverride") or item.get("summary") or item["id"]),
		zone=google_events.known_zone(item.get("timeZone"), ""),
		is_primary=bool(item.get("primary")),
		can_write=item.get("accessRole") in ("owner", "writer"),
	)


def _mails(event: OutgoingEvent) -> str:
	return "all" if event.invites and not event.is_over else "none"
