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
