"""Half-open intervals `[start, end)` of epoch seconds. Touching is not overlapping."""

from __future__ import annotations

from collections.abc import Iterable

Interval = tuple[int, int]

# Instants before and after all others. Integers instead of infinities, so that sums and comparisons stay exact.
BEGINNING = -(1 << 62)
FOREVER = 1 << 62
_NEVER = (FOREVER, FOREVER)


def hull(intervals: Iterable[Interval]) -> Interval:
	"""Return the shortest interval that contains all of these, of which there is at least one."""
	starts, ends = zip(*intervals, strict=True)
	return min(starts), max(ends)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
	"""Return the same time as disjoint intervals in order. Intervals that overlap or touch become one."""
	return list(zip(*edges([(start, end) for start, end in intervals if start < end]), strict=True))


def edges(intervals: list[Interval]) -> tuple[list[int], list[int]]:
	"""Return the starts and the ends of the merged `intervals`, both ascending. No interval may be empty.

	Starts and ends are sorted separately, because two sorts of integers are faster than one sort of pairs. A gap lies
	before the start at index i if i intervals have ended before it, so if the end at index i - 1 is smaller:

		intervals [0, 4) [2, 6) [8, 9)    starts 0 2 8    ends 4 6 9

		start 2: one interval starts before it; the first end, 4, isn't smaller: no gap
		start 8: two intervals start before it; the second end, 6, is smaller: a gap
		merged:  starts 0 8, ends 6 9
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
	"""Return the parts of `intervals` that no cut covers. Both arguments must be merged (see `merge`); so is the result."""
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
	"""Return the same intervals with the single instants `points` taken out."""
	left = list(intervals)
	for point in points:
		whole, left = left, []
		for start, end in whole:
			pieces = [(start, point), (point + 1, end)] if start <= point < end else [(start, end)]
			left += [piece for piece in pieces if piece[0] < piece[1]]
	return left


def clip(intervals: Iterable[Interval], first: int, last: int) -> list[Interval]:
	"""Return the parts of `intervals` that lie in `[first, last)`."""
	clipped = ((max(start, first), min(end, last)) for start, end in intervals)
	return [(start, end) for start, end in clipped if start < end]
