"""Outlook calendars, through Microsoft Graph 1.0.

Every request asks for immutable ids and for times in UTC. Delta queries have their state in links. A link is followed
unchanged, but only if it leads to this API, because the access token is sent with it.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

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
from scheduler_integration.calendars.providers import outlook_events
from scheduler_integration.calendars.providers.registry import PROVIDERS
from scheduler_integration.engine import Interval
from scheduler_integration.exceptions import (
	AddressRefused,
	CalendarGone,
	EventChanged,
	SyncTokenExpired,
	UnexpectedAnswer,
)
from scheduler_integration.http.addresses import same_origin
from scheduler_integration.http.client import Answer
from scheduler_integration.http.oauth.session import VendorSession
from scheduler_integration.http.oauth.tokens import Holder
from scheduler_integration.http.oauth.vendors import MICROSOFT, located
from scheduler_integration.platform.clock import iso_z
from scheduler_integration.platform.records import text_at

_ADDRESS = "https://graph.microsoft.com/v1.0"
_PAGE_SIZE = 200
_PREFER = f'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize={_PAGE_SIZE}'
# Graph allows almost seven days.
_SUBSCRIPTION_SECONDS = 6 * 86400
_GONE = (404, 410)


def open_account(account: Account) -> "OutlookCalendar":
	"""Return the provider of a connected Microsoft account."""
	return OutlookCalendar(account, VendorSession(MICROSOFT, Holder("Calendar Connection", account.name)))


class OutlookCalendar(Provider):
	"""One Microsoft account. See `calendars.provider.Provider` for the methods."""

	kind = PROVIDERS["Outlook"]

	def __init__(self, account: Account, session: VendorSession):
		self._account, self._session = account, session
		self._base = located(MICROSOFT, _ADDRESS)
		self._series: dict[str, dict[str, Any] | None] = {}

	def calendars(self) -> list[ProviderCalendar]:
		items: list[ProviderCalendar] = []
		address = f"{self._base}/me/calendars"
		while address:
			page = self._send("GET", address).expect(200).json()
			items += [
				ProviderCalendar(
					id=item["id"],
					name=text_at(item, "name"),
					zone="",
					is_primary=bool(item.get("isDefaultCalendar")),
					can_write=bool(item.get("canEdit")),
				)
				for item in page.get("value") or ()
			]
			address = self._own_link(page.get("@odata.nextLink"))
		return items

	def changes(self, calendar: str, window: Interval, token: str = "", page: str = "") -> Changes:
		link, params = page or token, None
		if not link:
			params = {"startDateTime": iso_z(window[0]), "endDateTime": iso_z(window[1])}
		elif not self._is_own(link):
			raise SyncTokenExpired
		first = f"{self._base}/me/calendars/{quote(calendar, safe='')}/calendarView/delta"
		answer = self._send("GET", link or first, params=params)
		if answer.status == 410 or (answer.status == 404 and link):
			raise SyncTokenExpired(host=answer.host)
		if answer.status in (403, 404):
			raise CalendarGone(host=answer.host)
		body = answer.expect(200).json()
		events, removed, unreadable = self._read(body.get("value") or ())
		return Changes(
			events=tuple(events.values()),
			removed=tuple(removed),
			next_page=self._own_link(body.get("@odata.nextLink")),
			token=self._own_link(body.get("@odata.deltaLink")),
			unreadable=unreadable,
		)

	def put(self, calendar: str, event: OutgoingEvent, stored: Stored | None = None) -> Stored:
		if stored is None:
			# Exchange remembers a transaction id only for a while, but the key stays in the event.
			now = self._by_key(calendar, event.key)
			if now:
				return self._patched(event, now)
			address = f"{self._base}/me/calendars/{quote(calendar, safe='')}/events"
			answer = self._send("POST", address, json=outlook_events.created(event))
			if answer.status in (403, 404):
				raise CalendarGone(host=answer.host)
			return outlook_events.read_stored(answer.expect(200, 201).json())
		if stored.is_pending:
			now = self._get(stored.id)
			if now is None:
				raise EventChanged
			return self._patched(event, now)
		return self._patched(event, {"id": stored.id, "@odata.etag": stored.etag})

	def remove(self, calendar: str, key: str, stored: Stored | None = None, *, notify: bool = False) -> None:
		# If there are attendees, Exchange itself tells them.
		identifier = stored.id if stored else (self._by_key(calendar, key) or {}).get("id")
		if identifier:
			answer = self._send("DELETE", self._event(identifier))
			if answer.status not in _GONE:
				answer.expect()

	def find(self, calendar: str, key: str, stored: Stored | None = None) -> RemoteEvent | None:
		item = self._get(stored.id) if stored else self._by_key(calendar, key)
		return outlook_events.read_event(item, self._zone_of(item)) if item and not item.get("isCancelled") else None

	def watch(self, calendar: str, address: str, secret: str) -> Channel:
		body = {
			"resource": f"/me/calendars/{calendar}/events",
			"changeType": "created,updated,deleted",
			"notificationUrl": address,
			"lifecycleNotificationUrl": address,
			"clientState": secret,
			"expirationDateTime": iso_z(self._session.now() + _SUBSCRIPTION_SECONDS),
		}
		answer = self._send("POST", f"{self._base}/subscriptions", json=body)
		if answer.status == 404:
			raise CalendarGone(host=answer.host)
		made = answer.expect(201).json()
		expires_at = outlook_events.instant(made["expirationDateTime"])
		return Channel(id=made["id"], secret=secret, expires_at=expires_at)

	def unwatch(self, channel: Channel) -> None:
		answer = self._send("DELETE", f"{self._base}/subscriptions/{quote(channel.id, safe='')}")
		if answer.status not in _GONE:
			answer.expect()

	def revoke(self) -> None:
		"""Do nothing: Microsoft has no address for it. The person removes the app on myapps.microsoft.com."""

	def close(self) -> None:
		self._session.close()

	# Reading

	def _read(self, items: Sequence[dict[str, Any]]) -> tuple[dict[str, RemoteEvent], list[str], int]:
		"""Return the page's events, by id, the removed ids, and how many items can't be understood.

		An item may come several times, and the last one counts. A series isn't returned, but its occurrences are.
		"""
		events: dict[str, RemoteEvent] = {}
		removed: dict[str, None] = {}
		unreadable = 0
		self._series |= {item["id"]: item for item in items if item.get("type") == "seriesMaster"}
		for item in items:
			events.pop(item["id"], None)
			removed.pop(item["id"], None)
			try:
				event = self._event_of(item)
			except (KeyError, TypeError, ValueError):
				unreadable += 1
				continue
			if event:
				events[item["id"]] = event
			else:
				removed[item["id"]] = None
		return events, list(removed), unreadable

	def _event_of(self, item: dict[str, Any]) -> RemoteEvent | None:
		"""Return the event of an item, or None if there is none (any more)."""
		if "@removed" in item or item.get("type") == "seriesMaster":
			return None
		whole: dict[str, Any] | None = item
		if not outlook_events.is_whole(item):
			identifier = item.get("seriesMasterId", "") if {"start", "end"} <= set(item) else ""
			if identifier and identifier not in self._series:
				self._series[identifier] = self._get(identifier)
			series = self._series.get(identifier)
			whole = outlook_events.merged(series, item) if series else self._get(item["id"])
		if whole is None or whole.get("isCancelled"):
			return None
		return outlook_events.read_event(whole, self._zone_of(whole))

	def _zone_of(self, item: Mapping[str, Any]) -> str:
		"""Return the zone of the dates of an all-day event: the mailbox's, or the zone in which the event was written."""
		if not item.get("isAllDay"):
			return "UTC"
		zone = self._mailbox_zone or outlook_events.zone_name(item.get("originalStartTimeZone"))
		return zone or self._account.zone

	@cached_property
	def _mailbox_zone(self) -> str:
		answer = self._send("GET", f"{self._base}/me/mailboxSettings")
		# Microsoft refuses this if the account was connected without the permission.
		return outlook_events.zone_name(answer.json().get("timeZone")) if answer.status == 200 else ""

	# Writing

	def _patched(self, event: OutgoingEvent, now: Mapping[str, Any]) -> Stored:
		is_meeting = event.conference == "teams" or now.get("isOnlineMeeting")
		body = outlook_events.changed(event) if is_meeting else outlook_events.changed_with_body(event)
		if event.conference == "teams" and now.get("isOnlineMeeting") is False:
			# The event was written before the call was asked for, or somebody removed the call from it.
			body |= outlook_events.TEAMS_CALL
		headers = {"If-Match": now["@odata.etag"]} if now.get("@odata.etag") else {}
		answer = self._send("PATCH", self._event(now["id"]), json=body, headers=headers)
		if answer.status in (404, 410, 412):
			raise EventChanged(host=answer.host)
		return outlook_events.read_stored(answer.expect(200).json())

	def _get(self, identifier: str) -> dict[str, Any] | None:
		answer = self._send("GET", self._event(identifier))
		return None if answer.status in _GONE else answer.expect(200).json()

	def _by_key(self, calendar: str, key: str) -> dict[str, Any] | None:
		"""Return the event with our key, or None."""
		prop = outlook_events.KEY_PROPERTY
		wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{prop}' and ep/value eq '{key}')"
		address = f"{self._base}/me/calendars/{quote(calendar, safe='')}/events"
		answer = self._send("GET", address, params={"$filter": wanted})
		if answer.status == 404:
			raise CalendarGone(host=answer.host)
		return next(iter(answer.expect(200).json().get("value") or ()), None)

	# Requests

	def _send(self, method: str, address: str, *, headers: Mapping[str, str] | None = None, **request: Any) -> Answer:
		return self._session.send(method, address, headers={"Prefer": _PREFER, **(headers or {})}, **request)

	def _event(self, identifier: str) -> str:
		return f"{self._base}/me/events/{quote(identifier, safe='')}"

	def _own_link(self, link: Any) -> str:
		"""Return the link if it leads to this API; empty without a link. Raises UnexpectedAnswer for any other link."""
		if not link:
			return ""
		if not self._is_own(str(link)):
			raise UnexpectedAnswer(200, host=urlsplit(str(link)).hostname or "")
		return str(link)

	def _is_own(self, link: str) -> bool:
		try:
			stays = same_origin(link, self._base)
		except AddressRefused:  # not even a web address
			return False
		return stays and urlsplit(link).path.startswith(f"{urlsplit(self._base).path}/me/")
