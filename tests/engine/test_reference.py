"""The engine against a reference that goes minute by minute."""

import random
from datetime import date

import pytest

from scheduler_integration.engine import (
	DateOverride,
	Host,
	MeetingRules,
	WeeklyRule,
	WorkingHours,
	free_starts,
)

from .reference import Reference
from .scenarios import Scenario
from .support import DAY, at


@pytest.mark.parametrize("seed", range(40))
def test_listing_is_what_the_reference_finds(seed):
	case = Scenario(random.Random(seed))
	asked = case.meeting, case.host, case.now, case.first, case.last
	assert free_starts(*asked) == Reference(*asked).starts()


def test_the_random_schedules_are_worth_asking():
	cases = [Scenario(random.Random(seed)) for seed in range(40)]
	found = [len(free_starts(c.meeting, c.host, c.now, c.first, c.last)) for c in cases]
	assert sum(map(bool, found)) > 15
	assert sum(found) > 500


@pytest.mark.parametrize("interval", [50, 60, 7 * 60 + 10])
@pytest.mark.parametrize("closed_on", [None, "2025-03-28", "2025-03-30", "2025-03-31", "2025-04-07"])
def test_windows_of_weeks_have_the_references_grid(interval, closed_on):
	day = closed_on and date.fromisoformat(closed_on)
	overrides = (DateOverride(day, day, False, 300, 310),) if day else ()
	always = tuple(WeeklyRule(day, 0, 0) for day in range(7))
	host = Host("host", WorkingHours("Australia/Lord_Howe", always, overrides))
	first = at("2025-03-29 00:00", "Australia/Lord_Howe")
	asked = MeetingRules(45, slot_interval=interval), host, 0, first, first + 18 * DAY
	assert free_starts(*asked) == Reference(*asked).starts()
