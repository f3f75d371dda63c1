"""Until when an offer of a waitlist holds, at day and at night."""

import pytest

from scheduler_integration.waitlist.hours import offer_ends
from tests.support.factories import at


@pytest.mark.parametrize(
	("made", "ends", "latest"),
	[
		("2026-03-02 14:00", "2026-03-02 14:30", "2026-03-05 09:00"),
		("2026-03-02 23:10", "2026-03-03 08:30", "2026-03-03 09:30"),
		# Less than an hour would be left after the morning's answer, so the offer doesn't wait for the morning.
		("2026-03-02 23:10", "2026-03-02 23:40", "2026-03-03 09:29"),
		("2026-03-02 23:10", "2026-03-02 23:40", "2026-03-03 08:30"),
		("2026-03-02 14:00", "2026-03-02 14:10", "2026-03-02 14:10"),
	],
)
def test_an_offer_at_night_waits_for_the_morning_if_the_time_can_be_booked_long_enough(made, ends, latest):
	assert offer_ends(at(made), 30, "UTC", at(latest)) == at(ends)


def test_an_offer_with_too_little_time_is_not_made():
	assert offer_ends(at("2026-03-02 14:00"), 30, "UTC", at("2026-03-02 14:04")) is None
