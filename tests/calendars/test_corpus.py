"""Each file of the corpus has one behaviour of iCalendar text. Beside it are its busy times from November to February.

The owner is jane@hosts.example in Europe/Berlin. A line of an `.expected` file is start, end and kind of a busy time, or
`unreadable` with the number of events that can't be understood.
"""

import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from scheduler_integration.calendars.ical import expand
from scheduler_integration.calendars.ical.read import read
from tests.support.calendar_servers import calendar_of
from tests.support.factories import at

CORPUS = Path(__file__).parent / "corpus"
WINDOW = (at("2026-11-01 00:00"), at("2027-03-01 00:00"))
FILES = sorted(CORPUS.glob("*.ics"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_busy_times_of(file):
	reading = read(file.read_bytes(), WINDOW, "Europe/Berlin", ["jane@hosts.example"])
	lines = [line(busy) for event in reading.events for busy in event.busy]
	lines += [f"mark {event.mark}" for event in reading.events if event.mark]
	lines += [f"unreadable {reading.unreadable}"] if reading.unreadable else []
	assert sorted(lines) == sorted(file.with_suffix(".expected").read_text().splitlines())


def test_a_uid_with_a_colon_was_cut():
	event = "BEGIN:VEVENT\nUID:urn:uuid:1\nDTSTART:20261127T140000Z\nDTEND:20261127T150000Z\nEND:VEVENT"
	(found,) = read(calendar_of(event).encode(), WINDOW, "Europe/Berlin").events
	assert found.uid == "urn:uuid:1"


def test_a_zone_was_that_of_another_feed_with_the_same_name():
	"""The parser remembers zones by their names, and Outlook calls many of them "Customized Time Zone"."""
	assert [first_start(in_a_zone_at("+0100")), first_start(in_a_zone_at("-0500"))] == [
		at("2026-11-27 08:00"),
		at("2026-11-27 14:00"),
	]


def test_a_series_was_unreadable_on_a_machine_with_much_to_do(monkeypatch):
	"""Only the processor's time counts, and here this process gets none of it."""
	monkeypatch.setattr(expand, "process_time", lambda: 0)
	with expand.ProcessorLimit(0.01, expand.TooSlow):
		until = time.monotonic() + 0.1
		while time.monotonic() < until:
			pass


def in_a_zone_at(offset):
	name = "Customized Time Zone"
	always = f"BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nEND:STANDARD"
	zone = f"BEGIN:VTIMEZONE\nTZID:{name}\n{always}\nEND:VTIMEZONE"
	return calendar_of(zone, f"BEGIN:VEVENT\nUID:1\nDTSTART;TZID={name}:20261127T090000\nDURATION:PT1H\nEND:VEVENT")


def first_start(text):
	return read(text.encode(), WINDOW, "Europe/Berlin").events[0].busy[0].start


def test_the_corpus_is_large():
	assert len(FILES) >= 40


def line(busy):
	ends = (f"{datetime.fromtimestamp(instant, timezone.utc):%Y-%m-%dT%H:%MZ}" for instant in (busy.start, busy.end))
	return " ".join([*ends, busy.kind, *(["all-day"] if busy.all_day else [])])


@pytest.mark.parametrize(
	("name", "hour"),
	[
		*(
			(name, 8)
			for name in ("GMT+0100", "UTC+01:00", "+01:00", "Europe/berlin", "W. Europe Daylight Time", "CEST")
		),
		*((name, 9) for name in ("Z", "tzone://Microsoft/Utc", "gmt", "Customised")),
		*((name, 14) for name in ("America/New York", "Eastern Daylight Time", "eastern standard time", "EDT")),
		("+05:30", 3.5),
	],
)
def test_a_name_of_a_zone_without_a_description_was_read_in_the_hosts_zone(name, hour):
	"""The host is in Tokyo. The name of a zone with a description may differ in case."""
	always = "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0000\nEND:STANDARD"
	zone = f"BEGIN:VTIMEZONE\nTZID:CUSTOMISED\n{always}\nEND:VTIMEZONE"
	event = f"BEGIN:VEVENT\nUID:1\nDTSTART;TZID={name}:20261127T090000\nDURATION:PT1H\nEND:VEVENT"
	reading = read(calendar_of(zone, event).encode(), WINDOW, "Asia/Tokyo")
	assert [each.busy[0].start for each in reading.events] == [at("2026-11-27 00:00") + hour * 3600]
	assert not reading.unreadable
