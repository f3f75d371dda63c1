"""The times that are taken: they could be booked if nothing in a calendar were in the way. 3 March 2025 is a Monday."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler_integration.engine import Booked, Busy, HostPool, Limit, MeetingRules, Member, Reason, local_date

from .scenarios import Scenario
from .support import DAY, EVERY_DAY, HOUR, MINUTE, at, examples, host, times, weekly
from .test_agreement import ALL_ZONES

ROME = "Europe/Rome"
MONDAY = at("2025-03-03 00:00", ROME)
NINE = MONDAY + 9 * HOUR
HALF = MeetingRules(30)
IN_CALENDARS = {Reason.BUSY, Reason.BUFFER, Reason.NO_SEATS}


def taken(rules=HALF, now=0, busy=(), booked=(), days=1, hours="09:00-12:00"):
	anna = host(ROME, weekly(EVERY_DAY, hours), busy=busy, booked=booked)
	return times(HostPool([Member(rules, anna)], now).taken(MONDAY, MONDAY + days * DAY), ROME)


def test_times_that_something_in_the_calendar_covers_are_taken():
	assert taken() == []
	assert taken(busy=[Busy(NINE + 30 * MINUTE, NINE + 90 * MINUTE)]) == ["09:30", "10:00"]
	assert taken(booked=[Booked(NINE, NINE + HOUR)]) == ["09:00", "09:30"]
	assert taken(booked=[Booked(NINE, NINE + HOUR, is_hold=True)]) == ["09:00", "09:30"]
	assert taken(replace(HALF, buffer_after=30), busy=[Busy(NINE + HOUR, NINE + 2 * HOUR)]) == [
		"09:30",
		"10:00",
		"10:30",
	]


def test_nights_notice_and_limits_are_never_taken_times():
	meeting = Booked(NINE, NINE + 30 * MINUTE, counts=True)
	assert taken(busy=[Busy(MONDAY, NINE)]) == []
	assert taken(replace(HALF, minimum_notice=60), now=NINE - 30 * MINUTE, booked=[meeting]) == []
	assert taken(replace(HALF, limits=(Limit("day", 1),)), booked=[meeting]) == []


def test_a_day_without_a_free_time_has_no_taken_ones():
	assert taken(busy=[Busy(MONDAY, MONDAY + DAY)]) == []
	assert taken(busy=[Busy(MONDAY, MONDAY + DAY), Busy(NINE + DAY, NINE + DAY + HOUR)], days=2) == ["09:00", "09:30"]


def test_while_somebody_of_a_team_is_free_the_time_isnt_taken():
	busy = Busy(NINE, NINE + HOUR)
	names = {"anna": [busy], "bert": [Busy(NINE, NINE + 30 * MINUTE)]}
	members = [
		Member(HALF, replace(host(ROME, weekly(EVERY_DAY, "09:00-12:00"), busy=own), name=name))
		for name, own in names.items()
	]
	day = MONDAY, MONDAY + DAY
	assert times(HostPool(members, 0).taken(*day), ROME) == ["09:00"]
	assert times(HostPool(members, 0, together=True).taken(*day), ROME) == ["09:00", "09:30"]


def test_what_a_limit_closes_for_one_of_a_team_isnt_taken():
	anna = host(ROME, weekly(EVERY_DAY, "09:00-12:00"), booked=[Booked(NINE, NINE + 30 * MINUTE, counts=True)])
	bert = replace(host(ROME, weekly(EVERY_DAY, "10:00-12:00")), name="bert")
	members = [Member(replace(HALF, limits=(Limit("day", 1),)), anna), Member(HALF, bert)]
	assert times(HostPool(members, 0).taken(MONDAY, MONDAY + DAY), ROME) == []


def test_a_session_off_the_grid_whose_buffer_is_broken_is_taken():
	"""Its seats may be had again once the other meeting has gone, so whoever waits must be able to find it."""
	start = NINE + 10 * MINUTE
	session = Booked(start, start + 30 * MINUTE, counts=True, session="class")
	rules = replace(HALF, seats=2, buffer_before=10)
	assert taken(rules, booked=[session]) == ["09:00", "09:30"]
	assert taken(rules, booked=[session], busy=[Busy(NINE, start)]) == ["09:00", "09:10", "09:30"]


def starts_without_calendars(pool, case):
	"""Every start that the pool's hosts would offer with empty calendars and no limits, and those of sessions that stand."""
	sessions = {each.start for member in pool.members for each in member.host.booked if each.session}
	idle = [
		replace(each, rules=replace(each.rules, limits=()), host=replace(each.host, busy=(), booked=()))
		for each in pool.members
	]
	offered = pool.with_members(idle).starts(case.first, case.last)
	return sorted({*offered, *(start for start in sessions if case.first <= start < case.last)})


@pytest.mark.long
def test_the_random_schedules_have_taken_times():
	"""The property below would pass without any."""
	cases = [Scenario(random.Random(seed), ALL_ZONES, hosts=(1, 1, 2, 3)[seed % 4]) for seed in range(200)]
	assert sum(bool(each.pool().taken(each.first, each.last)) for each in cases) >= 20


@pytest.mark.long
@settings(examples(200, derandomize=True, database=None))
@given(st.randoms(use_true_random=False), st.sampled_from((1, 1, 2, 3)))
def test_taken_are_exactly_the_starts_that_only_calendars_refuse(rng, hosts):
	case = Scenario(rng, ALL_ZONES, hosts=hosts)
	pool = case.pool()
	found = pool.taken(case.first, case.last)
	assert found == sorted(set(found) - set(pool.starts(case.first, case.last)))
	if case.rules.days > 1:
		assert found == []
		return
	if case.together or case.rules.first_slot_only:
		return
	dates_in = case.dates_in or case.members[0].host.hours.zone
	whole = pool.starts(case.first - 2 * DAY, case.last + 2 * DAY)
	dates = {local_date(start, dates_in) for start in whole}
	expected = []
	for start in starts_without_calendars(pool, case):
		reasons = [{refusal.reason for refusal in own} for own in pool.refusals(start).values()]
		only_calendars = all(reasons) and any(own <= IN_CALENDARS for own in reasons)
		if only_calendars and local_date(start, dates_in) in dates:
			expected.append(start)
	assert found == expected


@pytest.mark.parametrize("seed", range(3))
def test_a_range_may_be_split_anywhere(seed):
	rng = random.Random(seed)
	case = Scenario(rng, ALL_ZONES, hosts=2)
	pool, middle = case.pool(), rng.randrange(case.first, case.last)
	whole = pool.taken(case.first, case.last)
	assert pool.taken(case.first, middle) + pool.taken(middle, case.last) == whole
