"""Round robin: who is considered, who is next, and that over a year every host gets the promised share."""

from dataclasses import replace
from functools import lru_cache
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler_integration.engine import Booked
from scheduler_integration.engine.round_robin import (
	BOOKING,
	Contender,
	highest_tier,
	iso_week,
	next_turn,
	offered_minutes,
	shares_of,
)

from .round_robin_year import MODES, ZONE, a_year, overlapping_pool, real_team, steady_pool
from .support import HOUR, MON, TUE, at, examples, host, weekly


def play(pools):
	"""Play one booking for each of `pools`, which map names to weights.

	Returns who got each booking, and all credits after each.
	"""
	credits, last, chosen, after = {}, {}, [], []
	for number, pool in enumerate(pools, start=1):
		considered = [
			Contender(name, weight, credit=credits.get(name, 0), last_turn=last.get(name, 0))
			for name, weight in pool.items()
		]
		turn = next_turn(considered)
		for name, change in turn.changes().items():
			credits[name] = credits.get(name, 0) + change
		last[turn.host] = number
		chosen.append(turn.host)
		after.append(dict(credits))
	return chosen, after


class TestWhoIsConsidered:
	def test_only_the_highest_tier_is(self):
		free = [Contender("low", tier=(1, 0)), Contender("high", tier=(1, 5)), Contender("optional", tier=(0, 9))]
		assert [each.name for each in highest_tier(free)] == ["high"]

	def test_an_optional_host_steps_in_when_no_required_one_is_free(self):
		free = [Contender("optional", tier=(0, 0)), Contender("more", tier=(0, 3))]
		assert [each.name for each in highest_tier(free)] == ["more"]

	def test_a_preferred_host_has_their_own_tier_considered(self):
		free = [Contender("a", tier=(1, 5)), Contender("b", tier=(1, 0)), Contender("c", tier=(1, 0))]
		assert [each.name for each in highest_tier(free, "b")] == ["b", "c"]

	def test_a_preferred_host_who_is_not_free_changes_nothing(self):
		free = [Contender("a", tier=(1, 5)), Contender("b", tier=(1, 0))]
		assert [each.name for each in highest_tier(free, "nobody")] == ["a"]


class TestWhoIsNext:
	def test_equals_take_turns_in_their_order(self):
		assert "".join(play([dict.fromkeys("abc", 1)] * 7)[0]) == "abcabca"

	def test_weights_are_spread_out_and_not_bunched(self):
		assert "".join(play([{"a": 5, "b": 3, "c": 1}] * 9)[0]) == "abaabacba"

	def test_between_equals_the_host_with_the_oldest_turn_is_next(self):
		considered = [Contender("a", last_turn=9), Contender("b", last_turn=3), Contender("c", last_turn=5)]
		assert next_turn(considered).host == "b"

	def test_the_least_loaded_comes_before_the_one_with_more_credit(self):
		considered = [Contender("a", load=60, credit=BOOKING), Contender("b", load=30, credit=-5)]
		assert next_turn(considered).host == "b"

	def test_among_the_least_loaded_credit_decides(self):
		considered = [
			Contender("a", load=30),
			Contender("b", load=30, credit=9_000),
			Contender("c", load=60, credit=BOOKING),
		]
		assert next_turn(considered).host == "b"

	def test_a_preferred_host_has_the_turn_and_pays_for_it(self):
		considered = [Contender("a", credit=BOOKING), Contender("b", credit=-BOOKING)]
		turn = next_turn(considered, "b")
		assert turn.host == "b"
		assert turn.changes() == {"a": BOOKING // 2, "b": -BOOKING // 2}

	def test_somebody_is_chosen_if_nobody_has_credit(self):
		assert next_turn([Contender("a", credit=-9 * BOOKING), Contender("b", credit=-8 * BOOKING)]).host == "b"

	def test_who_is_alone_neither_gains_nor_loses(self):
		assert next_turn([Contender("a", weight=7)]).changes() == {"a": 0}

	def test_who_joins_late_is_not_flooded(self):
		chosen, _after = play([{"a": 1, "b": 1}] * 100 + [{"a": 1, "b": 1, "new": 1}] * 30)
		assert chosen[100:].count("new") == 10
		assert "newnew" not in "".join(chosen)

	def test_who_was_away_is_not_flooded_when_back(self):
		pools = [dict.fromkeys("abc", 1)] * 30 + [dict.fromkeys("ab", 1)] * 100 + [dict.fromkeys("abc", 1)] * 30
		chosen, _after = play(pools)
		assert chosen[130:].count("c") == 10

	def test_a_reverted_booking_goes_to_the_same_host_again(self):
		considered = [Contender("a", last_turn=1), Contender("b", last_turn=2)]
		changes = next_turn(considered).changes()
		undone = [replace(each, credit=changes[each.name] - changes[each.name]) for each in considered]
		assert next_turn(undone).host == "a"


class TestTheWorkedExample:
	def test_weights_of_three_and_one_take_turns_as_the_module_says(self):
		chosen, after = play([{"Ann": 3, "Ben": 1}] * 4)
		assert chosen == ["Ann", "Ann", "Ben", "Ann"]
		assert [credits["Ann"] for credits in after] == [-250_000, -500_000, 250_000, 0]


class TestShares:
	@examples(100)
	@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=60))
	def test_they_add_up_to_one_booking_whatever_the_weights(self, weights):
		considered = [Contender(str(number), weight) for number, weight in enumerate(weights)]
		shares = shares_of(considered)
		assert sum(shares.values()) == BOOKING
		for each in considered:
			assert abs(shares[each.name] * sum(weights) - BOOKING * each.weight) < sum(weights)

	def test_the_changes_of_a_turn_add_up_to_nothing(self):
		assert sum(next_turn([Contender(name, 3) for name in "abcdefg"]).changes().values()) == 0


class TestTheBound:
	@pytest.mark.long
	@examples(60)
	@given(st.lists(st.integers(1, 10), min_size=1, max_size=10), st.integers(1, 150))
	def test_constant_pools_stay_within_one_booking_after_each_booking(self, weights, bookings):
		pool = {str(number): weight for number, weight in enumerate(weights)}
		chosen, _after = play([pool] * bookings)
		total = sum(weights)
		had = dict.fromkeys(pool, 0)
		for count, name in enumerate(chosen, start=1):
			had[name] += 1
			assert all(abs(had[each] * total - count * weight) <= total for each, weight in pool.items())

	@examples(60)
	@given(st.data())
	def test_nobody_is_a_whole_booking_ahead_while_anybody_else_has_credit(self, data):
		weights = dict(zip("abcdef", data.draw(st.lists(st.integers(1, 10), min_size=6, max_size=6)), strict=True))
		present = st.sets(st.sampled_from("abcdef"), min_size=1)
		pools = [{name: weights[name] for name in sorted(names)} for names in data.draw(st.lists(present, max_size=80))]
		chosen, after = play(pools)
		for name, credits, pool in zip(chosen, after, pools, strict=True):
			assert sum(credits.values()) == 0
			if credits[name] <= -BOOKING:
				# This happens only if no considered host had any credit.
				assert all(credits[other] < BOOKING // 1000 for other in pool)


class TestTheOfferedTime:
	WEEK = iso_week(at("2025-03-05 10:00", ZONE), ZONE)

	def test_the_week_is_mondays_midnight_to_the_next(self):
		assert (at("2025-03-03 00:00", ZONE), at("2025-03-10 00:00", ZONE)) == self.WEEK

	def test_a_week_in_which_the_clock_changes_is_an_hour_shorter(self):
		first, last = iso_week(at("2025-03-30 12:00", ZONE), ZONE)
		assert last - first == 167 * HOUR

	def test_it_is_the_working_hours_without_busy_times_which_may_overlap(self):
		busy = [
			(at(f"2025-03-03 {a}", ZONE), at(f"2025-03-03 {b}", ZONE))
			for a, b in (("08:00", "10:00"), ("09:30", "11:00"))
		]
		assert offered_minutes(host(ZONE, weekly([MON, TUE], "09:00-17:00"), busy=busy), *self.WEEK) == 14 * 60

	def test_bookings_of_other_types_reduce_it_but_own_bookings_and_holds_do_not(self):
		nine = at("2025-03-03 09:00", ZONE)
		booked = [
			Booked(nine, nine + HOUR),
			Booked(nine + HOUR, nine + 2 * HOUR, counts=True),
			Booked(nine + 3 * HOUR, nine + 4 * HOUR, is_hold=True),
		]
		assert offered_minutes(host(ZONE, weekly(MON, "09:00-17:00"), booked=booked), *self.WEEK) == 7 * 60


@lru_cache
def steady_year(mode, pool):
	"""A year in which every host who works at the hour asked for is free."""
	return a_year(mode, pool(), 3, one_each_hour=True)


@lru_cache
def real_year(mode):
	return a_year(mode, real_team(), 3)


# The tests share the years, which take longer than the rest.
@pytest.mark.xdist_group("a year of round robin")
class TestAYear:
	"""A year of bookings. For each one the engine says who is free."""

	@pytest.mark.long
	@pytest.mark.parametrize("mode", ["Weighted", "Availability"])
	@pytest.mark.parametrize("pool", [steady_pool, overlapping_pool])
	def test_in_constant_pools_everybody_is_within_one_booking_all_along(self, mode, pool):
		year = steady_year(mode, pool)
		assert len(year.given) > 600
		assert year.furthest < BOOKING

	def test_weighted_shares_are_those_of_the_weights(self):
		year = steady_year("Weighted", steady_pool)
		for person in steady_pool():
			assert abs(year.bookings()[person.name] - len(year.given) * person.weight / 9) <= 1

	def test_availability_shares_follow_the_time_that_each_offers(self):
		year = steady_year("Availability", overlapping_pool)
		mornings = [each for each in year.given if len(each.shares) == 3]
		assert len(mornings) > 100
		offered = {"Ann": 35, "Ben": 23, "Cem": 15}
		for each in mornings:
			assert all(abs(each.shares[name] - BOOKING * hours // 73) <= 1 for name, hours in offered.items())

	@pytest.mark.long
	def test_load_balanced_keeps_each_week_level_all_along(self):
		year = steady_year("Load Balanced", steady_pool)
		weeks = {}
		for each in year.given:
			week = weeks.setdefault(iso_week(each.start, ZONE), dict.fromkeys(each.shares, 0))
			week[each.host] += 1
			assert max(week.values()) - min(week.values()) <= 1
		had = year.bookings()
		assert max(had.values()) - min(had.values()) <= 1

	@pytest.mark.long
	@pytest.mark.parametrize("mode", ["Weighted", "Availability"])
	def test_a_real_team_is_within_one_booking_at_the_end(self, mode):
		year = real_year(mode)
		promised = year.promised()
		assert all(abs(year.bookings()[name] - promised[name]) <= 1 for name in promised)
		assert year.furthest < 2 * BOOKING

	@pytest.mark.long
	def test_in_a_real_team_the_least_loaded_always_has_the_turn(self):
		year = real_year("Load Balanced")
		assert all(each.loads[each.host] == min(each.loads.values()) for each in year.given)

	@pytest.mark.parametrize("mode", MODES)
	def test_who_joins_in_july_gets_their_share_and_no_more(self, mode):
		year = real_year(mode)
		joined = at("2025-07-01 00:00", ZONE)
		first_month = [
			each for each in year.given if joined <= each.made < joined + 31 * 24 * HOUR and "Fay" in each.shares
		]
		had = sum(each.host == "Fay" for each in first_month)
		promised = sum(each.shares["Fay"] for each in first_month) / BOOKING
		assert had >= 5
		assert had <= promised + (1 if mode != "Load Balanced" else len(first_month) / 5)


@examples(40)
@given(st.lists(st.integers(0, 600), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_hosts_matters_only_in_ties(credits, chance):
	considered = [Contender(str(number), credit=credit, last_turn=number) for number, credit in enumerate(credits)]
	shuffled = chance.sample(considered, len(considered))
	assert next_turn(considered).host == next_turn(shuffled).host


def test_of_two_equal_hosts_neither_is_ever_two_bookings_ahead():
	chosen, _after = play([dict.fromkeys("abcde", 1)] * 100)
	for one, other in combinations("abcde", 2):
		ahead = 0
		for name in chosen:
			ahead += (name == one) - (name == other)
			assert abs(ahead) <= 1
