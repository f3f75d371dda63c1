"""What must hold of any schedule: listing and check agree, and ranges may be split anywhere."""

import random
from dataclasses import replace
from datetime import datetime, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler_integration.engine import (
	Host,
	MeetingRules,
	Openings,
	booking_window,
	conflicts_with,
	free_starts,
	group_by_local_date,
	is_bookable,
	refusal,
	working_intervals,
)

from .scenarios import Scenario
from .support import MINUTE

ALL_ZONES = sorted(available_timezones() - {"Factory", "localtime"})
anything = settings(max_examples=60, deadline=None, derandomize=True, database=None)
scenarios = st.builds(Scenario, st.randoms(use_true_random=False), st.just(ALL_ZONES))


def listed(case, first=None, last=None):
	return free_starts(
		case.meeting,
		case.host,
		case.now,
		case.first if first is None else first,
		case.last if last is None else last,
	)


def candidates(case):
	"""The starts that the hours alone would offer, free or not."""
	meeting = MeetingRules(case.meeting.duration, slot_interval=case.meeting.slot_interval)
	return free_starts(meeting, Host("idle", case.host.hours), case.first, case.first, case.last)


@pytest.mark.parametrize("seed", range(300))
def test_listing_and_check_agree_on_every_candidate(seed):
	case = Scenario(random.Random(seed))
	starts = set(listed(case))
	for start in candidates(case):
		assert is_bookable(start, case.meeting, case.host, case.now) == (start in starts)


@pytest.mark.parametrize("seed", range(10))
def test_listing_and_check_agree_on_every_minute(seed):
	case = Scenario(random.Random(seed), days=1)
	starts = set(listed(case))
	for start in range(case.first, case.last, MINUTE):
		assert is_bookable(start, case.meeting, case.host, case.now) == (start in starts)


@anything
@given(scenarios)
def test_openings_of_a_range_and_of_one_start_decide_alike(case):
	window = booking_window(case.meeting, case.host, case.now)
	openings = Openings(case.meeting, case.host, case.now, window, case.first, case.last)
	starts = set(listed(case))
	assert set(openings.starts()) == starts
	for start in [*candidates(case), *range(case.first, case.last, 17 * MINUTE + 1)]:
		alone = refusal(start, case.meeting, case.host, case.now)
		assert (alone is None) == (start in starts) == openings.is_open(start)
		assert next(openings.refusals(start), None) == alone


@anything
@given(scenarios, st.randoms(use_true_random=False))
def test_a_range_split_anywhere_lists_the_same(case, rng):
	cuts = sorted(rng.randrange(case.first, case.last + 1) for _ in range(5))
	ends = [case.first, *cuts, case.last]
	parts = [listed(case, first, last) for first, last in pairwise(ends)]
	assert [start for part in parts for start in part] == listed(case)


@anything
@given(scenarios)
def test_a_wider_range_lists_the_same_inside(case):
	wider = listed(case, case.first - 40 * 86400, case.last + 40 * 86400)
	assert [start for start in wider if case.first <= start < case.last] == listed(case)


@anything
@given(scenarios)
def test_listed_starts_lie_in_the_hours_and_collide_with_nothing(case):
	length = case.meeting.duration * MINUTE
	for start in listed(case):
		assert working_intervals(case.host.hours, start, start + length) == [(start, start + length)]
		assert conflicts_with(start, case.meeting, case.host) == []
		low, high = (
			start - case.meeting.buffer_before * MINUTE,
			start + length + case.meeting.buffer_after * MINUTE,
		)
		for busy in case.host.busy:
			assert busy.end <= low or high <= busy.start or busy.start == busy.end


@anything
@given(scenarios, st.sampled_from(ALL_ZONES))
def test_the_guests_zone_only_groups(case, guest):
	starts = listed(case)
	groups = group_by_local_date(starts, guest)
	assert [start for group in groups.values() for start in group] == starts
	for day, group in groups.items():
		for start in group:
			local = datetime.fromtimestamp(start, timezone.utc).astimezone(ZoneInfo(guest))
			assert local.date().isoformat() == day


@anything
@given(scenarios, st.randoms(use_true_random=False))
def test_the_order_of_rules_overrides_and_busy_times_does_not_matter(case, rng):
	def shuffled(items):
		return tuple(rng.sample(list(items), len(items)))

	hours = replace(
		case.host.hours,
		weekly=shuffled(case.host.hours.weekly),
		overrides=shuffled(case.host.hours.overrides),
	)
	before = listed(case)
	case.host = replace(case.host, hours=hours, busy=shuffled(case.host.busy), booked=shuffled(case.host.booked))
	assert listed(case) == before
