"""The dates of a series: the same time of day over clock changes, and other times for dates that aren't free."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler_integration import engine
from scheduler_integration.engine import Busy, Host, HostPool, Limit, MeetingRules, Member, WeeklyRule, WorkingHours
from tests.support.factories import at, wall

BERLIN = "Europe/Berlin"
WEEK = 7 * 86400
OFFICE = tuple(WeeklyRule(day, 9 * 60, 17 * 60) for day in range(5))


def pool_of(busy=(), zone=BERLIN, **rules):
	host = Host("jane", WorkingHours(zone, OFFICE), [Busy(start, end) for start, end in busy])
	return HostPool([Member(MeetingRules(30, **rules), host)], at("2026-03-01 00:00"))


def test_the_time_of_day_stays_when_clocks_change():
	starts = engine.series_starts(at("2026-10-15 09:00", BERLIN), 1, 4, BERLIN)
	assert [wall(start, BERLIN) for start in starts] == [
		"2026-10-15 09:00", "2026-10-22 09:00", "2026-10-29 09:00", "2026-11-05 09:00",
	]  # fmt: skip
	assert starts[2] - starts[1] == WEEK + 3600


def test_a_time_that_the_clock_change_skips_moves_forward_by_the_gap():
	starts = engine.series_starts(at("2026-03-22 02:30", BERLIN), 1, 3, BERLIN)
	assert [wall(start, BERLIN)[11:] for start in starts] == ["02:30", "03:30", "02:30"]


@given(
	st.integers(at("2026-01-01 00:00"), at("2028-01-01 00:00")).map(lambda instant: instant // 300 * 300),
	st.integers(1, 8),
	st.integers(1, 12),
	st.sampled_from([BERLIN, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
)
def test_dates_are_whole_weeks_apart_by_the_clock(first, weeks, count, zone):
	starts = engine.series_starts(first, weeks, count, zone)
	assert len(starts) == count
	assert starts[0] == first
	begin = engine.local_date(first, zone)
	for place, start in enumerate(starts):
		assert engine.local_date(start, zone) == begin + timedelta(weeks=weeks * place)


def test_a_date_that_is_taken_gets_the_nearest_other_times():
	wanted = engine.series_starts(at("2026-03-03 10:00", BERLIN), 1, 3, BERLIN)
	plan = engine.plan_series(pool_of([(wanted[1], wanted[1] + 1800)]), wanted, 1)
	assert [each.is_free for each in plan] == [True, False, True]
	assert [wall(start, BERLIN)[5:] for start in plan[1].nearest] == ["03-10 09:30", "03-10 10:30", "03-10 09:00"]


def test_other_times_come_from_less_than_a_period_away():
	wanted = engine.series_starts(at("2026-03-03 10:00", BERLIN), 1, 3, BERLIN)
	week_off = at("2026-03-08 00:00", BERLIN), at("2026-03-15 00:00", BERLIN)
	plan = engine.plan_series(pool_of([week_off]), wanted, 1)
	assert {wall(start, BERLIN)[5:10] for start in plan[1].nearest} == {"03-06"}


def test_no_time_is_offered_for_two_dates():
	wanted = engine.series_starts(at("2026-03-03 10:00", BERLIN), 1, 4, BERLIN)
	free = at("2026-03-13 16:30", BERLIN)
	away = [(at("2026-03-09 00:00", BERLIN), free), (free + 1800, at("2026-03-21 00:00", BERLIN))]
	plan = engine.plan_series(pool_of(away), wanted, 1)
	offered = [start for each in plan for start in each.nearest]
	assert len(offered) == len(set(offered))
	assert free in plan[1].nearest
	assert free not in plan[2].nearest


def test_dates_of_the_series_count_in_limits():
	wanted = engine.series_starts(at("2026-03-03 10:00", BERLIN), 1, 5, BERLIN)
	plan = engine.plan_series(pool_of(limits=(Limit("month", 2),)), wanted, 1)
	assert [each.is_free for each in plan] == [True, True, False, False, False]
	assert [wall(start, BERLIN)[:7] for each in plan for start in each.nearest] == ["2026-04"] * 3


def test_two_dates_at_one_time_cant_be_taken():
	start = at("2026-03-03 10:00", BERLIN)
	assert engine.hosts_in_turn(pool_of(), [start, start + WEEK]) == [["jane"], ["jane"]]
	assert engine.hosts_in_turn(pool_of(), [start, start]) == []
	assert engine.hosts_in_turn(pool_of(buffer_after=30), [start, start + 1800]) == []


def test_a_series_moves_by_the_clock():
	starts = engine.series_starts(at("2026-10-20 10:00", BERLIN), 1, 3, BERLIN)
	moved = engine.moved_starts(starts, starts[1], at("2026-10-28 14:00", BERLIN), BERLIN)
	assert [wall(start, BERLIN)[5:] for start in moved] == ["10-21 14:00", "10-28 14:00", "11-04 14:00"]
