"""Weekly rules: which instants are working hours. 3 March 2025 is a Monday."""

from datetime import date

import pytest

from scheduler_integration.engine import (
	DateOverride,
	DateRange,
	EngineError,
	InvalidRule,
	Limit,
	MeetingRules,
	RollingDays,
	Trip,
	UnknownTimeZone,
	WeeklyRule,
	WorkingHours,
	working_intervals,
)

from .support import EVERY_DAY, FRI, MON, SUN, TUE, WED, at, weekly


def worked(*rules, first="2025-03-03 00:00", last="2025-03-06 00:00"):
	hours = WorkingHours("Europe/Rome", sum(rules, ()))
	found = working_intervals(hours, at(first, "Europe/Rome"), at(last, "Europe/Rome"))
	zero = at("2025-03-03 00:00", "Europe/Rome")
	return [tuple(f"{(end - zero) // 86400}d{(end - zero) % 86400 // 60 / 60:g}" for end in ends) for ends in found]


@pytest.mark.parametrize(
	("rules", "expected"),
	[
		([weekly(MON, "09:00-17:00")], [("0d9", "0d17")]),
		([weekly(MON, "09:00-12:00", "13:00-17:00")], [("0d9", "0d12"), ("0d13", "0d17")]),
		([weekly(MON, "13:00-17:00", "09:00-12:00")], [("0d9", "0d12"), ("0d13", "0d17")]),
		([weekly(MON, "09:00-12:00", "12:00-17:00")], [("0d9", "0d17")]),
		([weekly(MON, "09:00-14:00", "10:00-11:00", "12:00-17:00")], [("0d9", "0d17")]),
		([weekly(MON, "22:00-02:00")], [("0d22", "1d2")]),
		([weekly(MON, "09:00-00:00")], [("0d9", "1d0")]),
		([weekly(MON, "00:00-00:00")], [("0d0", "1d0")]),
		([weekly(MON, "10:00-10:00")], [("0d10", "1d10")]),
		([weekly(MON, "09:00-23:59")], [("0d9", "1d0")]),
		([weekly(MON, "09:00-23:58")], [("0d9", "0d" + f"{23 + 58 / 60:g}")]),
		([weekly(MON, "23:59-23:59")], [("0d" + f"{23 + 59 / 60:g}", "1d0")]),
		([weekly(MON, "09:00-24:00")], [("0d9", "1d0")]),
		([weekly(MON, "20:00-00:00"), weekly(TUE, "00:00-04:00")], [("0d20", "1d4")]),
		([weekly(MON, "20:00-02:00"), weekly(TUE, "01:00-04:00")], [("0d20", "1d4")]),
		([weekly(SUN, "22:00-02:00")], [("0d0", "0d2")]),
		([weekly(EVERY_DAY, "00:00-00:00")], [("0d0", "3d0")]),
		([weekly(FRI, "09:00-17:00")], []),
		([], []),
	],
)
def test_rules_open_hours(rules, expected):
	assert worked(*rules) == expected


@pytest.mark.parametrize(
	("cut", "expected"),
	[
		(
			weekly(MON, "12:00-13:00", is_available=False),
			[("0d9", "0d12"), ("0d13", "0d17"), ("1d9", "1d17")],
		),
		(weekly(MON, "08:00-10:00", is_available=False), [("0d10", "0d17"), ("1d9", "1d17")]),
		(weekly(MON, "00:00-00:00", is_available=False), [("1d9", "1d17")]),
		(weekly(MON, "16:00-10:00", is_available=False), [("0d9", "0d16"), ("1d10", "1d17")]),
		(weekly(SUN, "20:00-09:30", is_available=False), [("0d9.5", "0d17"), ("1d9", "1d17")]),
		(weekly(WED, "12:00-13:00", is_available=False), [("0d9", "0d17"), ("1d9", "1d17")]),
	],
)
def test_a_rule_that_is_not_available_cuts_whatever_is_open_then(cut, expected):
	assert worked(weekly([MON, TUE], "09:00-17:00"), cut) == expected


def test_hours_are_clipped_to_the_range_asked_about():
	found = worked(weekly(EVERY_DAY, "09:00-17:00"), first="2025-03-03 10:00", last="2025-03-04 09:30")
	assert found == [("0d10", "0d17"), ("1d9", "1d9.5")]


def test_an_empty_range_has_no_hours():
	hours = WorkingHours("UTC", weekly(EVERY_DAY, "00:00-00:00"))
	assert working_intervals(hours, 100, 100) == working_intervals(hours, 100, 50) == []


def test_hours_in_an_unknown_zone_are_refused():
	with pytest.raises(UnknownTimeZone):
		working_intervals(WorkingHours("Europe/Atlantis", ()), 0, 1)


@pytest.mark.parametrize(
	("build", "field"),
	[
		(lambda: WeeklyRule(7, 0, 60), "weekday"),
		(lambda: WeeklyRule(-1, 0, 60), "weekday"),
		(lambda: WeeklyRule(0, -1, 60), "start"),
		(lambda: WeeklyRule(0, 1440, 60), "start"),
		(lambda: WeeklyRule(0, 0, 1441), "end"),
		(lambda: WeeklyRule(0, 0, -1), "end"),
		(lambda: DateOverride(date(2025, 1, 2), date(2025, 1, 1), False), "last"),
		(lambda: DateOverride(date(2025, 1, 1), date(2025, 1, 1), True, 540), "end"),
		(lambda: DateOverride(date(2025, 1, 1), date(2025, 1, 1), True, None, 540), "end"),
		(lambda: DateOverride(date(2025, 1, 1), date(2025, 1, 1), True, 1500, 540), "start"),
		(lambda: MeetingRules(0), "duration"),
		(lambda: MeetingRules(30, slot_interval=0), "slot_interval"),
		(lambda: MeetingRules(30, buffer_before=-1), "buffer_before"),
		(lambda: MeetingRules(30, buffer_after=-1), "buffer_after"),
		(lambda: MeetingRules(30, minimum_notice=-1), "minimum_notice"),
		(lambda: MeetingRules(30, slot_offset=-1), "slot_offset"),
		(lambda: MeetingRules(30, seats=0), "seats"),
		(lambda: MeetingRules(30, party_size=0), "party_size"),
		(lambda: MeetingRules(30, days=0), "days"),
		(lambda: RollingDays(-1), "days"),
		(lambda: DateRange(date(2025, 1, 2), date(2025, 1, 1)), "last"),
		(lambda: Trip(date(2025, 1, 2), date(2025, 1, 1), "UTC"), "last"),
		(lambda: Limit("day", 0), "most"),
		(lambda: Limit("year", 1), "period"),
	],
)
def test_values_that_make_no_sense_are_refused_and_named(build, field):
	with pytest.raises(InvalidRule) as caught:
		build()
	assert caught.value.field == field
	assert isinstance(caught.value, EngineError)


def test_equal_hours_are_equal_and_lists_will_do():
	rule = WeeklyRule(0, 540, 1020)
	assert hash(WorkingHours("UTC", [rule])) == hash(WorkingHours("UTC", (rule,)))
	assert WorkingHours("UTC", [rule], []) == WorkingHours("UTC", (rule,))
