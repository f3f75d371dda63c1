"""Half-open intervals `[start, end)` of epoch seconds. Touching is not overlapping."""

from __future__ import annotations

from collections.abc import Iterable

Interval = tuple[int, int]

# Before and after every instant there is. Integers, so that they add and compare exactly.
BEGINNING = -(1 << 62)
FOREVER = 1 << 62
_NEVER = (FOREVER, FOREVER)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
	"""The same time as disjoint intervals in order; those that overlap or touch become one."""
	return list(zip(*edges([(start, end) for start, end in intervals if start < end]), strict=True))


def edges(intervals: list[Interval]) -> tuple[list[int], list[int]]:
	"""The starts and the ends of the merged `intervals`, none of which may be empty.

	Sorted apart, the starts and the ends tell it: there is a gap before the start at index i where i
	intervals have ended before it, that is where the end at index i - 1 is smaller.
	"""
	if not intervals:
		return [], []
	starts, ends = map(sorted, zip(*intervals, strict=True))
	merged_starts, merged_ends = starts[:1], []
	for start, end in zip(starts[1:], ends, strict=False):
		if end < start:
			merged_starts.append(start)
			merged_ends.append(end)
	merged_ends.append(ends[-1])
	return merged_starts, merged_ends


def subtract(intervals: Iterable[Interval], cuts: Iterable[Interval]) -> list[Interval]:
	"""What `cuts` leave of `intervals`. Both are merged, as `merge` answers; so is the result."""
	left: list[Interval] = []
	remaining = iter(cuts)
	cut_start, cut_end = next(remaining, _NEVER)
	for start, end in intervals:
		since = start
		while cut_start < end:
			if since < cut_start:
				left.append((since, cut_start))
			since = max(since, cut_end)
			if cut_end > end:
				break  # This cut may reach into the next interval too.
			cut_start, cut_end = next(remaining, _NEVER)
		if since < end:
			left.append((since, end))
	return left


def without(intervals: Iterable[Interval], points: Iterable[int]) -> list[Interval]:
	"""The same intervals with the single instants `points` taken out."""
	left = list(intervals)
	for point in points:
		left = [part for start, end in left for part in _without(start, end, point)]
	return left


def _without(start: int, end: int, point: int) -> list[Interval]:
	if not start <= point < end:
		return [(start, end)]
	return [part for part in ((start, point), (point + 1, end)) if part[0] < part[1]]


def clip(intervals: Iterable[Interval], first: int, last: int) -> list[Interval]:
	"""The parts of `intervals` that lie in `[first, last)`."""
	clipped = ((max(start, first), min(end, last)) for start, end in intervals)
	return [(start, end) for start, end in clipped if start < end]
