"""The engine against a reference that goes minute by minute."""

import random
from datetime import date

import pytest

from scheduler_integration.engine import DateOverride, Host, MeetingRules, Member, WeeklyRule, WorkingHours

from .reference import Reference
from .scenarios import Scenario
from .support import DAY, at, free_starts


def reference(case):
	return Reference(case.members, case.now, case.first, case.last, case.together, case.dates_in, case.at_least)


@pytest.mark.parametrize("seed", range(40))
def test_a_hosts_starts_are_what_the_reference_finds(seed):
	case = Scenario(random.Random(seed))
	assert case.pool().starts(case.first, case.last) == reference(case).starts()


@pytest.mark.parametrize("seed", range(80, 112))
def test_a_teams_starts_and_free_hosts_are_what_the_reference_finds(seed):
	case = Scenario(random.Random(seed), hosts=3)
	pool, expected = case.pool(), reference(case)
	starts = pool.starts(case.first, case.last)
	assert starts == expected.starts()
	for start in starts[:20]:
		assert pool.free_hosts(start) == expected.free_hosts(start)


@pytest.mark.parametrize("seed", range(200, 208))
def test_starts_at_which_sessions_can_be_joined_are_what_the_reference_finds(seed):
	case = Scenario(random.Random(seed), hosts=2).with_sessions(random.Random(seed))
	assert case.pool().starts(case.first, case.last) == reference(case).starts()


@pytest.mark.parametrize(("seeds", "hosts"), [(range(40), 1), (range(80, 112), 3)])
def test_the_random_schedules_are_worth_asking(seeds, hosts):
	cases = [Scenario(random.Random(seed), hosts=hosts) for seed in seeds]
	found = [len(case.pool().starts(case.first, case.last)) for case in cases]
	assert sum(map(bool, found)) >= len(seeds) / 5
	assert sum(found) > 10 * len(seeds)


@pytest.mark.parametrize("interval", [50, 60, 7 * 60 + 10])
@pytest.mark.parametrize("closed_on", [None, "2025-03-28", "2025-03-30", "2025-03-31", "2025-04-07"])
def test_windows_of_weeks_have_the_references_grid(interval, closed_on):
	day = closed_on and date.fromisoformat(closed_on)
	overrides = (DateOverride(day, day, False, 300, 310),) if day else ()
	always = tuple(WeeklyRule(day, 0, 0) for day in range(7))
	host = Host("host", WorkingHours("Australia/Lord_Howe", always, overrides))
	first = at("2025-03-29 00:00", "Australia/Lord_Howe")
	rules = MeetingRules(45, slot_interval=interval)
	expected = Reference([Member(rules, host)], first - DAY, first, first + 18 * DAY).starts()
	assert free_starts(rules, host, first - DAY, first, first + 18 * DAY) == expected
