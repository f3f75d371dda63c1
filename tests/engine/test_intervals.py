"""Arithmetic on half-open intervals."""

import random
from itertools import pairwise

import pytest

from scheduler_integration.engine import clip, merge, subtract


@pytest.mark.parametrize(
	("intervals", "merged"),
	[
		([], []),
		([(1, 2)], [(1, 2)]),
		([(3, 4), (1, 2)], [(1, 2), (3, 4)]),
		([(1, 2), (2, 3)], [(1, 3)]),
		([(1, 9), (2, 3), (4, 5)], [(1, 9)]),
		([(1, 4), (1, 9), (9, 10), (12, 13)], [(1, 10), (12, 13)]),
		([(5, 5), (7, 6)], []),
		([(1, 3), (5, 5), (6, 8)], [(1, 3), (6, 8)]),
	],
)
def test_overlapping_nested_and_touching_intervals_merge_and_empty_ones_vanish(intervals, merged):
	assert merge(intervals) == merged


@pytest.mark.parametrize(
	("cuts", "left"),
	[
		([], [(10, 20), (30, 40)]),
		([(0, 10), (20, 30), (40, 50)], [(10, 20), (30, 40)]),
		([(12, 14), (16, 18)], [(10, 12), (14, 16), (18, 20), (30, 40)]),
		([(15, 35)], [(10, 15), (35, 40)]),
		([(0, 50)], []),
		([(10, 20)], [(30, 40)]),
		([(5, 12), (38, 45)], [(12, 20), (30, 38)]),
	],
)
def test_cuts_take_away_what_they_cover(cuts, left):
	assert subtract([(10, 20), (30, 40)], cuts) == left


def test_clip_keeps_what_lies_in_the_range():
	assert clip([(0, 5), (6, 8), (9, 20)], 5, 10) == [(6, 8), (9, 10)]


@pytest.mark.parametrize("seed", range(50))
def test_merge_and_subtract_agree_with_sets_of_points(seed):
	rng = random.Random(seed)

	def some():
		starts = [rng.randrange(60) for _ in range(rng.randrange(12))]
		return [(start, start + rng.randrange(12)) for start in starts]

	def points(intervals):
		return {point for start, end in intervals for point in range(start, end)}

	opens, cuts = some(), some()
	left = subtract(merge(opens), merge(cuts))
	assert points(merge(opens)) == points(opens)
	assert points(left) == points(opens) - points(cuts)
	assert all(end < start for (_, end), (start, _) in pairwise(left))
