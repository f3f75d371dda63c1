"""The blocks of a normalised rule: those in a range, and the first and the last of all."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from itertools import chain, islice, takewhile

from ..time.intervals import Interval
from ..time.zones import WEEK, local_date, utc_midnight
from .blocks import added_blocks, blocks_of
from .recurrence import Recurrence, read_normalised

# The end of a recurrence without an end: the year 9999.
NO_END = utc_midnight(date(9999, 1, 1).toordinal())


def occurrences(rule: str, first: int, last: int) -> list[Interval]:
	"""Return the blocks of a normalised rule that overlap `[first, last)`, ascending by start. They may overlap each other.

	A block covers every instant at which the clock shows one of its times; see blocks.py for clock changes.
	The computing time grows with the days between `first` and `last`, however long ago the rule began.
	"""
	if first >= last:
		return []
	# Whole weeks, so that many ranges share a cached result.
	since, until = first - first % WEEK, last + -last % WEEK
	return [each for each in _expanded(rule, since, until) if each[0] < last and first < each[1]]


@lru_cache(maxsize=1024)
def recurrence_bounds(rule: str) -> Interval | None:
	"""Return the first block's start and the last block's end, NO_END without a last one; None without any block."""
	recurrence = read_normalised(rule)
	# Each date in EXDATE excludes one block at most, so the first block is among this many and one more.
	excluded = len(recurrence.excluded) + len(recurrence.excluded_days)
	head = blocks_of(recurrence, islice(recurrence.days(recurrence.start.toordinal()), excluded + 1))
	blocks = list(chain(head[:1], added_blocks(recurrence)))
	if not blocks:
		return None
	start = min(block[0] for block in blocks)
	if recurrence.last is None:
		return start, NO_END
	return start, max(each[1] for each in chain(_last_blocks(recurrence, recurrence.last), blocks))


def _last_blocks(recurrence: Recurrence, last: int) -> list[Interval]:
	"""Return the last blocks of a rule that ends with the day `last`. Searches 32 days back, then 256, 2,048 and so on."""
	first, days_back = recurrence.start.toordinal(), 32
	while True:
		since = max(first, last - days_back)
		if (blocks := blocks_of(recurrence, recurrence.days(since))) or since == first:
			return blocks
		days_back *= 8


@lru_cache(maxsize=1024)
def _expanded(rule: str, first: int, last: int) -> tuple[Interval, ...]:
	recurrence = read_normalised(rule)
	# A block that began earlier may reach into the range. One more day covers the offsets of all zones.
	since = local_date(first, recurrence.zone).toordinal() - recurrence.midnights - 1
	until = local_date(last, recurrence.zone).toordinal() + 1
	days = takewhile(lambda day: day <= until, recurrence.days(since))
	return tuple(sorted({*blocks_of(recurrence, days), *added_blocks(recurrence)}))
