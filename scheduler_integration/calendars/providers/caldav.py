"""CalDAV (RFC 4791): iCloud, Fastmail, Nextcloud, Radicale and others, by address and app password.

Series are expanded here and not by the server, because servers do it differently. Each resource (an event with its
exceptions) becomes one RemoteEvent, with the busy times in the window of the sync.
"""

import json
import re
from collections import defaultdict
from dataclasses import replace
from urllib.parse import urljoin, urlsplit
from xml.sax.saxutils import escape

from icalendar import Calendar, Event

from scheduler_integration.calendars.ical.expand import MARK
from scheduler_integration.calendars.ical.read import read
from scheduler_integration.calendars.provider import (
	Account,
	Changes,
	OutgoingEvent,
	Provider,
	ProviderCalendar,
	RemoteEvent,
	Stored,
)
from scheduler_integration.calendars.providers.dav import (
	CS,
	C,
	D,
	Dav,
	DavError,
	Resource,
	element,
	hrefs,
	precondition,
	same_path,
)
from scheduler_integration.calendars.providers.registry import PROVIDERS
from scheduler_integration.engine import Interval
from scheduler_integration.exceptions import (
	CalendarGone,
	EventChanged,
	OutsideError,
	SyncTokenExpired,
	UnexpectedAnswer,
)
from scheduler_integration.platform.clock import utc
from scheduler_integration.platform.records import picked, record

PRODID = "-//Scheduler Integration//Calendar//EN"
# The most resources in one request. Servers refuse very long requests.
_BATCH = 100
# If more resources than this have changed, the whole window is read.
_MOST_CHANGED = 1_000
# From 1970 to 2100: finds an event of the app wherever it was moved.
_ALWAYS = (0, 4_102_444_800)
_CTAG = "ctag:"
_WRITES = (f"{D}write", f"{D}write-content", f"{D}bind", f"{D}all")
_KEY = re.compile(r"([0-9a-f]{32})\.ics$")


class CalDav(Provider):
	kind = PROVIDERS["CalDAV"]

	def __init__(self, account: Account):
		self._account = account
		self._dav = Dav(account)
		self._owners = {account.email.lower(), account.login.lower()}

	# The list of calendars

	def calendars(self) -> list[ProviderCalendar]:
		"""Return the account's calendars: RFC 6764 and RFC 4791, section 6.2.

		The typed address may be that of the server, of the principal, of the calendars' home or of one calendar.
		"""
		names = (
			"D:resourcetype",
			"D:displayname",
			"D:current-user-privilege-set",
			"C:supported-calendar-component-set",
			"C:calendar-timezone",
		)
		collections = self._dav.propfind(self._home(), 1, *names).resources
		calendars = [_calendar(collection) for collection in collections if _is_calendar(collection)]
		first = next((calendar for calendar in calendars if calendar.can_write), calendars[0] if calendars else None)
		return [replace(calendar, is_primary=True) if calendar is first else calendar for calendar in calendars]

	def _home(self) -> str:
		start = self._account.address
		principal = ""
		for url in dict.fromkeys([start, urljoin(start, "/.well-known/caldav"), urljoin(start, "/")]):
			resource = self._look(url)
			if resource is None:
				continue
			if _is_calendar(resource):
				return resource.url
			principal = resource.href(f"{D}current-user-principal")
			if principal:
				break
		home = self._look(principal) if principal else None
		return home.href(f"{C}calendar-home-set") if home and home.href(f"{C}calendar-home-set") else start

	def _look(self, url: str) -> Resource | None:
		names = ("D:current-user-principal", "C:calendar-home-set", "D:resourcetype")
		try:
			return next(iter(self._dav.propfind(url, 0, *names).resources), None)
		except UnexpectedAnswer:
			return None

	def changes(self, calendar: str, window: Interval, token: str = "", page: str = "") -> Changes:
		try:
			if not token:
				return self._everything(calendar, window, page)
			if token.startswith(_CTAG):
				# For a server that can't report changes: whether anything has changed, by the calendar's tag.
				if self._current_token(calendar) != token:
					raise SyncTokenExpired()
				return Changes(token=token, unchanged=True)
			return self._since(calendar, window, page or token)
		except DavError as error:
			if error.status in (403, 404, 410):
				raise CalendarGone(host=error.host) from None
			raise

	def _everything(self, calendar: str, window: Interval, page: str) -> Changes:
		"""Return the next batch of the window's resources.

		The token is fetched before the resources, so the next sync reports changes in between once more. `page` contains
		the token and the last resource that was read.
		"""
		done = json.loads(page) if page else {"token": self._current_token(calendar), "after": ""}
		span = f'start="{_stamp(window[0])}" end="{_stamp(window[1])}"'
		filters = f'<C:comp-filter name="VEVENT"><C:time-range {span}/></C:comp-filter>'
		query = f'<D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR">{filters}</C:comp-filter></C:filter>'
		answer = self._dav.report(calendar, element("C:calendar-query", query))
		every = sorted(each.url for each in answer.resources if each.status == 200)
		urls = [url for url in every if url > done["after"]]
		batch, rest = urls[:_BATCH], urls[_BATCH:]
		found = replace(self._read(calendar, batch, window), removed=(), total=len(every))
		if rest:
			return replace(found, next_page=json.dumps({"token": done["token"], "after": batch[-1]}))
		return replace(found, token=done["token"])

	def _current_token(self, calendar: str) -> str:
		resources = self._dav.propfind(calendar, 0, "D:sync-token", "CS:getctag").resources
		resource = resources[0] if resources else None
		if resource is None:
			return ""
		tag = resource.text(f"{CS}getctag")
		return resource.text(f"{D}sync-token") or (f"{_CTAG}{tag}" if tag else "")

	def _since(self, calendar: str, window: Interval, token: str) -> Changes:
		"""Return the changes since the token (RFC 6578). If the answer is truncated (507), its token leads to the rest."""
		try:
			wanted = f"<D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>"
			report = self._dav.report(calendar, element("D:sync-collection", wanted), depth=0)
		except DavError as error:
			if error.condition == f"{D}valid-sync-token":
				raise SyncTokenExpired() from None
			raise
		urls = defaultdict[int, list[str]](list)
		for resource in report.resources:
			if not same_path(resource.url, calendar):
				urls[resource.status].append(resource.url)
		if len(urls[200]) > _MOST_CHANGED or not report.sync_token:
			raise SyncTokenExpired()
		found = self._read(calendar, urls[200], window)
		found = replace(found, removed=(*urls[404], *found.removed))
		if any(resource.status == 507 for resource in report.resources):
			return replace(found, next_page=report.sync_token)
		return replace(found, token=report.sync_token)

	def _read(self, calendar: str, urls: list[str], window: Interval) -> Changes:
		"""Return the resources as events, those that no longer exist, and how many can't be read."""
		events: list[RemoteEvent] = []
		gone: list[str] = []
		unreadable = 0
		for begin in range(0, len(urls), _BATCH):
			wanted = f"<D:prop><D:getetag/><C:calendar-data/></D:prop>{hrefs(urls[begin : begin + _BATCH])}"
			for resource in self._dav.report(calendar, element("C:calendar-multiget", wanted)).resources:
				data = resource.text(f"{C}calendar-data")
				if resource.status == 404:
					gone.append(resource.url)
				elif data:
					event, problems = self._event(resource, data, window)
					events.append(event)
					unreadable += problems
		return Changes(events=tuple(events), removed=tuple(gone), unreadable=unreadable)

	def _event(self, resource: Resource, data: str, window: Interval) -> tuple[RemoteEvent, int]:
		url, etag = resource.url, resource.text(f"{D}getetag")
		try:
			reading = read(data.encode(), window, self._account.zone, self._owners)
		except OutsideError:
			return RemoteEvent(id=url, etag=etag), 1
		events = reading.events
		single = events[0] if len(events) == 1 else None
		key = _KEY.search(urlsplit(url).path)
		return RemoteEvent(
			id=url,
			busy=tuple(busy for event in events for busy in event.busy),
			**(picked(single, "uid", "start", "end", "replies") if single else {}),
			mark=next((event.mark for event in events if event.mark), "") or (key[1] if key else ""),
			etag=etag,
		), reading.unreadable

	# Writing

	def put(self, calendar: str, event: OutgoingEvent, stored: Stored | None = None) -> Stored:
		url = stored.id if stored else _url(calendar, event.key)
		if stored and stored.etag:
			return self._write(url, event, {"If-Match": stored.etag})
		try:
			return self._write(url, event, {"If-None-Match": "*"})
		except EventChanged:
			# The event exists: an earlier try wrote it, and its answer was lost. Or its UID exists at another address.
			return self._write_over(calendar, url, event)

	def _write(self, url: str, event: OutgoingEvent, condition: dict[str, str]) -> Stored:
		headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
		answer = self._dav.send("PUT", url, body=_text(event), headers=headers)
		clash = precondition(answer) == f"{C}no-uid-conflict"
		if answer.status == 412 or clash:
			raise EventChanged(host=answer.host)
		if answer.status == 404 and "If-Match" in condition:
			raise EventChanged(host=answer.host)
		if answer.status in (403, 404, 405):
			raise CalendarGone(host=answer.host)
		answer.expect(200, 201, 204)
		return Stored(id=url, etag=answer.headers.get("ETag") or self._etag(url), uid=event.uid)

	def _write_over(self, calendar: str, url: str, event: OutgoingEvent) -> Stored:
		"""Write the event where it already is: at the app's address, or where another program stored the same UID."""
		etag = self._etag(url)
		if not etag:
			match = f'<C:prop-filter name="UID"><C:text-match collation="i;octet">{escape(event.uid)}</C:text-match></C:prop-filter>'
			events = (
				f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{match}</C:comp-filter></C:comp-filter>'
			)
			query = element("C:calendar-query", f"<D:prop><D:getetag/></D:prop><C:filter>{events}</C:filter>")
			url = next((resource.url for resource in self._dav.report(calendar, query).resources), "")
			etag = self._etag(url) if url else ""
		if not etag:
			raise EventChanged()
		return self._write(url, event, {"If-Match": etag})

	def _etag(self, url: str) -> str:
		answer = self._dav.send("GET", url)
		return answer.headers.get("ETag", "") if answer.status == 200 else ""

	def remove(self, calendar: str, key: str, stored: Stored | None = None, *, notify: bool = False) -> None:
		answer = self._dav.send("DELETE", stored.id if stored else _url(calendar, key))
		if answer.status not in (404, 410):
			answer.expect()

	def find(self, calendar: str, key: str, stored: Stored | None = None) -> RemoteEvent | None:
		url = stored.id if stored else _url(calendar, key)
		answer = self._dav.send("GET", url)
		if answer.status in (404, 410):
			return None
		answer.expect(200)
		reading = read(answer.body, _ALWAYS, self._account.zone, self._owners)
		event = next(iter(reading.events), None)
		if event is None:
			return None
		return record(RemoteEvent, event, id=url, etag=answer.headers.get("ETag", ""))

	def close(self) -> None:
		self._dav.close()


def open_account(account: Account) -> CalDav:
	return CalDav(account)


def _is_calendar(resource: Resource) -> bool:
	"""Whether this is a calendar for events, and not only for tasks."""
	if not resource.has(f"{D}resourcetype", f"{C}calendar"):
		return False
	kinds = resource.properties.get(f"{C}supported-calendar-component-set")
	return kinds is None or not len(kinds) or any(kind.get("name", "").upper() == "VEVENT" for kind in kinds)


def _calendar(resource: Resource) -> ProviderCalendar:
	rights = f"{D}current-user-privilege-set"
	name = resource.text(f"{D}displayname") or urlsplit(resource.url).path.rstrip("/").rpartition("/")[2]
	# A server that lists no rights usually allows everything.
	can_write = rights not in resource.properties or resource.has(rights, *_WRITES)
	return ProviderCalendar(id=resource.url, name=name, can_write=can_write)


def _url(calendar: str, key: str) -> str:
	return urljoin(calendar if calendar.endswith("/") else calendar + "/", f"{key}.ics")


def _stamp(instant: int) -> str:
	return f"{utc(instant):%Y%m%dT%H%M%SZ}"


def _text(outgoing: OutgoingEvent) -> bytes:
	"""Return the event as iCalendar. It has no attendees, because the server might send them invitations of its own."""
	event = Event()
	event.add("uid", outgoing.uid)
	event.add("dtstamp", utc(outgoing.start))
	event.add("dtstart", utc(outgoing.start))
	event.add("dtend", utc(outgoing.end))
	event.add("summary", outgoing.title)
	event.add("description", outgoing.description)
	if outgoing.location:
		event.add("location", outgoing.location)
	event.add(MARK, outgoing.key)
	calendar = Calendar()
	calendar.add("prodid", PRODID)
	calendar.add("version", "2.0")
	calendar.add_component(event)
	return calendar.to_ical()
