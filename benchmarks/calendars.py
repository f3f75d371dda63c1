"""A large feed read and expanded, and what one poll costs a worker, of a feed and of an account at Google.

The feed has 5,000 events over three years, 300 of them with a rule, as a busy person's calendar exports them. The goal is
3 seconds for all of it in one job. A worker that is to poll 2,000 connections in 15 minutes has 450 ms for each.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import frappe

from scheduler_integration import jobs
from scheduler_integration.calendars.ical.read import read
from scheduler_integration.calendars.sync import sync
from tests.support.site import opened, undoing_commits
from tests.support.vendors import stand_in as vendors
from tests.support.vendors.connected import Google
from tests.support.vendors.google import GoogleStandIn
from tests.support.vendors.setup import leading_to, set_up
from tests.support.wsgi import Response, serving

EVENTS, RULES = 5_000, 300
DAY = 86400
NOW = datetime(2026, 11, 21, tzinfo=timezone.utc)
_RULES = (
	"FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=DAILY;UNTIL=20270301T000000Z", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
	"FREQ=MONTHLY;BYDAY=1TU", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
)  # fmt: skip


def main() -> None:
	data = feed()
	now = int(NOW.timestamp())
	for days in (120, 380):
		with timed() as spent:
			reading = read(data, (now - 2 * DAY, now + days * DAY), "Europe/Berlin")
		busy = sum(len(event.busy) for event in reading.events)
		size = f"{EVENTS} events, {RULES} rules, {len(data) / 1e6:.1f} MB, {days} days"
		print(f"{size}: {busy} busy times in {said(spent)}")
	with opened():
		polls_of_a_feed(data, 50)
		polls_of_google(100)


def polls_of_a_feed(data: bytes, count: int) -> None:
	"""Print what it costs to read a feed, and to poll it when it didn't change: over HTTP and with all commits."""
	with undoing_commits(), serving(lambda request: Response(data, mimetype="text/calendar")) as base:
		frappe.local.conf.scheduling_allowed_hosts = ["127.0.0.1"]
		values = {"doctype": "Calendar Connection", "user": "keeper@example.com", "provider": "ICS", "address": base}
		name = frappe.get_doc(values).insert().name
		with timed() as spent:
			assert sync(name, int(NOW.timestamp())).error is None
		stored = frappe.db.count("Calendar Busy Time", {"connection": name})
		print(f"one job that fetches and reads the feed, and stores {stored}: {said(spent)}")
		with timed() as spent:
			for number in range(count):
				assert sync(name, int(NOW.timestamp()) + number).error is None
		print_polls("a feed that didn't change", spent, count)


def polls_of_google(count: int) -> None:
	"""Print what it costs to poll the accounts of this many hosts, each tenth of which has a new event."""
	stand_in = GoogleStandIn()
	with undoing_commits(), vendors.serving(stand_in), leading_to("google", stand_in):
		set_up("google", stand_in)
		google = Google(stand_in)
		hosts = [google.connect(user="keeper@example.com") for _number in range(count)]
		for host in hosts:
			jobs.sync_calendars(host.connection)
		start = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0) + timedelta(days=3)
		for host in hosts[::10]:
			google.add(host, start, start + timedelta(hours=1))
		with timed() as spent:
			for host in hosts:
				jobs.sync_calendars(host.connection)
		assert frappe.db.count("Calendar Busy Time", {"user": "keeper@example.com"}) == len(hosts[::10])
		print_polls("an account at Google", spent, count)


def print_polls(what: str, spent: list[float], count: int) -> None:
	each = spent[0] / count
	print(f"a poll of {what}: {each * 1000:.0f} ms ({spent[1] / count * 1000:.0f} ms of the processor)")
	print(
		f"  one worker polls 2,000 in {2000 * each / 60:.1f} minutes, and has {450 - each * 1000:.0f} ms left for each"
	)


@contextmanager
def timed() -> Iterator[list[float]]:
	"""Yield a list that holds the seconds afterwards: those that passed, and those of the processor."""
	spent: list[float] = []
	began, used = time.perf_counter(), time.process_time()
	yield spent
	spent += [time.perf_counter() - began, time.process_time() - used]


def said(spent: list[float]) -> str:
	return f"{spent[0]:.2f} s ({spent[1]:.2f} s of the processor)"


def feed() -> bytes:
	"""Return the feed. It is the same each time."""
	dice = random.Random(7)
	lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Benchmark//EN"]
	for number in range(EVENTS):
		lines += _event(number, dice)
	return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _event(number: int, dice: random.Random) -> list[str]:
	start = NOW + timedelta(days=dice.randrange(-900, 200), minutes=15 * dice.randrange(96))
	end = start + timedelta(minutes=15 * dice.randrange(1, 9))
	zone = dice.choice(("Europe/Berlin", "America/New_York", "W. Europe Standard Time"))
	rule = [f"RRULE:{dice.choice(_RULES)}"] if number < RULES else []
	return [
		"BEGIN:VEVENT",
		f"UID:{number}@benchmark.example",
		"DTSTAMP:20260101T000000Z",
		f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}",
		f"DTEND;TZID={zone}:{end:%Y%m%dT%H%M%S}",
		*rule,
		f"SUMMARY:Something that matters to somebody, number {number}",
		"DESCRIPTION:" + "words and more words " * 10,
		"END:VEVENT",
	]


if __name__ == "__main__":
	main()
