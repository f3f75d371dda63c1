"""Minimum notice and the booking window."""

import pytest

from scheduler_integration.engine import InstantOutOfRange, MeetingRules, Reason, RollingDays, booking_window

from .support import DAY, EVERY_DAY, HOUR, at, free_starts, host, local_days_listed, refusal, weekly

ZONE = "America/New_York"
OFFICE = host(ZONE, weekly(EVERY_DAY, "09:00-17:00"))
TEN = at("2025-03-03 10:00", ZONE)


def reason(start, now, **rules):
	found = refusal(start, MeetingRules(60, **rules), OFFICE, now)
	return found and found.reason


@pytest.mark.parametrize(
	("notice", "now", "expected"),
	[
		(0, TEN, None),
		(0, TEN - 1, None),
		(0, TEN + 1, Reason.IN_THE_PAST),
		(120, TEN - 2 * HOUR, None),
		(120, TEN - 2 * HOUR - 1, None),
		(120, TEN - 2 * HOUR + 1, Reason.MINIMUM_NOTICE),
		(120, TEN, Reason.MINIMUM_NOTICE),
		(120, TEN + 1, Reason.IN_THE_PAST),
		(7 * 24 * 60, TEN - 7 * DAY, None),
		(7 * 24 * 60, TEN - 7 * DAY + 1, Reason.MINIMUM_NOTICE),
	],
)
def test_notice_exactly_met_is_enough_and_a_second_less_is_not(notice, now, expected):
	assert reason(TEN, now, minimum_notice=notice) is expected
	listed = free_starts(MeetingRules(60, minimum_notice=notice), OFFICE, now, TEN, TEN + 1)
	assert listed == ([] if expected else [TEN])


def test_notice_is_elapsed_time_across_a_clock_change():
	# From Saturday 10:00 EST to Sunday 10:00 EDT are 23 hours.
	now, start = at("2025-03-08 10:00", ZONE), at("2025-03-09 10:00", ZONE)
	assert reason(start, now, minimum_notice=23 * 60) is None
	assert reason(start, now, minimum_notice=24 * 60) is Reason.MINIMUM_NOTICE


@pytest.mark.parametrize(
	("days", "expected"),
	[
		(0, ["2025-03-03"]),
		(1, ["2025-03-03", "2025-03-04"]),
		(7, [f"2025-03-{day:02}" for day in range(3, 11)]),
	],
)
def test_the_window_ends_with_a_date_of_the_hosts(days, expected):
	for now in (at("2025-03-03 00:00", ZONE), at("2025-03-03 08:59", ZONE)):
		assert local_days_listed(MeetingRules(60, window=RollingDays(days)), OFFICE, now, 40) == expected
	late = at("2025-03-03 23:59", ZONE)
	assert local_days_listed(MeetingRules(60, window=RollingDays(days)), OFFICE, late, 40) == expected[1:]


def test_today_is_the_hosts_today():
	# Sunday evening in New York is Monday in UTC.
	now = at("2025-03-03 02:00")
	assert local_days_listed(MeetingRules(60, window=RollingDays(0)), OFFICE, now, 5) == []
	assert local_days_listed(MeetingRules(60, window=RollingDays(1)), OFFICE, now, 5) == ["2025-03-03"]


def test_a_start_after_the_window_is_beyond_it():
	assert reason(TEN + 8 * DAY, TEN, window=RollingDays(7)) is Reason.BEYOND_WINDOW
	assert reason(TEN + 6 * DAY, TEN, window=RollingDays(7)) is None


def test_without_a_window_any_date_is_open():
	assert reason(at("2200-03-03 10:00", ZONE), TEN) is None
	assert reason(at("2200-03-03 10:00", ZONE), TEN, window=RollingDays(10**12)) is None


def test_notice_beyond_the_window_leaves_nothing():
	assert free_starts(MeetingRules(60, minimum_notice=10**9, window=RollingDays(5)), OFFICE, TEN, 0, TEN * 2) == []


def test_the_booking_window_ends_at_the_hosts_midnight_and_notice_is_no_part_of_it():
	rules = MeetingRules(60, minimum_notice=30, window=RollingDays(1))
	first, end = booking_window(rules, OFFICE, TEN)
	assert first < 0
	assert end == at("2025-03-05 00:00", ZONE)


@pytest.mark.parametrize("start", [10**15, -(10**15)])
def test_a_start_beyond_the_calendar_is_an_error_not_an_answer(start):
	with pytest.raises(InstantOutOfRange):
		refusal(start, MeetingRules(60), OFFICE, TEN)
