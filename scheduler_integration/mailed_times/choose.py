"""Chooses the free times that an e-mail offers."""

from collections.abc import Mapping, Sequence
from datetime import date

from scheduler_integration import engine
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import first_month_with_slots
from scheduler_integration.catalogue.lookup import Bookable

LEAST, MOST = 3, 8
# So many days are enough for a choice. More make an e-mail long.
_DAYS = 4
# Most people meet at these hours of day, if they can.
_WAKING, _NIGHT = 8, 20
# The hours of day of a first and a second time of one day.
_MORNING, _AFTERNOON = 10, 14


def free_days(bookable: Bookable, zone: str, now: int) -> dict[date, list[int]]:
	"""Return the next free starts by date in the reader's `zone`: those of five weeks, or of the first month that has some."""
	request = SlotRequest(bookable.meeting_type.duration_minutes)
	found = first_month_with_slots(bookable, request, zone, now)
	return {day: [slot.start for slot in slots] for day, slots in found.offered.days.items() if slots[0].start >= now}


def spread(days: Mapping[date, Sequence[int]], zone: str, count: int) -> list[int]:
	"""Return up to `count` of the starts, ascending, spread over the first days and over the hours of day.

	Example: 5 of many free times are Monday 10:00, Monday 14:00, Tuesday 14:00, Wednesday 10:00 and Thursday 14:00.
	"""
	some = by_day(days, zone)
	wanted = [_by_preference(starts, zone, index) for index, starts in enumerate(some.values())]
	first = wanted[:_DAYS] if sum(map(len, wanted[:_DAYS])) >= count else wanted
	in_turn = (
		starts[turn] for turn in range(max(map(len, first), default=0)) for starts in first if turn < len(starts)
	)
	return sorted(start for start, _place in zip(in_turn, range(count), strict=False))


def by_day(days: Mapping[date, Sequence[int]], zone: str) -> dict[date, list[int]]:
	"""Return the starts by date, without nights by the clock of `zone`; with nights only if nothing else is free."""
	waking = {
		day: [start for start in starts if (_WAKING <= engine.wall_clock(start, zone).hour < _NIGHT)]
		for day, starts in sorted(days.items())
	}
	return {day: starts for day, starts in waking.items() if starts} or {d: list(s) for d, s in sorted(days.items())}


def _by_preference(starts: Sequence[int], zone: str, index: int) -> list[int]:
	"""Return a day's starts, first the one nearest to the morning or the afternoon, in turn from day to day."""
	hours = (_MORNING, _AFTERNOON) if index % 2 == 0 else (_AFTERNOON, _MORNING)
	walls = {start: engine.wall_clock(start, zone) for start in starts}
	left, chosen = list(starts), []
	for hour in hours:
		if left:
			chosen.append(min(left, key=lambda start: abs(walls[start].hour * 60 + walls[start].minute - hour * 60)))
			left.remove(chosen[-1])
	return [*chosen, *left]
