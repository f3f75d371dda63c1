"""An iCalendar feed by its address. It can't be written, and is always read as a whole.

A feed can't report changes. The token shows whether it is still the same: its ETag, its date and a hash of its bytes.
"""

import hashlib
import json
from urllib.parse import urlsplit

from scheduler_integration.calendars.ical.read import check, read
from scheduler_integration.calendars.provider import (
	Account,
	Changes,
	Provider,
	ProviderCalendar,
	RemoteEvent,
)
from scheduler_integration.calendars.providers.registry import PROVIDERS
from scheduler_integration.engine import Interval
from scheduler_integration.exceptions import AccessRevoked, CalendarGone, SyncTokenExpired, UnexpectedAnswer
from scheduler_integration.http.addresses import site_guard
from scheduler_integration.http.client import Answer, Client, Limits, patience
from scheduler_integration.platform.records import record

FEED = "feed"
_SECONDS = 60
# 404 and 403 may be temporary, for example while a server is moved. The host's times are closed meanwhile.
_GONE = frozenset({403, 404, 410})


class IcsFeed(Provider):
	kind = PROVIDERS["ICS"]

	def __init__(self, account: Account):
		self._account = account
		self._client = Client(guard=site_guard(), limits=Limits(), budget=patience(_SECONDS))
		self._fetched: Answer | None = None

	def calendars(self) -> list[ProviderCalendar]:
		"""Return the feed. It is fetched here, so that a wrong address is noticed at once; `changes` reads the fetched feed."""
		self._fetched = self._fetch({})
		body = self._fetched.body
		check(body)
		# The feed's own name: X-WR-CALNAME, or NAME of RFC 7986, section 5.1.
		lines = (line.partition(":") for line in body[:20_000].decode(errors="replace").splitlines())
		name = next(
			(text.strip()[:140] for head, _colon, text in lines if head.upper() in ("X-WR-CALNAME", "NAME")), ""
		)
		return [ProviderCalendar(id=FEED, name=name or self._host(), is_primary=True)]

	def changes(self, calendar: str, window: Interval, token: str = "", page: str = "") -> Changes:
		stored = json.loads(token) if token else {}
		answer = self._fetched or self._fetch(stored)
		if answer.status == 304 or (stored and stored["digest"] == _digest(answer.body)):
			return Changes(token=token, unchanged=True)
		self._fetched = answer
		if token:
			# Everything may have changed. The sync calls again without the token, and gets the feed that was just fetched.
			raise SyncTokenExpired()
		self._fetched = None
		reading = read(answer.body, window, self._account.zone, [self._account.email.lower()])
		events = tuple(record(RemoteEvent, event, id=event.uid, replies={}) for event in reading.events)
		etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
		kept = {"etag": etag[:500], "modified": modified[:100], "digest": _digest(answer.body)}
		return Changes(events=events, token=json.dumps(kept), unreadable=reading.unreadable)

	def close(self) -> None:
		self._client.close()

	def _fetch(self, stored: dict) -> Answer:
		headers = {"Accept": "text/calendar"}
		if stored.get("etag"):
			headers["If-None-Match"] = stored["etag"]
		if stored.get("modified"):
			headers["If-Modified-Since"] = stored["modified"]
		answer = self._client.send("GET", self._account.address, headers=headers)
		if answer.status == 401:
			raise AccessRevoked(host=self._host())
		if answer.status in _GONE:
			raise CalendarGone(host=self._host())
		if answer.status not in (200, 304):
			raise UnexpectedAnswer(answer.status, host=self._host())
		return answer

	def _host(self) -> str:
		return urlsplit(self._account.address).hostname or ""


def open_account(account: Account) -> IcsFeed:
	return IcsFeed(account)


def _digest(body: bytes) -> str:
	return hashlib.sha256(body).hexdigest()
