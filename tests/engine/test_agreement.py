"""Properties of every schedule: listing and checking agree, and ranges may be split anywhere."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler_integration.engine import (
	DateOverride,
	Host,
	HostPool,
	HostSlots,
	MeetingRules,
	Member,
	Trip,
	WorkingHours,
	booking_window,
	conflicts_with,
	relevant_dates,
	relevant_span,
	working_intervals,
)

from .reference import Reference
from .scenarios import Scenario
from .support import (
	DAY,
	EVERY_DAY,
	HOUR,
	MINUTE,
	at,
	examples,
	free_starts,
	group_by_local_date,
	is_bookable,
	refusal,
	weekly,
)
from .wall_clock_hours import clock_changes_near, is_open

ALL_ZONES = sorted(available_timezones() - {"Factory", "localtime"})
anything = examples(40, derandomize=True, database=None)
costly = settings(anything, max_examples=15)
randoms = st.randoms(use_true_random=False)


def anywhere(rng, hosts):
	return Scenario(rng, ALL_ZONES, hosts=hosts)


some = st.sampled_from((1, 1, 2, 3))


def scenarios(hosts=some):
	return st.builds(anywhere, randoms, hosts)


def listed(case, first=None, last=None, members=None):
	first, last = (case.first if first is None else first, case.last if last is None else last)
	return case.pool(members).starts(first, last)


def candidates(case):
	"""The offered starts, and those that any host would offer with an empty calendar."""
	found = set(listed(case))
	for member in case.members:
		rules = replace(member.rules, minimum_notice=0, window=None, days=1, first_slot_only=False, limits=())
		found.update(free_starts(rules, Host("idle", member.host.hours), 0, case.first, case.last))
	return sorted(found)


def is_refused(pool, case, start):
	"""Whether the hosts' reasons, taken together, refuse `start`."""
	reasons = pool.refusals(start)
	if not case.together:
		return all(reasons.values())
	needed = [reasons[m.host.name] for m in case.members if m.is_required]
	free = sum(not reasons[m.host.name] for m in case.members if not m.is_required)
	return any(needed) or free < case.at_least or not (needed or case.at_least)


def with_calendars(case, change):
	return [Member(m.rules, change(m), m.is_required) for m in case.members]


@pytest.mark.long
def test_the_random_schedules_hold_what_the_properties_look_for():
	"""Several properties loop over starts. Without starts they would pass with any engine."""
	seen = Counter()
	for seed in range(60):
		case = Scenario(random.Random(seed), ALL_ZONES, hosts=(1, 1, 2, 3)[seed % 4])
		seen["starts"] += bool(starts := listed(case))
		seen["starts beside busy times"] += bool(starts) and any(member.host.busy for member in case.members)
		seen["partly free"] += bool(case.pool().partly_free(case.first, case.last))
		pool = case.with_sessions(random.Random(seed)).pool()
		seen["joined sessions"] += any(
			conflicts_with(start, m.rules, m.host)
			for start in listed(case)
			for m in case.members
			if m.host.name in pool.free_hosts(start)
		)
	assert len(seen) == 4
	assert min(seen.values()) >= 5, seen


@pytest.mark.parametrize("seed", range(100))
def test_listing_check_and_reasons_agree_on_every_candidate(seed):
	case = Scenario(random.Random(seed), hosts=(1, 1, 2, 3)[seed % 4])
	pool, starts = case.pool(), set(listed(case))
	for start in random.Random(seed).sample(found := candidates(case), min(len(found), 25)):
		assert pool.is_bookable(start) == (start in starts) == (not is_refused(pool, case, start))
		assert bool(pool.free_hosts(start)) == (start in starts)


@pytest.mark.parametrize("seed", range(4))
def test_listing_and_check_agree_on_every_minute(seed):
	case = Scenario(random.Random(seed), days=1)
	starts = set(listed(case))
	for start in range(case.first, case.last, MINUTE):
		assert case.pool().is_bookable(start) == (start in starts)


@pytest.mark.long
@anything
@given(scenarios(st.just(1)))
def test_host_slots_of_a_range_and_of_one_start_decide_alike(case):
	rules = replace(case.rules, days=1, first_slot_only=False)
	rules = HostPool([Member(rules, case.host)], case.now).rules
	window = booking_window(rules, case.host, case.now)
	host_slots = HostSlots(rules, case.host, case.now, window, case.first, case.last)
	starts = set(host_slots.starts())
	assert starts == set(free_starts(rules, case.host, case.now, case.first, case.last))
	for start in [*candidates(case), *range(case.first, case.last, 47 * MINUTE + 1)]:
		alone = refusal(start, rules, case.host, case.now)
		assert (alone is None) == (start in starts) == host_slots.is_open(start)
		assert is_bookable(start, rules, case.host, case.now) == (start in starts)
		assert next(host_slots.refusals(start), None) == alone


@pytest.mark.long
@anything
@given(scenarios(), randoms)
def test_a_range_split_anywhere_lists_the_same(case, rng):
	cuts = sorted(rng.randrange(case.first, case.last + 1) for _ in range(5))
	ends = [case.first, *cuts, case.last]
	parts = [listed(case, first, last) for first, last in pairwise(ends)]
	assert [start for part in parts for start in part] == listed(case)


@pytest.mark.long
@anything
@given(scenarios(), randoms)
def test_a_wider_range_lists_the_same_inside(case, rng):
	wider = listed(case, case.first - rng.randrange(40) * DAY, case.last + rng.randrange(40) * DAY)
	assert [start for start in wider if case.first <= start < case.last] == listed(case)


@pytest.mark.long
@costly
@given(scenarios())
def test_the_reference_agrees_in_every_zone(case):
	assert listed(case) == reference_of(case).starts()


def reference_of(case):
	return Reference(
		case.members, case.now, case.first, case.last, case.together, case.dates_in, at_least=case.at_least
	)


def a_team(rng, hosts, required, at_least):
	"""Hosts who meet together: so many of them are required, and `at_least` of the others are needed."""
	case = Scenario(rng, ALL_ZONES, hosts=hosts)
	places = set(rng.sample(range(hosts), required))
	lead = case.members[0].host.hours
	# Most hosts have equal hours: five hosts of five zones hardly ever meet.
	case.members = [
		replace(
			member,
			is_required=place in places,
			host=replace(member.host, hours=lead) if rng.random() < 0.8 else member.host,
		)
		for place, member in enumerate(case.members)
	]
	case.together, case.at_least = True, at_least
	return case


# About one of these schedules in four has a start.
@pytest.mark.parametrize("seed", range(60))
def test_required_hosts_and_at_least_so_many_others_are_free_as_a_brute_force_listing_says(seed):
	case = a_team(random.Random(seed), hosts=3 + seed % 3, required=seed % 3, at_least=1 + seed % 2)
	reference, pool = reference_of(case), case.pool()
	starts = reference.starts()
	assert listed(case) == starts
	for start in starts[:3]:
		assert pool.free_hosts(start) == reference.free_hosts(start)


@pytest.mark.long
@anything
@given(scenarios())
def test_listed_starts_lie_in_the_hours_as_the_hosts_clock_shows_them(case):
	pool = case.pool()
	for start in listed(case)[:10]:
		for name in pool.free_hosts(start):
			hours = next(member.host.hours for member in case.members if member.host.name == name)
			for first, end in pool.parts(start, name):
				assert working_intervals(hours, first, end) == [(first, end)]
				if not clock_changes_near(hours, first):
					assert all(is_open(hours, instant) for instant in (*range(first, end, 5 * MINUTE), end - MINUTE))


@pytest.mark.long
@anything
@given(scenarios(st.just(1)))
def test_hours_are_what_the_hosts_clock_shows(case):
	hours = case.host.hours
	worked = working_intervals(hours, case.first, case.last)
	for instant in range(case.first, case.last, 31 * MINUTE):
		if not clock_changes_near(hours, instant):
			assert is_open(hours, instant) == any(start <= instant < end for start, end in worked)


@anything
@given(scenarios())
def test_no_listed_start_overlaps_a_busy_time_with_its_buffers(case):
	pool = case.pool()
	for start in listed(case):
		for name in pool.free_hosts(start):
			rules, host = next((m.rules, m.host) for m in case.members if m.host.name == name)
			for first, end in pool.parts(start, name):
				low, high = first - rules.buffer_before * MINUTE, end + rules.buffer_after * MINUTE
				assert all(b.end <= low or high <= b.start or b.start == b.end for b in host.busy)


@pytest.mark.long
@anything
@given(scenarios(), randoms)
def test_a_listed_start_collides_with_nothing_but_the_session_that_it_joins(case, rng):
	pool = case.with_sessions(rng).pool()
	for start in listed(case):
		for name in pool.free_hosts(start):
			rules, host = next((m.rules, m.host) for m in case.members if m.host.name == name)
			for first, end in pool.parts(start, name):
				assert all(
					(item.start, item.end) == (first, end) and item.counts and rules.seats > 1
					for item in conflicts_with(first, rules, host)
				)


@pytest.mark.long
@anything
@given(scenarios(), st.sampled_from(ALL_ZONES))
def test_the_attendees_zone_only_groups(case, guest):
	starts = listed(case)
	groups = group_by_local_date(starts, guest)
	assert [start for group in groups.values() for start in group] == starts
	for day, group in groups.items():
		for start in group:
			local = datetime.fromtimestamp(start, timezone.utc).astimezone(ZoneInfo(guest))
			assert local.date().isoformat() == day


@anything
@given(scenarios(), randoms)
def test_the_order_of_rules_overrides_and_busy_times_does_not_matter(case, rng):
	def shuffled(items):
		return tuple(rng.sample(list(items), len(items)))

	def mixed(member):
		host = member.host
		hours = replace(host.hours, weekly=shuffled(host.hours.weekly), overrides=shuffled(host.hours.overrides))
		return replace(host, hours=hours, busy=shuffled(host.busy), booked=shuffled(host.booked))

	assert listed(case, members=with_calendars(case, mixed)) == listed(case)


@pytest.mark.long
@anything
@given(scenarios(st.just(3)), randoms)
def test_the_order_of_hosts_who_work_apart_does_not_matter(case, rng):
	case.together, case.dates_in = False, case.zone
	mixed = rng.sample(case.members, len(case.members))
	assert listed(case, members=mixed) == listed(case)
	for start in listed(case)[:5]:
		assert sorted(case.pool(mixed).free_hosts(start)) == sorted(case.pool().free_hosts(start))


@pytest.mark.long
@anything
@given(scenarios())
def test_the_relevant_span_covers_everything_that_matters(case):
	def loaded(member):
		span = span_of(case, member)
		busy, booked = ([i for i in items if i.end > span[0] and i.start < span[1]] for items in of(member))
		return replace(member.host, busy=busy, booked=booked)

	def of(member):
		return member.host.busy, member.host.booked

	members = with_calendars(case, loaded)
	assert listed(case, members=members) == listed(case)
	pool, whole = case.pool(members), case.pool()
	assert pool.seats_left(case.first, case.last) == whole.seats_left(case.first, case.last)
	assert pool.partly_free(case.first, case.last) == whole.partly_free(case.first, case.last)


@anything
@given(scenarios())
def test_overrides_and_trips_of_the_relevant_dates_are_all_that_matter(case):
	def loaded(member):
		dates = relevant_dates(span_of(case, member))
		return replace(member.host, hours=of_dates(member.host.hours, *dates))

	case.first = case.last - MINUTE
	assert listed(case, members=with_calendars(case, loaded)) == listed(case)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Rome"])
@pytest.mark.parametrize("away", [None, "Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_relevant_dates_hold_what_set_the_grid_of_hours_that_never_close(zone, away):
	asked = 0
	for first in range(at("2025-03-03 00:00"), at("2025-03-17 00:00"), 7 * HOUR):
		dates = relevant_dates((first, first + DAY))
		for days_ago in range(24):
			day = date(2025, 3, 10) - timedelta(days=days_ago)
			trips = [Trip(day - timedelta(days=1), day, away)] if away else []
			hours = WorkingHours(
				zone, weekly(EVERY_DAY, "00:00-00:00"), [DateOverride(day, day, False, 300, 337)], trips
			)
			relevant = of_dates(hours, *dates)
			if relevant == hours:  # Nothing is left out, so the answer is the same.
				continue
			asked += 1
			whole, loaded = (
				free_starts(MeetingRules(50), Host("host", each), 0, first, first + DAY) for each in (hours, relevant)
			)
			assert whole == loaded
	assert asked > 100


def of_dates(hours, first, last):
	overrides, trips = (
		[item for item in items if item.last >= first and item.first <= last]
		for items in (hours.overrides, hours.trips)
	)
	return replace(hours, overrides=overrides, trips=trips)


def span_of(case, member):
	widest = max((max(b.buffer_before, b.buffer_after) for b in member.host.booked), default=0)
	return relevant_span(member.rules, member.host.hours.zone, case.now, case.first, case.last, widest)


@anything
@given(scenarios())
def test_seats_are_left_at_every_listed_start_and_enough_for_the_party(case):
	left = case.pool().seats_left(case.first, case.last)
	assert list(left) == listed(case)
	assert all(case.rules.party_size <= seats <= case.rules.seats for seats in left.values())


@pytest.mark.long
@settings(anything, max_examples=60)  # Few schedules have a partly free start.
@given(scenarios())
def test_a_partly_free_start_can_not_be_booked_and_lacks_some_parts_but_not_all(case):
	starts = set(listed(case))
	for found in case.pool().partly_free(case.first, case.last):
		assert found.start not in starts
		assert found.parts[0][0] == found.start
		assert 0 < len(found.missing) < len(found.parts) == case.rules.days
		assert set(found.missing) < set(found.parts)


@pytest.mark.long
@costly
@given(scenarios())
def test_the_nearest_are_listed_ones(case):
	start = (case.first + case.last) // 2
	within = sorted(listed(case, start - 2 * DAY, start + 2 * DAY + 1), key=lambda s: (abs(s - start), s))
	assert case.pool().nearest(start, 4, within_days=2) == [s for s in within if s != start][:4]
