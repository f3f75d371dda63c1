"""Limits of dates, weeks and months. 3 March 2025 is a Monday."""

import pytest

from scheduler_integration.engine import Booked, HostPool, Limit, MeetingRules, Member, Reason, reassignment_refusals

from .support import DAY, EVERY_DAY, HOUR, MINUTE, at, host, local_days_listed, refusal, weekly

ZONE = "America/New_York"
NOW = at("2025-03-03 00:00", ZONE)
WEEK = [f"2025-03-{day:02}" for day in range(3, 10)]


def booked(text, counts=True):
	start = at(f"2025-03-{text}", ZONE)
	return Booked(start, start + 30 * MINUTE, counts=counts, label=text)


def office(*bookings):
	return host(ZONE, weekly(EVERY_DAY, "09:00-17:00"), booked=bookings)


def listed(rules, *bookings):
	return local_days_listed(rules, office(*bookings), NOW, 7)


def test_a_date_with_as_many_bookings_as_the_daily_limit_is_full():
	rules = MeetingRules(30, limits=(Limit("day", 2),))
	assert listed(rules, booked("04 09:00"), booked("05 10:00")) == WEEK
	assert listed(rules, booked("04 09:00"), booked("04 15:00")) == [WEEK[0], *WEEK[2:]]


def test_a_week_with_as_many_bookings_as_the_weekly_limit_is_full():
	rules = MeetingRules(30, limits=(Limit("week", 2),))
	bookings = booked("03 09:00"), booked("09 15:00")
	assert listed(rules, bookings[0]) == WEEK
	assert listed(rules, *bookings) == []
	# The Sunday before and the Monday after are other ISO weeks.
	assert listed(rules, booked("02 09:00"), booked("03 09:00"), booked("10 09:00")) == WEEK


def test_only_bookings_of_the_same_meeting_type_count():
	rules = MeetingRules(30, limits=(Limit("day", 1), Limit("week", 1)))
	assert listed(rules, booked("04 09:00", counts=False)) == WEEK


def test_dates_are_the_hosts():
	# 22:30 on Tuesday in New York is Wednesday in UTC.
	assert listed(MeetingRules(30, limits=(Limit("day", 1),)), booked("04 22:30")) == [WEEK[0], *WEEK[2:]]
	# 20:00 on Sunday in New York is Monday in UTC.
	assert listed(MeetingRules(30, limits=(Limit("week", 1),)), booked("02 20:00")) == WEEK


def test_a_booking_counts_on_the_date_it_starts():
	start = at("2025-03-04 23:00", ZONE)
	overnight = Booked(start, start + 3 * HOUR, counts=True)
	assert listed(MeetingRules(30, limits=(Limit("day", 1),)), overnight) == [WEEK[0], *WEEK[2:]]


def test_a_full_date_of_a_clock_change_is_full_to_its_end():
	always = host(ZONE, weekly(EVERY_DAY, "00:00-00:00"), booked=[booked("09 00:00")])
	rules = MeetingRules(30, limits=(Limit("day", 1),))
	assert local_days_listed(rules, always, NOW, 7)[-2:] == ["2025-03-08", "2025-03-10"]
	for start, expected in (
		("2025-03-08 23:30", None),
		("2025-03-09 23:30", Reason.DAILY_LIMIT),
		("2025-03-10 00:00", None),
	):
		found = refusal(at(start, ZONE), rules, always, NOW)
		assert (found and found.reason) is expected


def test_refusal_names_the_bookings_that_fill_the_limit():
	first, second, other = booked("04 09:00"), booked("04 15:00"), booked("06 09:00")
	a_host = office(other, second, first)
	start = at("2025-03-04 11:00", ZONE)
	daily = refusal(start, MeetingRules(30, limits=(Limit("day", 2),)), a_host, NOW)
	assert (daily.reason, daily.conflicts) == (Reason.DAILY_LIMIT, (first, second))
	full_week = refusal(start + DAY, MeetingRules(30, limits=(Limit("week", 3),)), a_host, NOW)
	assert (full_week.reason, full_week.conflicts) == (Reason.WEEKLY_LIMIT, (first, second, other))


def test_both_limits_apply_together():
	rules = MeetingRules(30, limits=(Limit("day", 1), Limit("week", 2)))
	assert listed(rules, booked("04 09:00")) == [WEEK[0], *WEEK[2:]]
	assert listed(rules, booked("04 09:00"), booked("05 09:00")) == []


def test_a_month_with_as_many_bookings_as_the_monthly_limit_is_full():
	rules = MeetingRules(30, limits=(Limit("month", 2),))
	bookings = booked("01 09:00"), booked("31 23:30")
	assert listed(rules, bookings[0]) == WEEK
	assert listed(rules, *bookings) == []
	full = office(*bookings)
	for start, expected in (
		("2025-02-28 16:30", None),
		("2025-03-01 09:30", Reason.MONTHLY_LIMIT),
		("2025-04-01 09:00", None),
	):
		found = refusal(at(start, ZONE), rules, full, 0)
		assert (found and found.reason) is expected


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_full_from_its_first_date_to_its_last(month):
	rules, zone = MeetingRules(30, limits=(Limit("month", 1),)), "UTC"
	first, next_month = at(f"2024-{month:02}-01 00:00"), at(f"{2024 + month // 12}-{month % 12 + 1:02}-01 00:00")
	full = host(
		zone, weekly(EVERY_DAY, "00:00-00:00"), booked=[Booked(first + 9 * DAY, first + 9 * DAY + HOUR, counts=True)]
	)
	reasons = [refusal(start, rules, full, 0) for start in (first - HOUR, first, next_month - HOUR, next_month)]
	assert [bool(reason) for reason in reasons] == [False, True, True, False]


@pytest.mark.parametrize(("most", "is_full"), [(120, False), (119, True), (90, True), (150, False)])
def test_a_limit_of_minutes_may_be_exactly_reached(most, is_full):
	# Three half-hour bookings exist, and a fourth is asked for.
	bookings = booked("04 09:00"), booked("04 10:00"), booked("04 15:00")
	for period, left in (("day", [WEEK[0], *WEEK[2:]]), ("week", []), ("month", [])):
		rules = MeetingRules(30, limits=(Limit(period, most, in_minutes=True),))
		assert listed(rules, *bookings) == (left if is_full else WEEK)


def test_a_limit_of_fewer_minutes_than_the_meetings_leaves_nothing():
	rules = MeetingRules(30, limits=(Limit("day", 29, in_minutes=True),))
	assert listed(rules) == listed(rules, booked("04 09:00")) == []
	assert refusal(at("2025-03-04 11:00", ZONE), rules, office(), NOW).reason is Reason.DAILY_LIMIT


def test_a_limit_of_minutes_takes_bookings_as_long_as_they_are():
	start = at("2025-03-04 09:00", ZONE)
	long = Booked(start, start + 3 * HOUR, counts=True)
	assert listed(MeetingRules(30, limits=(Limit("day", 200, in_minutes=True),)), long) == [WEEK[0], *WEEK[2:]]
	assert listed(MeetingRules(20, limits=(Limit("day", 200, in_minutes=True),)), long) == WEEK


def test_a_limit_of_the_host_counts_bookings_of_every_type():
	bookings = booked("04 09:00", counts=False), booked("04 15:00")
	assert listed(MeetingRules(30, limits=(Limit("day", 2),)), *bookings) == WEEK
	assert listed(MeetingRules(30, limits=(Limit("day", 2, of_host=True),)), *bookings) == [WEEK[0], *WEEK[2:]]
	assert listed(MeetingRules(30, limits=(Limit("week", 60, True, True),)), *bookings) == []


def test_a_hold_counts_in_no_limit():
	held = booked("04 09:00")._replace(is_hold=True)
	assert listed(MeetingRules(30, limits=(Limit("day", 1), Limit("week", 30, True, True))), held) == WEEK


def test_a_refusal_names_its_limit():
	limits = Limit("day", 5), Limit("week", 1, of_host=True), Limit("month", 30, in_minutes=True)
	rules, full = MeetingRules(30, limits=limits), office(booked("04 09:00"))
	told = HostPool([Member(rules, full)], NOW).refusals(at("2025-03-05 11:00", ZONE))["host"]
	assert [each.limit for each in told] == [limits[1], limits[2]]


def test_a_reassigned_course_lacks_the_weeks_minutes_once_for_each_date():
	"""Its dates are counted together. A second count of each date alone would refuse it twice."""
	rules = MeetingRules(60, days=2, limits=(Limit("week", 80, in_minutes=True),))
	parts = [(start, start + HOUR) for start in (at("2025-03-04 09:00", ZONE), at("2025-03-05 09:00", ZONE))]
	member = Member(rules, office(booked("03 09:00")))
	found = [(start, each.reason, each.limit) for start, each in reassignment_refusals(member, parts, NOW)]
	assert found == [(start, Reason.WEEKLY_LIMIT, rules.limits[0]) for start, _end in parts]
