"""Random feeds, read by the app and by the reference. The busy times must be the same, to the second."""

import random

import pytest

from scheduler_integration.calendars.ical.read import read
from tests.calendars.feeds import Maker
from tests.calendars.reference import busy_of


@pytest.mark.long
def test_random_feeds_take_the_times_that_the_reference_finds(request):
	for seed in range(request.config.getoption("feeds")):
		made = Maker(random.Random(seed))
		assert_same(made.text, made.window, made.zone, f"seed {seed}")


def assert_same(text, window, zone, case):
	reading = read(text.encode(), window, zone)
	found = {event.uid: {(busy.start, busy.end) for busy in event.busy} for event in reading.events}
	for uid, expected in busy_of(text, window, zone).items():
		missing, extra = expected - found.get(uid, set()), found.get(uid, set()) - expected
		if missing or extra or reading.unreadable:
			pytest.fail(
				f"{case}, {uid}: missing {missing}, extra {extra}, {reading.unreadable} unreadable\n{zone} {window}\n{text}"
			)


@pytest.mark.parametrize(
	"rule",
	[
		"FREQ=DAILY;INTERVAL=5",
		"FREQ=DAILY;INTERVAL=2;BYMONTH=10,11;BYHOUR=9,16",
		"FREQ=WEEKLY;INTERVAL=3",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO,SA;WKST=SU",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO,SA;WKST=MO",
		"FREQ=WEEKLY;INTERVAL=4;BYDAY=MO,TU,FR;BYSETPOS=-1",
	],
)
@pytest.mark.parametrize("first", ["20110119T093000", "20251015T093000"])
def test_a_rule_that_began_long_ago_goes_on_in_the_same_days_and_weeks(rule, first):
	lines = [
		"BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:old", f"DTSTART;TZID=Europe/Berlin:{first}", "DURATION:PT1H",
		f"RRULE:{rule}", "END:VEVENT", "END:VCALENDAR",
	]  # fmt: skip
	october = 1791331200
	assert_same("\r\n".join(lines), (october, october + 60 * 86400), "Europe/Berlin", rule)


def test_a_rule_that_began_centuries_ago_took_too_long_and_was_unreadable():
	text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:old\r\nDTSTART:16000101T090000Z\r\nRRULE:FREQ=HOURLY\r\n"
	text += "DURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	start = 1791331200
	reading = read(text.encode(), (start, start + 86400), "Europe/Berlin")
	assert [busy.start for busy in reading.events[0].busy] == list(range(start, start + 86400, 3600))
