"""A large feed read and expanded, and what one poll of an unchanged calendar costs a worker.

The feed has 5,000 events over three years, 300 of them with a rule, as a busy person's calendar exports them. The goal is
3 seconds for all of it in one job. A worker that is to poll 2,000 connections in 15 minutes has 450 ms for each.
"""

import random
import time
from datetime import datetime, timedelta, timezone

import frappe

from scheduler_integration.calendars.ical.read import read
from scheduler_integration.calendars.sync import sync
from tests.support.site import opened, undoing_commits
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
		began, used = time.perf_counter(), time.process_time()
		reading = read(data, (now - 2 * DAY, now + days * DAY), "Europe/Berlin")
		seconds, used = time.perf_counter() - began, time.process_time() - used
		busy = sum(len(event.busy) for event in reading.events)
		size = f"{EVENTS} events, {RULES} rules, {len(data) / 1e6:.1f} MB, {days} days"
		print(f"{size}: {busy} busy times in {seconds:.2f} s ({used:.2f} s of the processor)")
	polls(data, 50)


def polls(data: bytes, count: int) -> None:
	"""Print what it costs to poll a feed that didn't change, over HTTP and with all commits."""
	with opened(), undoing_commits(), serving(lambda request: Response(data, mimetype="text/calendar")) as base:
		frappe.local.conf.scheduling_allowed_hosts = ["127.0.0.1"]
		values = {"doctype": "Calendar Connection", "user": "keeper@example.com", "provider": "ICS", "address": base}
		name = frappe.get_doc(values).insert().name
		began = time.perf_counter()
		assert sync(name, int(NOW.timestamp())).error is None
		print(f"the same feed read for the first time, and stored: {time.perf_counter() - began:.2f} s")
		began = time.perf_counter()
		for number in range(count):
			assert sync(name, int(NOW.timestamp()) + number).error is None
		each = (time.perf_counter() - began) / count
		print(f"a poll without changes: {each * 1000:.0f} ms, so 2,000 connections take {2000 * each / 60:.1f} minutes")


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
