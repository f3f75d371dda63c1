"""Multi-day meetings. 3 March 2025 is a Monday."""

from datetime import date

import pytest

from scheduler_integration.engine import (
	Booked,
	Busy,
	DateOverride,
	HostPool,
	Limit,
	MeetingRules,
	Member,
	Reason,
	RollingDays,
)

from .support import DAY, EVERY_DAY, FRI, HOUR, MON, SAT, SUN, THU, TUE, at, host, on, shown, weekly

ZONE = "Europe/Rome"
MONDAY = at("2025-03-03 09:00", ZONE)
WEEKDAYS = range(MON, SAT)


def workshop(days=3, skips=False, **rules):
	return MeetingRules(480, days=days, skips_days_off=skips, **rules)


def office(*weekdays, **calendar):
	return host(ZONE, weekly(weekdays or WEEKDAYS, "09:00-17:00"), **calendar)


def pool(rules, *hosts, dates_in=ZONE, **asked):
	return HostPool([Member(rules, each) for each in hosts], asked.pop("now", 0), dates_in=dates_in, **asked)


def starts(rules, a_host, first="2025-03-03", days=7):
	return [text[:2] for text in shown(on(first, a_host, rules, days=days), ZONE)]


def parts(rules, a_host, start):
	return shown([part[0] for part in pool(rules, a_host).parts(start)], ZONE)


def reasons(rules, a_host, start):
	return [(refusal.reason, refusal.instant) for refusal in pool(rules, a_host).refusals(start)["host"]]


def test_it_begins_if_the_following_dates_are_worked_too():
	assert starts(workshop(), office()) == ["03", "04", "05"]
	assert starts(workshop(5), office()) == ["03"]
	assert starts(workshop(6), office()) == []


def test_it_skips_days_off_over_a_weekend():
	assert starts(workshop(skips=True), office()) == ["03", "04", "05", "06", "07"]
	friday = at("2025-03-07 09:00", ZONE)
	assert parts(workshop(skips=True), office(), friday) == ["07 09:00+01:00", "10 09:00+01:00", "11 09:00+01:00"]


def test_it_skips_a_holiday():
	holiday = DateOverride(date(2025, 3, 4), date(2025, 3, 4), False)
	assert parts(workshop(2, True), office(overrides=[holiday]), MONDAY)[1][:2] == "05"
	assert starts(workshop(2), office(overrides=[holiday])) == ["05", "06"]


def test_a_busy_date_is_no_day_off_to_skip():
	tuesday = Busy(MONDAY + DAY, MONDAY + DAY + HOUR)
	assert starts(workshop(2, True), office(busy=[tuesday])) == ["05", "06", "07"]
	assert reasons(workshop(2, True), office(busy=[tuesday]), MONDAY) == [(Reason.LATER_DAY, MONDAY + DAY)]


def test_a_later_date_names_its_conflicts():
	tuesday = Busy(MONDAY + DAY + HOUR, MONDAY + DAY + 2 * HOUR, "dentist")
	(refusal,) = pool(workshop(2), office(busy=[tuesday])).refusals(MONDAY)["host"]
	assert refusal.conflicts == (tuesday,)
	assert [(each.reason, each.conflicts) for each in refusal.because] == [(Reason.BUSY, (tuesday,))]


def test_a_later_date_off_is_outside_the_hours():
	friday = MONDAY + 4 * DAY
	(refusal,) = pool(workshop(2), office()).refusals(friday)["host"]
	assert [each.reason for each in refusal.because] == [Reason.OUTSIDE_HOURS]


def test_the_first_date_has_its_own_reasons():
	monday = Busy(MONDAY, MONDAY + HOUR)
	assert reasons(workshop(2), office(busy=[monday]), MONDAY) == [(Reason.BUSY, None)]


def test_too_long_a_pause_is_refused():
	holiday = DateOverride(date(2025, 3, 4), date(2025, 3, 31), False)
	assert starts(workshop(2, True), office(overrides=[holiday]), days=1) == []
	assert reasons(workshop(2, True), office(overrides=[holiday]), MONDAY) == [(Reason.TOO_FEW_DAYS, None)]


@pytest.mark.parametrize(
	("first", "expected"),
	[
		("2025-03-29", ["29 10:00+01:00", "30 10:00+02:00", "31 10:00+02:00"]),
		("2025-10-25", ["25 10:00+02:00", "26 10:00+01:00", "27 10:00+01:00"]),
	],
)
def test_over_a_clock_change_it_keeps_its_wall_time(first, expected):
	every_day = host(ZONE, weekly(EVERY_DAY, "08:00-12:00"))
	rules = MeetingRules(60, days=3)
	start = at(f"{first} 10:00", ZONE)
	assert parts(rules, every_day, start) == expected
	assert start in on(first, every_day, rules)


def test_a_wall_time_that_a_later_date_skips_moves_forward():
	night = host(ZONE, weekly(EVERY_DAY, "00:00-06:00"))
	assert parts(MeetingRules(30, days=2), night, at("2025-03-29 02:30", ZONE)) == ["29 02:30+01:00", "30 03:30+02:00"]


def test_the_wall_time_is_the_pages():
	# New York changes its clocks on 9 March and Rome doesn't: 15:00 in Rome is 09:00 in New York, and then 10:00.
	rome = host(ZONE, weekly(EVERY_DAY, "14:00-17:00"))
	rules, start = MeetingRules(60, days=2), at("2025-03-08 15:00", ZONE)
	by_page = pool(rules, rome, dates_in="America/New_York").parts(start)
	assert shown([part[0] for part in by_page], ZONE) == ["08 15:00+01:00", "09 14:00+01:00"]
	assert shown([part[0] for part in pool(rules, rome).parts(start)], ZONE)[1] == "09 15:00+01:00"


def test_every_date_keeps_its_buffers():
	evening = Booked(MONDAY + DAY + 8 * HOUR, MONDAY + DAY + 9 * HOUR, buffer_before=15)
	assert starts(workshop(2), office(booked=[evening])) == ["05", "06"]


def test_a_later_date_must_stay_within_the_daily_limit():
	tuesday = Booked(MONDAY + DAY - HOUR, MONDAY + DAY, counts=True)
	assert starts(workshop(2), office(booked=[tuesday])) == ["03", "04", "05", "06"]
	assert starts(workshop(2, limits=[Limit("day", 1)]), office(booked=[tuesday])) == ["05", "06"]


def test_weeks_and_months_count_it_once_where_it_begins():
	days = [
		Booked(at(f"2025-03-{day:02} 18:00", ZONE), at(f"2025-03-{day:02} 19:00", ZONE), counts=True) for day in (9, 10)
	]
	booked = [days[0], days[1]._replace(is_first_day=False)]
	rules = workshop(1, limits=[Limit("week", 1)])
	assert starts(rules, office(booked=booked)) == []
	assert starts(rules, office(booked=booked), "2025-03-10") == ["10", "11", "12", "13", "14"]


def test_its_minutes_count_in_the_weeks_and_months_they_are_in():
	assert starts(workshop(2, limits=[Limit("week", 959, in_minutes=True)]), office()) == []
	assert starts(workshop(2, limits=[Limit("week", 960, in_minutes=True)]), office()) == ["03", "04", "05", "06"]
	assert starts(workshop(2, limits=[Limit("day", 480, in_minutes=True)]), office()) == ["03", "04", "05", "06"]
	# Friday's part and Monday's lie in two weeks, and the last of March and the first of April in two months.
	over_the_weekend = workshop(2, skips=True, limits=[Limit("week", 480, in_minutes=True)])
	assert starts(over_the_weekend, office()) == ["07"]
	over_the_month = workshop(2, limits=[Limit("month", 480, in_minutes=True)])
	assert starts(over_the_month, office(), "2025-03-31") == ["31"]


def test_minutes_that_a_later_week_lacks_are_refused_with_their_date():
	monday = MONDAY + 7 * DAY
	booked = Booked(monday + 10 * HOUR, monday + 11 * HOUR, counts=True)
	rules = workshop(2, skips=True, limits=[Limit("week", 500, in_minutes=True)])
	friday = MONDAY + 4 * DAY
	asked = pool(rules, office(booked=[booked]))
	assert not asked.is_bookable(friday)
	(refusals,) = asked.refusals(friday).values()
	assert [(each.reason, each.instant) for each in refusals] == [(Reason.LATER_DAY, monday)]
	assert [(each.reason, each.conflicts) for each in refusals[0].because] == [(Reason.WEEKLY_LIMIT, (booked,))]


def test_it_may_end_after_the_window():
	now = MONDAY - HOUR
	rules = workshop(3, window=RollingDays(0))
	assert pool(rules, office(), now=now).starts(MONDAY, MONDAY + 7 * DAY) == [MONDAY]


class TestPartlyFree:
	def missing(self, rules, *hosts, **asked):
		found = pool(rules, *hosts, **asked).partly_free(MONDAY, MONDAY + 7 * DAY)
		return {each.start: [part[0] for part in each.missing] for each in found}

	def test_it_names_the_missing_dates(self):
		busy = office(busy=[Busy(MONDAY + DAY, MONDAY + DAY + HOUR)])
		assert self.missing(workshop(2), busy) == {MONDAY: [MONDAY + DAY], MONDAY + DAY: [MONDAY + DAY]}

	def test_a_start_that_is_free_or_wholly_taken_is_not_partly_free(self):
		assert self.missing(workshop(2), office()) == {}
		assert self.missing(workshop(2), office(busy=[Busy(MONDAY - DAY, MONDAY + 7 * DAY)])) == {}

	def test_a_week_that_is_full_offers_no_part_either(self):
		sunday = Booked(MONDAY - 15 * HOUR, MONDAY - 14 * HOUR, counts=True)
		monday = Booked(MONDAY + 10 * HOUR, MONDAY + 11 * HOUR, counts=True)
		busy = {"busy": [Busy(MONDAY + DAY, MONDAY + DAY + HOUR)]}
		limited = workshop(2, limits=[Limit("week", 1)])
		assert self.missing(limited, office(**busy, booked=[sunday]))
		assert self.missing(limited, office(**busy, booked=[monday])) == {}

	def test_a_start_with_a_day_off_is_not_partly_free(self):
		# From Thursday the third date would be a Saturday.
		thursday = at("2025-03-06 09:00", ZONE)
		assert thursday not in self.missing(workshop(), office(busy=[Busy(thursday, thursday + HOUR)]))

	def test_a_window_of_dates_with_slots_counts_the_real_calendars_dates(self):
		busy = [Busy(MONDAY + DAY, MONDAY + DAY + HOUR), Busy(MONDAY + 3 * DAY, MONDAY + 3 * DAY + HOUR)]
		rules = workshop(2, window=RollingDays(1, with_slots_only=True))
		# Tuesday has no slot, so the window reaches to Wednesday.
		found = self.missing(rules, office(busy=busy), now=MONDAY - HOUR)
		assert found[MONDAY + 2 * DAY] == [MONDAY + 3 * DAY]

	def test_the_host_with_the_fewest_missing_dates_is_chosen(self):
		one = office(busy=[Busy(MONDAY + DAY, MONDAY + DAY + HOUR)])
		two = office(busy=[Busy(MONDAY + DAY, MONDAY + 3 * DAY)])
		assert self.missing(workshop(3), two, one)[MONDAY] == [MONDAY + DAY]


def test_days_off_of_a_collective_are_those_of_any_required_host():
	first, second = office(*range(MON, FRI)), office(TUE, THU, FRI, SUN)
	members = [Member(workshop(2, True), first), Member(workshop(2, True), second)]
	together = HostPool(members, 0, together=True, dates_in=ZONE)
	assert shown(together.starts(MONDAY, MONDAY + 7 * DAY), ZONE) == ["04 09:00+01:00", "06 09:00+01:00"]
	assert [part[0] for part in together.parts(MONDAY + DAY)] == [MONDAY + DAY, MONDAY + 3 * DAY]
