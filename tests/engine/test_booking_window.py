"""How far ahead a meeting can be booked: business days, dates with slots, a range of dates. 3 March 2025 is a Monday."""

from datetime import date

import pytest

from scheduler_integration.engine import (
	Booked,
	Busy,
	DateOverride,
	DateRange,
	HostPool,
	MeetingRules,
	Member,
	Reason,
	RollingDays,
)

from .support import (
	DAY,
	EVERY_DAY,
	FRI,
	HOUR,
	MON,
	SAT,
	SUN,
	THU,
	at,
	group_by_local_date,
	host,
	local_days_listed,
	refusal,
	weekly,
)

ZONE = "Asia/Jerusalem"
WEEKDAYS = range(MON, SAT)
MONDAY = at("2025-03-03 08:00", ZONE)


def days(a_host, window, now=MONDAY, within=60, **rules):
	return [int(day[8:]) for day in local_days_listed(MeetingRules(60, window=window, **rules), a_host, now, within)]


def working(weekdays, **calendar):
	return host(ZONE, weekly(weekdays, "09:00-11:00"), **calendar)


@pytest.mark.parametrize(
	("count", "expected"),
	[(0, [3]), (1, [3, 4]), (4, [3, 4, 5, 6, 7]), (5, [3, 4, 5, 6, 7, 10]), (6, [3, 4, 5, 6, 7, 10, 11])],
)
def test_business_days_leave_the_weekend_out(count, expected):
	assert days(working(WEEKDAYS), RollingDays(count, business_only=True)) == expected


def test_business_days_of_a_host_who_works_from_sunday_to_thursday():
	sunday_to_thursday = working([SUN, *range(MON, FRI)])
	assert days(sunday_to_thursday, RollingDays(3, business_only=True)) == [3, 4, 5, 6]
	assert days(sunday_to_thursday, RollingDays(4, business_only=True)) == [3, 4, 5, 6, 9]
	assert days(sunday_to_thursday, RollingDays(5, business_only=True)) == [3, 4, 5, 6, 9, 10]


def test_business_days_counted_from_a_weekend_begin_with_the_next_one():
	saturday = at("2025-03-08 12:00", ZONE)
	assert days(working(WEEKDAYS), RollingDays(1, business_only=True), now=saturday) == [10]
	assert days(working(WEEKDAYS), RollingDays(0, business_only=True), now=saturday) == []


def test_a_holiday_is_still_a_business_day():
	holiday = DateOverride(date(2025, 3, 4), date(2025, 3, 4), False)
	assert days(working(WEEKDAYS, overrides=[holiday]), RollingDays(2, business_only=True)) == [3, 5]


def test_dates_with_slots_are_counted_past_a_fortnights_holiday():
	holiday = DateOverride(date(2025, 3, 5), date(2025, 3, 18), False)
	assert days(working(WEEKDAYS, overrides=[holiday]), RollingDays(3, with_slots_only=True)) == [3, 4, 19, 20]
	assert days(working(WEEKDAYS, overrides=[holiday]), RollingDays(3)) == [3, 4]


def test_a_date_that_is_booked_out_has_no_slots():
	nine = at("2025-03-04 09:00", ZONE)
	full = working(WEEKDAYS, busy=[Busy(nine, nine + HOUR)], booked=[Booked(nine + HOUR, nine + 2 * HOUR)])
	assert days(full, RollingDays(2, with_slots_only=True)) == [3, 5, 6]


def test_a_date_within_the_notice_has_no_slots():
	assert days(working(WEEKDAYS), RollingDays(1, with_slots_only=True), minimum_notice=2 * 24 * 60) == [5]


def test_without_slots_in_a_year_the_window_is_that_year():
	never = working([])
	beyond = refusal(MONDAY + 400 * DAY, MeetingRules(60, window=RollingDays(1, with_slots_only=True)), never, MONDAY)
	within = refusal(MONDAY + 300 * DAY, MeetingRules(60, window=RollingDays(1, with_slots_only=True)), never, MONDAY)
	assert (beyond.reason, within.reason) == (Reason.BEYOND_WINDOW, Reason.OUTSIDE_HOURS)


@pytest.mark.parametrize(
	("first", "last", "expected"),
	[
		(date(2025, 3, 5), date(2025, 3, 6), [5, 6]),
		(date(2025, 3, 5), date(2025, 3, 5), [5]),
		(None, date(2025, 3, 4), [3, 4]),
		(date(2025, 3, 7), None, [7, 8, 9]),
		(date(2025, 2, 1), date(2025, 2, 28), []),
	],
)
def test_a_range_of_dates_holds_both_its_ends(first, last, expected):
	assert days(working(EVERY_DAY), DateRange(first, last), within=7)[:9] == expected


def test_the_dates_of_a_range_are_the_hosts():
	# Midnight in Jerusalem is 22:00 UTC of the day before.
	always = host(ZONE, weekly(EVERY_DAY, "00:00-00:00"))
	rules = MeetingRules(60, window=DateRange(date(2025, 3, 5), date(2025, 3, 5)))

	def reason(text):
		found = refusal(at(text), rules, always, MONDAY)
		return found and found.reason

	assert reason("2025-03-04 21:00") is Reason.BEFORE_WINDOW
	assert reason("2025-03-04 22:00") is None
	assert reason("2025-03-05 21:00") is None
	assert reason("2025-03-05 22:00") is Reason.BEYOND_WINDOW


def test_a_window_of_business_days_ends_with_a_date_whatever_clocks_do():
	# Clocks in Jerusalem changed on Friday 28 March 2025.
	thursday = at("2025-03-27 12:00", ZONE)
	always = host(ZONE, weekly([THU, FRI], "00:00-00:00"))
	rules = MeetingRules(60, window=RollingDays(1, business_only=True))
	assert refusal(at("2025-03-28 23:00", ZONE), rules, always, thursday) is None
	assert refusal(at("2025-04-03 00:00", ZONE), rules, always, thursday).reason is Reason.BEYOND_WINDOW


class TestDatesWithRoomOfATeam:
	"""A fortnight's leave from Tuesday the 4th for one of two hosts."""

	AWAY = DateOverride(date(2025, 3, 4), date(2025, 3, 18), False)
	NEXT_THREE = MeetingRules(60, window=RollingDays(3, with_slots_only=True))

	def days(self, *hosts, **asked):
		members = [Member(self.NEXT_THREE, each) for each in hosts]
		pool = HostPool(members, MONDAY, **asked)
		return [int(day[8:]) for day in group_by_local_date(pool.starts(MONDAY, MONDAY + 30 * DAY), ZONE)]

	def test_a_date_counts_if_any_host_of_a_round_robin_has_a_slot(self):
		here, away = working(WEEKDAYS), working(WEEKDAYS, overrides=[self.AWAY])
		assert self.days(here, away) == self.days(away, here) == [3, 4, 5, 6]
		assert self.days(away) == [3, 19, 20, 21]

	def test_a_date_counts_if_all_hosts_of_a_collective_have_a_slot(self):
		here, away = working(WEEKDAYS), working(WEEKDAYS, overrides=[self.AWAY])
		assert self.days(here, away, together=True) == [3, 19, 20, 21]

	def test_a_host_with_another_window_keeps_it(self):
		away = Member(self.NEXT_THREE, working(WEEKDAYS, overrides=[self.AWAY]))
		today_only = Member(MeetingRules(60, window=RollingDays(0)), working(WEEKDAYS))
		starts = HostPool([away, today_only], MONDAY).starts(MONDAY, MONDAY + 30 * DAY)
		assert [int(day[8:]) for day in group_by_local_date(starts, ZONE)] == [3, 19, 20, 21]

	def test_the_dates_are_the_pages(self):
		# On the page it is still Sunday 23:00, and the host's hours begin at Monday's midnight.
		assert self.days(working(WEEKDAYS), dates_in="America/Denver") == [3, 4, 5]

	def test_a_multi_day_meeting_needs_all_its_dates(self):
		busy = [Busy(at(f"2025-03-{day:02} 09:00", ZONE), at(f"2025-03-{day:02} 10:00", ZONE)) for day in (4, 6)]
		here = working(WEEKDAYS, busy=busy)
		rules = MeetingRules(120, days=2, window=RollingDays(1, with_slots_only=True))
		starts = HostPool([Member(rules, here)], MONDAY).starts(MONDAY + DAY, MONDAY + 30 * DAY)
		assert [int(day[8:]) for day in group_by_local_date(starts, ZONE)] == [10]
