"""The interval that a block of wall-clock times covers on one day, clock changes included.

On a day with a clock change, a block is too long rather than too short, so that time which its owner meant to block is
never offered. In Europe/Berlin:

    29 March 2026, clocks go from 02:00 to 03:00
        block 01:00-04:00   covers 01:00 to 04:00, two hours pass
        block 02:30-04:00   begins in the gap: from the end of the gap, 03:00
        block 01:30-02:30   ends in the gap: the end moves forward by the gap, to 03:30
        block 02:15-02:45   lies in the gap: moves forward by the gap, to 03:15-03:45

    25 October 2026, clocks go from 03:00 back to 02:00
        block 02:00-03:00   from the first 02:00 to the second 03:00, two hours
        block 02:15-02:45   from the first 02:15 to the second 02:45, an hour and a half
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..time.intervals import Interval
from ..time.zones import instant_of, naive_clock, offset_at, offset_at_midnight, utc_midnight
from .recurrence import Recurrence

_SECOND = timedelta(seconds=1)


def blocks_of(recurrence: Recurrence, days: Iterable[int]) -> list[Interval]:
	"""Return the blocks that start on these days, without the excluded ones."""
	blocks = (_block(recurrence, day) for day in days if day not in recurrence.excluded_days)
	return [block for start, block in blocks if start not in recurrence.excluded]


def added_blocks(recurrence: Recurrence) -> list[Interval]:
	"""Return the blocks that RDATE adds, without the excluded ones."""
	blocks = []
	for wall in recurrence.added:
		if wall.toordinal() in recurrence.excluded_days or instant_of(wall, recurrence.zone) in recurrence.excluded:
			continue
		blocks.append(_covered(wall, wall + timedelta(seconds=recurrence.length), recurrence.zone))
	return blocks


def _block(recurrence: Recurrence, day: int) -> tuple[int, Interval]:
	"""Return the instant of the wall-clock start on `day`, and the interval that the block covers."""
	tz, last = recurrence.zone, day + recurrence.midnights
	# The fast way: if no clock changes on the block's first and last day, seconds are simply added to midnight.
	offset = end_offset = offset_at_midnight(day, tz)
	steady = offset == offset_at_midnight(day + 1, tz)
	if steady and last > day:
		end_offset = offset_at_midnight(last, tz)
		steady = end_offset == offset_at_midnight(last + 1, tz)
	if steady:
		start = utc_midnight(day) + recurrence.seconds
		return start - offset, (start - offset, start + recurrence.length - end_offset)
	wall = datetime.fromordinal(day) + timedelta(seconds=recurrence.seconds)
	return instant_of(wall, tz), _covered(wall, wall + timedelta(seconds=recurrence.length), tz)


def _covered(start: datetime, end: datetime, tz: ZoneInfo) -> Interval:
	"""Return the interval from `start` to `end`, naive wall-clock times, as the module's table says."""
	# The last second, not the end: a block until 02:00 ends before the gap, and one until 03:00 repeats its last second.
	last = end - _SECOND
	begin = instant_of(start, tz)
	if _seconds_repeated(start, tz) < 0:
		if _seconds_repeated(last, tz) < 0:
			return begin, instant_of(last, tz) + 1
		# The first instant after the gap that contains `wall`. 02:30 in the gap from 02:00 to 03:00 means 03:30, an
		# hour later by the clock. One offset applies before the gap, another one after it. With each of them 02:30 is
		# another instant, and the end of the gap is searched for between the two.
		late = instant_of(start, tz)
		early = late + _seconds_repeated(start, tz)
		begin = early + bisect_left(range(early, late), start, key=lambda instant: naive_clock(instant, tz))
	repeated = _seconds_repeated(last, tz)
	return begin, instant_of(last, tz) + repeated + 1 if repeated > 0 else instant_of(end, tz)


def _seconds_repeated(wall: datetime, tz: ZoneInfo) -> int:
	"""Return by how many seconds the clocks go back over `wall`; less than 0 if they go forward and skip it; usually 0."""
	return offset_at(wall, tz) - offset_at(wall.replace(fold=1), tz)
