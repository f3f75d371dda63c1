"""Travel: on a trip's dates the hours follow another clock. 3 March 2025 is a Monday."""

from datetime import date

import pytest

from scheduler_integration.engine import (
	DateOverride,
	Host,
	MeetingRules,
	RollingDays,
	Trip,
	WorkingHours,
	working_intervals,
)

from .support import EVERY_DAY, TUE, at, local_days_listed, on, shown, weekly

BERLIN, TOKYO, HONOLULU = "Europe/Berlin", "Asia/Tokyo", "Pacific/Honolulu"


def march(day):
	return date(2025, 3, day)


def hours(*trips, zone=BERLIN, spans=("09:00-17:00",), overrides=()):
	return WorkingHours(zone, weekly(EVERY_DAY, *spans), overrides, trips)


def worked(given, first, last, zone="UTC"):
	found = working_intervals(given, at(f"2025-03-{first:02} 00:00"), at(f"2025-03-{last:02} 00:00"))
	return ["-".join(text[:8] for text in shown(ends, zone)) for ends in found]


def test_from_berlin_to_tokyo_and_back():
	given = hours(Trip(march(4), march(5), TOKYO))
	# Tuesday begins in Tokyo at 16:00 of Monday in Berlin; from Wednesday on to Thursday the pause is longer.
	assert worked(given, 3, 7) == [
		"03 08:00-03 16:00",
		"04 00:00-04 08:00",
		"05 00:00-05 08:00",
		"06 08:00-06 16:00",
	]


def test_dates_that_overlap_unite_their_hours():
	given = hours(Trip(march(4), march(4), TOKYO), spans=("00:00-00:00",))
	# Monday in Berlin lasts until 23:00 UTC, Tuesday in Tokyo begins at 15:00; then nothing until Wednesday in Berlin.
	assert worked(given, 3, 6) == ["03 00:00-04 15:00", "04 23:00-06 00:00"]


def test_dates_that_leave_a_gap_leave_it_without_hours():
	given = hours(Trip(march(4), march(4), HONOLULU), spans=("00:00-00:00",))
	assert worked(given, 3, 6) == ["03 00:00-03 23:00", "04 10:00-06 00:00"]


def test_of_overlapping_trips_the_last_one_listed_holds():
	tokyo, honolulu = Trip(march(3), march(9), TOKYO), Trip(march(4), march(4), HONOLULU)
	assert worked(hours(tokyo, honolulu), 4, 6) == ["04 19:00-05 08:00"]
	assert worked(hours(honolulu, tokyo), 4, 6) == ["04 00:00-04 08:00", "05 00:00-05 08:00"]


def test_an_override_on_a_trip_follows_its_clock():
	override = DateOverride(march(4), march(4), True, 600, 720)
	assert worked(hours(Trip(march(4), march(4), TOKYO), overrides=[override]), 4, 5) == ["04 01:00-04 03:00"]


def test_a_day_that_is_closed_on_a_trip_ends_what_overlaps_it():
	closed = DateOverride(march(4), march(4), False)
	given = hours(Trip(march(4), march(4), TOKYO), spans=("09:00-18:00",), overrides=[closed])
	assert worked(given, 3, 5) == ["03 08:00-03 15:00"]


def test_the_clock_of_the_trip_may_change():
	# New York moves its clocks on 9 March 2025.
	given = hours(Trip(march(8), march(9), "America/New_York"), spans=("01:00-05:00",))
	assert worked(given, 8, 10, "America/New_York")[-2:] == ["08 01:00-08 05:00", "09 01:00-09 05:00"]


@pytest.mark.parametrize("zone", [TOKYO, HONOLULU])
def test_starts_are_on_the_trips_clock(zone):
	host = Host("host", hours(Trip(march(4), march(4), zone)))
	found = [text for text in shown(on("2025-03-03", host, MeetingRules(240), days=4), zone) if text[3:8] == "09:00"]
	assert len(found) == 1
	assert found[0].startswith("04")


def test_the_booking_window_keeps_to_the_home_clock():
	# 09:00 on Thursday in Tokyo is 01:00 on Thursday in Berlin; 05:00 in Tokyo is still Wednesday there.
	host = Host("host", hours(Trip(march(3), march(9), TOKYO), spans=("05:00-06:00",)))
	now = at("2025-03-04 12:00", BERLIN)
	days = local_days_listed(MeetingRules(60, window=RollingDays(1)), host, now, 6)
	assert days == ["2025-03-04", "2025-03-05"]


def test_a_date_far_east_begins_before_the_one_before_it_does_at_home():
	# Tuesday begins on Kiritimati at 22:00 of Sunday in the zone 12 hours behind UTC.
	home = "Etc/GMT+12"
	given = WorkingHours(home, weekly(TUE, "00:00-04:00"), (), [Trip(march(4), march(4), "Pacific/Kiritimati")])
	found = working_intervals(given, at("2025-03-02 00:00", home), at("2025-03-02 23:30", home))
	assert [shown(ends, home) for ends in found] == [["02 22:00-12:00", "02 23:30-12:00"]]


def test_a_trip_may_last_for_ever():
	host = Host("host", hours(Trip(date.min, date.max, TOKYO)))
	assert shown(on("2025-03-04", host, MeetingRules(240)), TOKYO) == ["04 09:00+09:00", "04 13:00+09:00"]
