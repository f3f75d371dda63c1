"""Random changes and faults in a calendar: at the end, the busy times equal its events, and its events the bookings.

A gateway between the app and a real Radicale loses answers, drops connections and asks to wait. The expected busy times
are computed here, from the test's own list of events and their rules, without the app's reader.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

import frappe
import pytest
import requests
from dateutil.rrule import rrulestr

from scheduler_integration import bookings, engine
from scheduler_integration.calendars.health import LEASE_SECONDS as LEASE
from scheduler_integration.calendars.sync import sync
from scheduler_integration.exceptions import SchedulingError
from tests.support.calendar_servers import CalendarServer, calendar_of
from tests.support.calendars import book, deliver
from tests.support.factories import at, make_meeting_type, make_page
from tests.support.wsgi import Request, Response, serving

NOW = at("2026-03-01 06:00")
HOUR = 3600
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
RULES = ("", "", "FREQ=DAILY;COUNT=5", "FREQ=WEEKLY;COUNT=6", "FREQ=WEEKLY;INTERVAL=2;COUNT=4", "FREQ=MONTHLY;COUNT=3")

pytestmark = pytest.mark.xdist_group("calendar-servers")


@dataclass
class Gateway:
	"""Passes requests on, and sometimes fails: before the server saw the request, or after it has carried it out."""

	server: CalendarServer
	dice: random.Random
	faults: float = 0.0
	seen: list[str] = field(default_factory=list)

	def __call__(self, request: Request) -> Response:
		fault = self.dice.random() < self.faults
		kind = self.dice.choice(("before", "after", "busy")) if fault else ""
		self.seen.append(f"{request.method} {kind}")
		if kind == "before":
			return Response(status=502)
		if kind == "busy":
			return Response(status=429, headers={"Retry-After": "60"})
		target = self.server.address.rstrip("/") + request.full_path.rstrip("?")
		headers = {key: text for key, text in request.headers if key not in ("Host", "Content-Length")}
		answer = requests.request(request.method, target, data=request.get_data(), headers=headers, timeout=20)
		if kind == "after":
			return Response(status=502)
		passed = {key: text for key, text in answer.headers.items() if key in ("ETag", "Content-Type", "Location")}
		return Response(answer.content, answer.status_code, passed)


@dataclass
class Entry:
	"""An event of the model: wall time of its start, length, zone, rule, and the dates that were taken out."""

	name: str
	start: datetime
	minutes: int
	zone: str
	rule: str
	whole_day: bool = False
	is_free: bool = False
	without: list[datetime] = field(default_factory=list)

	def text(self) -> str:
		lines = ["BEGIN:VEVENT", f"UID:{self.name}", "DTSTAMP:20260101T000000Z"]
		if self.whole_day:
			lines += [
				f"DTSTART;VALUE=DATE:{self.start:%Y%m%d}",
				f"DTEND;VALUE=DATE:{self.start + timedelta(days=1):%Y%m%d}",
			]
		else:
			lines.append(f"DTSTART;TZID={self.zone}:{self.start:%Y%m%dT%H%M%S}")
			lines.append(f"DURATION:PT{self.minutes}M")
		if self.rule:
			lines.append(f"RRULE:{self.rule}")
		for gone in self.without:
			value = f";VALUE=DATE:{gone:%Y%m%d}" if self.whole_day else f";TZID={self.zone}:{gone:%Y%m%dT%H%M%S}"
			lines.append(f"EXDATE{value}")
		if self.is_free:
			lines.append("TRANSP:TRANSPARENT")
		return calendar_of("\n".join([*lines, "END:VEVENT"]))

	def starts(self) -> list[datetime]:
		found = list(rrulestr(self.rule, dtstart=self.start)) if self.rule else [self.start]
		return [each for each in found if each not in self.without]

	def busy(self) -> list[tuple[int, int]]:
		return [] if self.is_free else [self._instants(each) for each in self.starts()]

	def _instants(self, start: datetime) -> tuple[int, int]:
		if self.whole_day:
			# The host's zone: UTC.
			first = int(start.replace(tzinfo=timezone.utc).timestamp())
			return first, first + 86400
		first = int(start.replace(tzinfo=engine.zone(self.zone)).timestamp())
		return first, first + self.minutes * 60


class World:
	"""A calendar with random life in it, and the app that reads and writes it."""

	def __init__(self, page, connection, server: CalendarServer, gateway: Gateway, dice: random.Random):
		self.page, self.connection, self.server, self.gateway, self.dice = page, connection, server, gateway, dice
		self.entries: dict[str, Entry] = {}
		self.now, self.number = NOW, 0

	def step(self) -> None:
		self.now += self.dice.randrange(60, HOUR)
		self.dice.choice(
			(
				self.create,
				self.create,
				self.move,
				self.take_out,
				self.delete,
				self.book,
				self.cancel,
				self.look,
				self.work,
			)
		)()

	def create(self) -> None:
		self.number += 1
		day = date(2026, 3, 2) + timedelta(days=self.dice.randrange(60))
		start = datetime(day.year, day.month, day.day, self.dice.randrange(24), self.dice.choice((0, 15, 30)))
		whole_day = self.dice.random() < 0.2
		entry = Entry(
			f"event-{self.number}",
			datetime(day.year, day.month, day.day) if whole_day else start,
			self.dice.choice((15, 60, 300)),
			self.dice.choice(ZONES),
			self.dice.choice(RULES),
			whole_day,
			self.dice.random() < 0.15,
		)
		self.entries[entry.name] = entry
		self.server.put_raw(entry.name, entry.text())

	def move(self) -> None:
		if entry := self._any():
			entry.start += timedelta(days=self.dice.randrange(-3, 4))
			entry.without = []
			self.server.put_raw(entry.name, entry.text())

	def take_out(self) -> None:
		entry = self._any()
		if entry and entry.rule and len(entry.starts()) > 1:
			entry.without.append(self.dice.choice(entry.starts()))
			self.server.put_raw(entry.name, entry.text())

	def delete(self) -> None:
		if entry := self._any():
			self.server.delete(self.entries.pop(entry.name).name)

	def book(self) -> None:
		start = NOW + self.dice.randrange(1, 40) * 86400 + 3 * HOUR + self.dice.randrange(8) * HOUR
		try:
			book(self.page, start)
		except SchedulingError:
			frappe.db.rollback()

	def cancel(self) -> None:
		live = frappe.get_all("Booking", {"host": self.page.user, "status": "Scheduled"}, pluck="name")
		if live:
			bookings.cancel_by_host(self.dice.choice(live), "", self.now)
			frappe.db.commit()

	def look(self) -> None:
		sync(self.connection, self.now, full=self.dice.random() < 0.2)

	def work(self) -> None:
		deliver(self.now)

	def settle(self) -> None:
		self.gateway.faults = 0
		for _round in range(3):
			self.now += max(LEASE, 6 * HOUR)
			deliver(self.now)
			assert sync(self.connection, self.now).error is None

	def _any(self) -> Entry | None:
		return self.entries[self.dice.choice(sorted(self.entries))] if self.entries else None


@pytest.fixture
def world(commit_clean, connect, radicale_server, request):
	dice = random.Random(request.param)
	for name in radicale_server.names():
		radicale_server.delete(name)
	gateway = Gateway(radicale_server, dice)
	with serving(gateway) as base:
		page = make_page()
		make_meeting_type(page, duration_minutes=60)
		made = connect(page.user, "CalDAV", base + "/", radicale_server.login, radicale_server.password)
		assert sync(made.name, NOW).error is None
		yield World(page, made.name, radicale_server, gateway, dice)


@pytest.mark.long
@pytest.mark.parametrize("world", [3, 8, 33], indirect=True)
def test_after_everything_has_settled_both_sides_agree(world, monkeypatch):
	monkeypatch.setattr("time.sleep", lambda seconds: None)
	world.gateway.faults = 0.25
	for _step in range(40):
		world.step()
	world.settle()

	window = frappe.db.get_value("Connected Calendar", {"parent": world.connection}, ["window_from", "window_until"])
	said = sorted(
		span for entry in world.entries.values() for span in entry.busy() if span[1] > window[0] and span[0] < window[1]
	)
	generation = frappe.db.get_value("Connected Calendar", {"parent": world.connection}, "generation")
	rows = frappe.get_all(
		"Calendar Busy Time", {"connection": world.connection, "generation": generation}, ["starts_at", "ends_at"]
	)
	assert sorted((row.starts_at, row.ends_at) for row in rows) == said

	live = frappe.get_all("Booking", {"host": world.page.user, "status": "Scheduled"}, pluck="starts_at")
	others = set(world.entries)
	written = [world.server.get(name) for name in world.server.names() if name not in others]
	starts = sorted(line for text in written for line in text.splitlines() if line.startswith("DTSTART"))
	assert starts == sorted(f"DTSTART:{datetime.fromtimestamp(each, timezone.utc):%Y%m%dT%H%M%SZ}" for each in live)
