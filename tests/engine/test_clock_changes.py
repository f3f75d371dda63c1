"""Days on which clocks change, and hosts and attendees far apart."""

from datetime import date

import pytest

from scheduler_integration.engine import (
	DateOverride,
	MeetingRules,
	WorkingHours,
	local_midnight,
	working_intervals,
)

from .support import DAY, EVERY_DAY, FRI, HOUR, MON, SUN, THU, at, group_by_local_date, host, on, shown, times, weekly


@pytest.mark.parametrize(
	("hours", "expected"),
	[
		("00:00-06:00", ["00:00-05:00", "01:00-05:00", "03:00-04:00", "04:00-04:00", "05:00-04:00"]),
		("02:00-05:00", ["03:00-04:00", "04:00-04:00"]),
		("01:30-04:30", ["01:30-05:00", "03:30-04:00"]),
		("01:00-02:30", ["01:00-05:00"]),
		("02:30-05:00", ["03:30-04:00"]),
		("02:30-03:15", []),
		("09:00-11:00", ["09:00-04:00", "10:00-04:00"]),
	],
)
def test_new_york_skips_an_hour_on_9_march_2025(hours, expected):
	starts = on("2025-03-09", host("America/New_York", weekly(SUN, hours)))
	assert shown(starts, "America/New_York") == [f"09 {text}" for text in expected]


@pytest.mark.parametrize(
	("hours", "expected"),
	[
		("00:00-04:00", ["00:00-04:00", "01:00-04:00", "01:00-05:00", "02:00-05:00", "03:00-05:00"]),
		("01:30-02:30", ["01:30-04:00", "01:30-05:00"]),
		("00:30-01:30", ["00:30-04:00"]),
		("01:00-02:00", ["01:00-04:00", "01:00-05:00"]),
		("02:00-03:00", ["02:00-05:00"]),
		("09:00-11:00", ["09:00-05:00", "10:00-05:00"]),
	],
)
def test_new_york_repeats_an_hour_on_2_november_2025(hours, expected):
	starts = on("2025-11-02", host("America/New_York", weekly(SUN, hours)))
	assert shown(starts, "America/New_York") == [f"02 {text}" for text in expected]


def test_a_night_across_the_change_lasts_its_real_time():
	new_york = host("America/New_York", weekly(range(7), "22:00-04:00"))
	assert times(on("2025-03-07", new_york), "America/New_York") == [
		"00:00",
		"01:00",
		"02:00",
		"03:00",
		"22:00",
		"23:00",
	]
	spring = [start for start in on("2025-03-08", new_york, days=2) if start >= at("2025-03-09 03:00")]
	assert times(spring, "America/New_York")[:5] == ["22:00", "23:00", "00:00", "01:00", "03:00"]
	autumn = on("2025-11-01", new_york, days=2)
	assert times(autumn, "America/New_York")[4:11] == [
		"22:00",
		"23:00",
		"00:00",
		"01:00",
		"01:00",
		"02:00",
		"03:00",
	]


@pytest.mark.parametrize(
	("day", "hours", "duration", "expected"),
	[
		("2025-10-05", "01:00-03:30", 30, ["01:00+10:30", "01:30+10:30", "02:30+11:00", "03:00+11:00"]),
		("2025-10-05", "02:00-03:30", 30, ["02:30+11:00", "03:00+11:00"]),
		("2025-10-05", "02:15-03:15", 30, ["02:45+11:00"]),
		("2025-10-05", "01:00-04:00", 60, ["01:00+10:30", "02:30+11:00"]),
		("2025-04-06", "01:00-02:30", 30, ["01:00+11:00", "01:30+11:00", "01:30+10:30", "02:00+10:30"]),
		("2025-04-06", "00:00-04:00", 60, ["00:00+11:00", "01:00+11:00", "01:30+10:30", "02:30+10:30"]),
	],
)
def test_lord_howe_moves_by_half_an_hour(day, hours, duration, expected):
	starts = on(day, host("Australia/Lord_Howe", weekly(SUN, hours)), MeetingRules(duration))
	assert shown(starts, "Australia/Lord_Howe") == [f"{day[-2:]} {text}" for text in expected]


def test_cairo_has_no_midnight_on_25_april_2025():
	assert local_midnight(date(2025, 4, 25), "Africa/Cairo") == at("2025-04-24 22:00")
	cairo = host("Africa/Cairo", weekly(FRI, "00:00-03:00"))
	assert shown(on("2025-04-24", cairo, days=3), "Africa/Cairo") == ["25 01:00+03:00", "25 02:00+03:00"]


def test_cairo_hours_that_touch_at_the_missing_midnight_are_one_window():
	cairo = host("Africa/Cairo", weekly(THU, "22:00-00:00"), weekly(FRI, "00:00-03:00"))
	starts = on("2025-04-24", cairo, MeetingRules(90), days=2)
	assert shown(starts, "Africa/Cairo") == ["24 22:00+02:00", "24 23:30+02:00"]
	assert working_intervals(cairo.hours, starts[0] - DAY, starts[0] + DAY) == [
		(at("2025-04-24 20:00"), at("2025-04-25 00:00"))
	]


def test_cairo_override_of_the_short_date_lasts_23_hours():
	day = date(2025, 4, 25)
	hours = WorkingHours("Africa/Cairo", (), (DateOverride(day, day, True),))
	assert working_intervals(hours, at("2025-04-20 00:00"), at("2025-04-30 00:00")) == [
		(at("2025-04-24 22:00"), at("2025-04-25 21:00"))
	]


def test_cairo_repeats_the_hour_before_midnight_in_autumn():
	cairo = host("Africa/Cairo", weekly(THU, "22:00-00:00"))
	assert shown(on("2025-10-30", cairo), "Africa/Cairo") == [
		"30 22:00+03:00",
		"30 23:00+03:00",
		"30 23:00+02:00",
	]


def test_kolkata_is_half_an_hour_off():
	kolkata = host("Asia/Kolkata", weekly(MON, "09:00-11:00"))
	assert on("2025-03-03", kolkata) == [at("2025-03-03 03:30"), at("2025-03-03 04:30")]


def test_an_auckland_hosts_monday_is_a_los_angeles_guests_sunday():
	auckland = host("Pacific/Auckland", weekly(MON, "09:00-11:00"))
	starts = on("2025-11-24", auckland)
	assert group_by_local_date(starts, "America/Los_Angeles") == {"2025-11-23": starts}
	assert times(starts, "America/Los_Angeles") == ["12:00", "13:00"]


def test_hours_keep_their_wall_time_through_the_year():
	london = host("Europe/London", weekly(EVERY_DAY, "09:00-10:00"))
	starts = on("2025-01-01", london, days=365)
	assert set(times(starts, "Europe/London")) == {"09:00"}
	assert set(times(starts, "UTC")) == {"08:00", "09:00"}
	assert len(starts) == 365


def test_a_meeting_across_the_change_lasts_its_elapsed_minutes():
	paris = host("Europe/Paris", weekly(SUN, "01:00-05:00"))
	starts = on("2025-03-30", paris, MeetingRules(90, slot_interval=30))
	# Three hours elapse between 01:00 and 05:00 that night.
	assert [(start - starts[0]) / HOUR for start in starts] == [0, 0.5, 1, 1.5]
