"""Starts beside the plain grid: filled gaps, an offset, and only the first of a date. 3 March 2025 is a Monday."""

from datetime import date, timedelta

import pytest

from scheduler_integration.engine import (
	Booked,
	Busy,
	DateOverride,
	Host,
	HostPool,
	MeetingRules,
	Member,
	Reason,
	WorkingHours,
	relevant_span,
)

from .support import DAY, EVERY_DAY, HOUR, MON, at, host, on, times, weekly

ZONE = "Asia/Kolkata"


def between(start, end):
	return at(f"2025-03-03 {start}", ZONE), at(f"2025-03-03 {end}", ZONE)


def listed(rules, *spans, busy=(), booked=()):
	return times(on("2025-03-03", host(ZONE, weekly(MON, *spans), busy=busy, booked=booked), rules), ZONE)


def fill_gaps(**rules):
	return MeetingRules(60, fill_gaps=True, **rules)


@pytest.mark.parametrize(
	("end", "expected"), [("10:07", "10:10"), ("10:10", "10:10"), ("10:11", "10:15"), ("10:59", None), ("11:00", None)]
)
def test_a_start_follows_a_busy_time_on_the_next_five_minutes(end, expected):
	found = listed(fill_gaps(), "09:00-13:00", busy=[Busy(*between("09:30", end))])
	assert found == [text for text in (expected, "11:00", "12:00") if text]


def test_a_start_in_a_gap_keeps_the_buffers():
	busy, booked = [Busy(*between("09:30", "10:07"))], [Booked(*between("11:30", "12:00"), buffer_after=25)]
	assert listed(fill_gaps(buffer_before=10), "09:00-14:00", busy=busy, booked=booked) == ["10:20", "12:25", "13:00"]


def test_a_start_in_a_gap_fits_before_the_next_busy_time():
	busy = [Busy(*between("09:30", "10:07")), Busy(*between("11:09", "12:00"))]
	assert listed(fill_gaps(), "09:00-13:00", busy=busy) == ["12:00"]
	busy[1] = Busy(*between("11:10", "12:00"))
	assert listed(fill_gaps(), "09:00-13:00", busy=busy) == ["10:10", "12:00"]


def test_a_start_in_a_gap_lies_in_the_hours():
	assert listed(fill_gaps(), "09:00-12:00", busy=[Busy(*between("08:00", "11:02"))]) == []
	assert listed(fill_gaps(), "09:00-12:00", busy=[Busy(*between("08:00", "08:32"))]) == ["09:00", "10:00", "11:00"]


def test_an_offset_moves_each_windows_grid():
	rules = MeetingRules(30, slot_interval=60, slot_offset=15)
	assert listed(rules, "09:00-11:00", "12:10-13:00") == ["09:15", "10:15", "12:25"]


def test_an_offset_beyond_its_window_leaves_nothing():
	assert listed(MeetingRules(30, slot_offset=90), "09:00-10:30", "12:00-14:00") == ["13:30"]


class TestFirstSlotOnly:
	rules = MeetingRules(60, first_slot_only=True)

	def test_each_date_has_its_first_start_alone(self):
		office = host(ZONE, weekly(EVERY_DAY, "09:00-12:00"))
		assert times(on("2025-03-03", office, self.rules, days=3), ZONE) == ["09:00"] * 3

	def test_once_it_is_taken_the_next_is_the_first(self):
		assert listed(self.rules, "09:00-12:00", busy=[Busy(*between("09:10", "09:20"))]) == ["10:00"]

	def test_dates_are_the_pages(self):
		# 18:30 UTC is midnight in Kolkata. The host's evening belongs to two dates of a page there, and to one date in UTC.
		office = host("UTC", weekly(MON, "17:30-20:30"))
		first, last = at("2025-03-03 00:00"), at("2025-03-04 00:00")

		def starts(zone):
			return times(HostPool([Member(self.rules, office)], 0, dates_in=zone).starts(first, last), "UTC")

		assert starts("UTC") == starts(None) == ["17:30"]
		assert starts(ZONE) == ["17:30", "18:30"]

	def test_the_others_are_refused_as_not_the_first(self):
		office = host(ZONE, weekly(MON, "09:00-12:00"))
		pool = HostPool([Member(self.rules, office)], 0)
		nine = between("09:00", "09:00")[0]
		told = [[r.reason for r in pool.refusals(nine + n * HOUR)["host"]] for n in range(4)]
		assert told == [[], [Reason.NOT_THE_FIRST], [Reason.NOT_THE_FIRST], [Reason.OUTSIDE_HOURS]]

	def test_the_relevant_span_covers_the_whole_date(self):
		nine, ten = between("09:00", "10:00")
		for zone in (ZONE, "Pacific/Kiritimati", "Etc/GMT+12"):
			first, end = relevant_span(self.rules, zone, 0, ten, ten + HOUR)
			assert first <= nine - DAY
			assert end >= ten + DAY

	def test_of_several_hosts_the_earliest_is_the_dates_first(self):
		early, late = host(ZONE, weekly(MON, "09:00-11:00")), host("Europe/London", weekly(MON, "09:00-11:00"))
		pool = HostPool([Member(self.rules, late), Member(self.rules, early)], 0, dates_in=ZONE)
		assert times(pool.starts(*between("00:00", "23:00")), ZONE) == ["09:00"]

	@pytest.mark.parametrize("day", ["2025-03-30", "2025-10-26"])
	def test_a_date_of_a_clock_change_has_one_too(self, day):
		rome = host("Europe/Rome", weekly(EVERY_DAY, "00:00-00:00"))
		found = on(day, rome, self.rules, days=2)
		assert times(found, "Europe/Rome") == ["00:00", "00:00"]
		assert timedelta(seconds=found[1] - found[0]) != timedelta(seconds=DAY)


class TestGivenStarts:
	"""Starts that a host has chosen one by one."""

	def given(self, *texts, minutes=60):
		return MeetingRules(minutes, given_starts=frozenset(at(f"2025-03-03 {text}", ZONE) for text in texts))

	def test_only_they_are_offered_outside_of_the_weekly_hours_too(self):
		rules = self.given("09:10", "19:00", "19:30")
		assert listed(rules, "09:00-13:00") == ["09:10", "19:00", "19:30"]

	def test_busy_times_and_buffers_close_them(self):
		rules = self.given("10:00", "11:00", "19:00")
		busy, booked = [Busy(*between("10:30", "10:45"))], [Booked(*between("18:00", "18:50"), buffer_after=15)]
		assert listed(rules, "09:00-13:00", busy=busy, booked=booked) == ["11:00"]

	def test_a_day_off_closes_them_and_hours_away_those_they_touch(self):
		day = date(2025, 3, 3)
		hours = DateOverride(day, day, False, 600, 660)
		rules = self.given("09:00", "09:30", "10:30", "11:00")
		away = Host("host", WorkingHours(ZONE, weekly(MON, "09:00-13:00"), (hours,)))
		assert times(on("2025-03-03", away, rules), ZONE) == ["09:00", "11:00"]
		off = Host("host", WorkingHours(ZONE, weekly(MON, "09:00-13:00"), (DateOverride(day, day, False),)))
		pool = HostPool([Member(rules, off)], at("2025-03-01 00:00"))
		assert pool.starts(*between("00:00", "23:59")) == []
		start = at("2025-03-03 09:00", ZONE)
		assert [each.reason for each in pool.refusals(start)["host"]] == [Reason.OUTSIDE_HOURS]

	def test_other_starts_of_the_hours_are_refused(self):
		pool = HostPool([Member(self.given("09:00"), host(ZONE, weekly(MON, "09:00-13:00")))], at("2025-03-01 00:00"))
		start = at("2025-03-03 10:00", ZONE)
		assert not pool.is_bookable(start)
		assert [each.reason for each in pool.refusals(start)["host"]] == [Reason.OFF_GRID]

	def test_a_second_host_with_equal_hours_still_offers_them(self):
		rules, hours = self.given("09:00", "19:00"), WorkingHours(ZONE, weekly(MON, "09:00-13:00"))
		busy = [Busy(*between("09:00", "10:00"))]
		members = [Member(rules, Host("one", hours, busy)), Member(rules, Host("two", hours))]
		pool = HostPool(members, at("2025-03-01 00:00"))
		assert times(pool.starts(*between("00:00", "23:59")), ZONE) == ["09:00", "19:00"]
