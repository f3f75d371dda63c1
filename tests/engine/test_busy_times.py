"""Busy times and the meeting's own buffers. 3 March 2025 is a Monday."""

import random

import pytest

from scheduler_integration.engine import Busy, MeetingRules, Reason

from .support import DAY, HOUR, MON, at, host, on, refusal, times, weekly

ZONE = "Europe/Rome"


def busy(*spans):
	"""Busy times on the Monday: "10:00-11:00"."""
	return [Busy(*(at(f"2025-03-03 {end}", ZONE) for end in text.split("-")), text) for text in spans]


def offered(busy_times, rules=None, hours="09:00-13:00"):
	return " ".join(times(on("2025-03-03", host(ZONE, weekly(MON, hours), busy=busy_times), rules), ZONE))


@pytest.mark.parametrize(
	("spans", "expected"),
	[
		([], "09:00 10:00 11:00 12:00"),
		(["10:00-11:00"], "09:00 11:00 12:00"),
		(["09:30-10:30"], "11:00 12:00"),
		(["10:59-11:01"], "09:00 12:00"),
		(["08:00-09:00", "13:00-14:00"], "09:00 10:00 11:00 12:00"),
		(["10:00-10:30", "10:30-11:00"], "09:00 11:00 12:00"),
		(["09:00-12:00", "09:30-10:00", "10:00-10:10"], "12:00"),
		(["10:00-10:10", "09:00-12:00", "09:10-09:20"], "12:00"),
		(["09:30-10:30", "10:15-11:15"], "12:00"),
		(["10:00-11:00", "10:00-11:00"], "09:00 11:00 12:00"),
		(["11:00-12:00", "09:00-10:00"], "10:00 12:00"),
		(["00:00-23:59"], ""),
	],
)
def test_busy_times_close_the_starts_they_overlap_and_touching_is_not_overlapping(spans, expected):
	assert offered(busy(*spans)) == expected


def test_a_busy_time_does_not_shift_the_grid():
	assert offered(busy("09:20-09:40")) == "10:00 11:00 12:00"


@pytest.mark.parametrize("text", ["10:30-10:30", "11:30-10:30"])
def test_a_busy_time_that_takes_no_time_blocks_nothing(text):
	assert offered(busy(text)) == "09:00 10:00 11:00 12:00"
	assert offered(busy(text), MeetingRules(60, buffer_before=30, buffer_after=30)) == "09:00 10:00 11:00 12:00"


def test_a_busy_time_of_many_days_closes_them_all():
	away = Busy(at("2025-02-01 00:00"), at("2025-04-01 00:00"))
	assert offered([away]) == ""


def test_bare_tuples_are_busy_times_too():
	assert offered([tuple(item[:2]) for item in busy("10:00-11:00")]) == "09:00 11:00 12:00"


@pytest.mark.parametrize(
	("before", "after", "expected"),
	[
		(0, 0, "09:00 11:30 12:00"),
		(30, 0, "09:00 12:00"),
		(31, 0, "09:00"),
		(0, 60, "09:00 11:30 12:00"),
		(0, 61, "11:30 12:00"),
		(30, 61, "12:00"),
	],
)
def test_the_meeting_widened_by_its_buffers_overlaps_no_busy_time(before, after, expected):
	rules = MeetingRules(30, buffer_before=before, buffer_after=after, slot_interval=30)
	found = offered(busy("10:30-11:30"), rules, "09:00-12:30").split()
	assert " ".join(text for text in found if text not in {"09:30", "10:00"}) == expected


def test_buffers_reach_outside_the_working_hours():
	rules = MeetingRules(60, buffer_before=60, buffer_after=60)
	assert offered([], rules) == "09:00 10:00 11:00 12:00"
	assert offered(busy("08:30-08:45", "13:30-13:45"), rules) == "10:00 11:00"
	assert offered(busy("07:00-08:00", "14:00-15:00"), rules) == "09:00 10:00 11:00 12:00"


def test_an_all_day_event_ends_at_its_own_zones_midnight():
	tokyo_day = Busy(at("2025-03-03 00:00", "Asia/Tokyo"), at("2025-03-04 00:00", "Asia/Tokyo"))
	# Midnight in Tokyo is 16:00 in Rome.
	assert offered([tokyo_day], hours="14:00-18:00") == "16:00 17:00"


def test_refusal_names_what_is_in_the_way_in_order_of_time():
	items = busy("10:30-10:45", "10:00-10:15", "12:00-13:00")
	a_host = host(ZONE, weekly(MON, "09:00-13:00"), busy=items)
	found = refusal(at("2025-03-03 10:00", ZONE), MeetingRules(60), a_host, 0)
	assert found.reason is Reason.BUSY
	assert [item.label for item in found.conflicts] == ["10:00-10:15", "10:30-10:45"]


def test_refusal_tells_a_buffer_from_the_meeting_itself():
	a_host = host(ZONE, weekly(MON, "09:00-13:00"), busy=busy("11:00-11:15"))
	rules = MeetingRules(60, buffer_after=15)
	assert refusal(at("2025-03-03 10:00", ZONE), rules, a_host, 0).reason is Reason.BUFFER
	assert refusal(at("2025-03-03 11:00", ZONE), rules, a_host, 0).reason is Reason.BUSY
	assert refusal(at("2025-03-03 09:00", ZONE), rules, a_host, 0) is None


def test_the_order_of_busy_times_does_not_matter():
	rng = random.Random(7)
	start = at("2025-03-03 00:00", ZONE)
	items = [Busy(begin, begin + rng.randrange(HOUR)) for begin in (start + rng.randrange(DAY) for _ in range(40))]
	found = {offered(rng.sample(items, len(items)), MeetingRules(15), "00:00-00:00") for _ in range(10)}
	assert len(found) == 1
