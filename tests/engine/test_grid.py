"""The grid of starts. 3 March 2025 is a Monday."""

from datetime import date

import pytest

from scheduler_integration.engine import DateOverride, MeetingRules, Reason

from .support import (
	DAY,
	EVERY_DAY,
	HOUR,
	MINUTE,
	MON,
	SUN,
	TUE,
	WED,
	at,
	free_starts,
	host,
	is_bookable,
	on,
	refusal,
	times,
	weekly,
)

ROME = "Europe/Rome"


@pytest.mark.parametrize(
	("hours", "rules", "expected"),
	[
		(["09:00-12:00"], MeetingRules(60), "09:00 10:00 11:00"),
		(["09:00-12:00"], MeetingRules(45), "09:00 09:45 10:30 11:15"),
		(["09:00-11:00"], MeetingRules(60, slot_interval=30), "09:00 09:30 10:00"),
		(["09:00-12:00"], MeetingRules(30, slot_interval=60), "09:00 10:00 11:00"),
		(["08:00-10:00", "12:30-14:30"], MeetingRules(60), "08:00 09:00 12:30 13:30"),
		(["09:10-11:00"], MeetingRules(30), "09:10 09:40 10:10"),
		(["09:00-10:00"], MeetingRules(60), "09:00"),
		(["09:00-09:59"], MeetingRules(60), ""),
		(["09:00-10:00", "10:00-11:30"], MeetingRules(45), "09:00 09:45 10:30"),
		(["09:00-09:30", "10:00-10:30"], MeetingRules(60), ""),
		(["22:00-01:00"], MeetingRules(60), "22:00 23:00 00:00"),
	],
)
def test_starts_step_from_each_windows_start_and_fit_inside_it(hours, rules, expected):
	rome = host(ROME, weekly(MON, *hours))
	assert times(on("2025-03-03", rome, rules, days=2), ROME) == expected.split()


def test_a_cut_starts_the_grid_anew_after_it():
	rome = host(ROME, weekly(MON, "09:00-13:00"), weekly(MON, "10:15-10:30", is_available=False))
	assert times(on("2025-03-03", rome), ROME) == ["09:00", "10:30", "11:30"]


def test_windows_that_touch_at_midnight_have_one_grid():
	rome = host(ROME, weekly(MON, "22:00-00:00"), weekly(TUE, "00:00-02:00"))
	assert times(on("2025-03-03", rome, MeetingRules(50), days=2), ROME) == [
		"22:00",
		"22:50",
		"23:40",
		"00:30",
	]


@pytest.mark.parametrize("offset", [0, 1, 59, HOUR - 1])
def test_first_is_included_and_last_is_not(offset):
	rome = host(ROME, weekly(MON, "09:00-12:00"))
	nine = at("2025-03-03 09:00", ROME)
	assert free_starts(MeetingRules(60), rome, 0, nine, nine + HOUR + offset) == (
		[nine, nine + HOUR] if offset else [nine]
	)


def test_an_empty_or_inverted_range_has_no_starts():
	rome = host(ROME, weekly(EVERY_DAY, "00:00-00:00"))
	assert free_starts(MeetingRules(60), rome, 0, 10 * DAY, 10 * DAY) == []
	assert free_starts(MeetingRules(60), rome, 0, 10 * DAY, 9 * DAY) == []


def test_a_start_between_two_of_the_grid_is_off_it():
	rome = host(ROME, weekly(MON, "09:00-12:00"))
	nine = at("2025-03-03 09:00", ROME)
	for start in (nine + 1, nine + 30 * MINUTE, nine + 59 * MINUTE):
		assert refusal(start, MeetingRules(60), rome, 0).reason is Reason.OFF_GRID


def test_a_start_that_does_not_fit_its_window_is_outside_the_hours():
	rome = host(ROME, weekly(MON, "09:00-12:00", "13:00-14:00"))
	for text in ("08:00", "11:01", "12:00", "14:00"):
		start = at(f"2025-03-03 {text}", ROME)
		assert refusal(start, MeetingRules(60), rome, 0).reason is Reason.OUTSIDE_HOURS


def test_a_meeting_longer_than_a_day_fits_a_window_of_several():
	rome = host(ROME, weekly([MON, TUE, WED], "00:00-00:00"))
	assert times(on("2025-03-03", rome, MeetingRules(48 * 60, slot_interval=720), days=3), ROME) == [
		"00:00",
		"12:00",
		"00:00",
	]


def test_a_window_of_many_days_keeps_one_grid():
	rome = host(ROME, weekly(MON, "09:00-00:00"), weekly(range(TUE, SUN), "00:00-00:00"))
	starts = on("2025-03-03", rome, MeetingRules(50), days=7)
	assert {(start - starts[0]) % (50 * MINUTE) for start in starts} == {0}


def test_a_window_that_never_closes_starts_its_grid_anew_each_monday():
	always = host(ROME, weekly(EVERY_DAY, "00:00-00:00"))
	rules = MeetingRules(50)
	# 201 steps of 50 minutes fit into a week, 200 into the one that is an hour short.
	for monday, before in (("2025-03-03", 30), ("2025-03-10", 30), ("2025-03-31", 20)):
		midnight = at(f"{monday} 00:00", ROME)
		starts = free_starts(rules, always, 0, midnight - HOUR, midnight + HOUR)
		assert [(start - midnight) // MINUTE for start in starts] == [-before, 0, 50]
		assert all(is_bookable(start, rules, always, 0) for start in starts)


def test_a_window_that_opened_within_the_week_before_keeps_its_grid_past_monday():
	# Open from Tuesday 09:10 for good. The first Monday changes nothing; on the second the grid starts again.
	closed = DateOverride(date(2025, 1, 1), date(2025, 3, 3), False)
	late = DateOverride(date(2025, 3, 4), date(2025, 3, 4), True, 550, 1440)
	rome = host(ROME, weekly(EVERY_DAY, "00:00-00:00"), overrides=[closed, late])
	starts = on("2025-03-04", rome, MeetingRules(50), days=15)
	first, second = at("2025-03-10 00:00", ROME), at("2025-03-17 00:00", ROME)
	assert all((start - starts[0]) % (50 * MINUTE) == 0 for start in starts if start < second)
	assert first not in starts
	assert second in starts


def test_a_whole_week_may_be_made_up_of_hours_that_run_past_midnight():
	rome = host(ROME, weekly(EVERY_DAY, "02:00-02:00"))
	assert times(on("2025-03-10", rome, MeetingRules(50)), ROME)[:2] == ["00:00", "00:50"]


def test_a_window_that_opens_on_a_monday_starts_its_grid_anew_on_the_next():
	closed = DateOverride(date(2025, 1, 1), date(2025, 3, 2), False)
	rome = host(ROME, weekly(EVERY_DAY, "00:00-00:00"), overrides=[closed])
	assert times(on("2025-03-10", rome, MeetingRules(50)), ROME)[:2] == ["00:00", "00:50"]


def test_a_week_that_a_clock_change_made_shorter_is_a_whole_week():
	closed = DateOverride(date(2025, 1, 1), date(2025, 3, 23), False)
	end = DateOverride(date(2025, 3, 31), date(2025, 3, 31), True, 0, 40)
	rome = host(ROME, weekly(EVERY_DAY, "00:00-00:00"), overrides=[closed, end])
	assert times(on("2025-03-31", rome, MeetingRules(20, slot_interval=50)), ROME) == ["00:00"]
