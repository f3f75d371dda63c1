"""Overrides: dates with hours of their own. 3 March 2025 is a Monday."""

from datetime import date

import pytest

from scheduler_integration.engine import (
	DateOverride,
	MeetingRules,
	WorkingHours,
	working_intervals,
)

from .support import DAY, EVERY_DAY, MON, TUE, WED, at, free_starts, group_by_local_date, host, span, weekly

ZONE = "America/New_York"
MONDAY, TUESDAY, WEDNESDAY = date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 5)


def available(day, text=None, last=None):
	return DateOverride(day, last or day, True, *(span(text) if text else ()))


def unavailable(day, text=None, last=None):
	return DateOverride(day, last or day, False, *(span(text) if text else ()))


def worked(rules, *overrides):
	zero = at("2025-03-03 00:00", ZONE)
	found = working_intervals(WorkingHours(ZONE, rules, overrides), zero, zero + 3 * DAY)
	return [tuple((end - zero) / 3600 for end in ends) for ends in found]


OFFICE = weekly([MON, TUE, WED], "09:00-17:00")
MON_WED = [(9, 17), (57, 65)]
NIGHT = weekly([MON, TUE], "22:00-02:00")


@pytest.mark.parametrize(
	("overrides", "tuesday"),
	[
		([unavailable(TUESDAY)], []),
		([unavailable(TUESDAY, "12:00-13:00")], [(33, 36), (37, 41)]),
		([unavailable(TUESDAY, "12:00-13:00"), unavailable(TUESDAY, "15:00-00:00")], [(33, 36), (37, 39)]),
		([available(TUESDAY, "06:00-08:00")], [(30, 32)]),
		([available(TUESDAY, "06:00-08:00"), available(TUESDAY, "10:00-11:00")], [(30, 32), (34, 35)]),
		([available(TUESDAY, "06:00-08:00"), available(TUESDAY, "07:00-09:00")], [(30, 33)]),
		([available(TUESDAY, "06:00-12:00"), unavailable(TUESDAY, "08:00-09:00")], [(30, 32), (33, 36)]),
		([available(TUESDAY, "06:00-12:00"), unavailable(TUESDAY)], []),
		([available(TUESDAY)], [(24, 48)]),
		([available(TUESDAY, "00:00-00:00")], [(24, 48)]),
		([unavailable(date(2025, 2, 1))], [(33, 41)]),
	],
)
def test_an_override_replaces_the_weekly_hours_of_its_date_alone(overrides, tuesday):
	assert worked(OFFICE, *overrides) == [MON_WED[0], *tuesday, MON_WED[1]]


def test_an_override_replaces_weekly_cuts_too():
	lunch = weekly(TUE, "12:00-13:00", is_available=False)
	assert worked(OFFICE + lunch, available(TUESDAY, "11:00-14:00")) == [MON_WED[0], (35, 38), MON_WED[1]]


def test_a_run_of_dates_is_overridden_from_first_to_last():
	assert worked(OFFICE, unavailable(MONDAY, last=TUESDAY)) == [MON_WED[1]]
	assert worked(OFFICE, unavailable(date(2020, 1, 1), last=date(2030, 1, 1))) == []
	assert worked((), available(MONDAY, "10:00-11:00", last=WEDNESDAY)) == [(10, 11), (34, 35), (58, 59)]


@pytest.mark.parametrize(
	("override", "expected"),
	[
		# Monday's evening runs to Tuesday 02:00 (hour 26), unless Tuesday has hours of its own.
		(unavailable(TUESDAY), [(22, 24)]),
		(available(TUESDAY, "10:00-11:00"), [(22, 24), (34, 35)]),
		(available(TUESDAY, "00:00-01:00"), [(22, 25)]),
		(unavailable(MONDAY), [(46, 50)]),
		(unavailable(WEDNESDAY), [(22, 26), (46, 48)]),
	],
)
def test_weekly_hours_that_spill_in_end_at_the_midnight_of_an_overridden_date(override, expected):
	assert worked(NIGHT, override) == expected


def test_an_override_that_only_cuts_leaves_the_hours_that_spill_in():
	assert worked(NIGHT, unavailable(TUESDAY, "12:00-13:00")) == [(22, 26), (46, 50)]
	assert worked(NIGHT, unavailable(TUESDAY, "01:00-13:00")) == [(22, 25), (46, 50)]


def test_an_overrides_own_hours_run_past_midnight():
	assert worked((), available(TUESDAY, "22:00-02:00")) == [(46, 50)]
	assert worked(OFFICE, available(TUESDAY, "22:00-10:00")) == [(9, 17), (46, 65)]


def test_an_overrides_own_hours_end_where_the_next_date_is_overridden_as_well():
	assert worked((), available(TUESDAY, "22:00-02:00"), unavailable(WEDNESDAY)) == [(46, 48)]
	night = available(MONDAY, "22:00-02:00"), available(TUESDAY, "10:00-11:00")
	assert worked((), *night) == [(22, 24), (34, 35)]


def test_a_cut_that_runs_past_midnight_cuts_the_next_morning():
	assert worked(OFFICE, unavailable(MONDAY, "16:00-10:00")) == [(9, 16), (34, 41), (57, 65)]


def test_a_cut_that_runs_past_midnight_ends_where_the_next_date_has_its_own_hours():
	own = available(TUESDAY, "09:00-11:00")
	assert worked(OFFICE, unavailable(MONDAY, "16:00-10:00"), own) == [(9, 16), (33, 35), (57, 65)]


def test_an_override_rules_the_hosts_date_however_far_away_the_guest_is():
	auckland = host(
		"Pacific/Auckland",
		weekly(EVERY_DAY, "09:00-17:00"),
		overrides=[DateOverride(date(2025, 11, 25), date(2025, 11, 25), False)],
	)
	first, last = at("2025-11-23 00:00", "Pacific/Auckland"), at("2025-11-28 00:00", "Pacific/Auckland")
	starts = free_starts(MeetingRules(60), auckland, 0, first, last)
	# Tuesday 25 November in Auckland is Monday noon to evening in Los Angeles.
	assert list(group_by_local_date(starts, "America/Los_Angeles")) == [
		"2025-11-22",
		"2025-11-23",
		"2025-11-25",
		"2025-11-26",
	]
