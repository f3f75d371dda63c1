"""Decides who is offered which free time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from scheduler_integration import engine
from scheduler_integration.times import Bounds


class Waiting(Protocol):
	"""Somebody who waits for a meeting of `duration` minutes."""

	@property
	def name(self) -> str: ...

	@property
	def bounds(self) -> Bounds: ...

	@property
	def duration(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Match:
	"""A free time, and those who are offered it together, in their order. `start` is in epoch seconds."""

	start: int
	entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
	"""What is known of those who wait, by name.

	`busy` have an open offer. `offered` are the starts that each was offered before. `before` is the start of the meeting
	that somebody wants to move earlier.
	"""

	busy: Collection[str]
	offered: Mapping[str, Collection[int]]
	before: Mapping[str, int]


T = TypeVar("T", bound=Waiting)


def matches(
	waiting: Sequence[T],
	known: Known,
	starts: Callable[[T], Sequence[int]],
	take: Callable[[T, int], None],
	shared_by: Callable[[T, int], Callable[[T], bool]],
	at_once: Callable[[T, int], int] = lambda _entry, _start: 1,
) -> Iterator[Match]:
	"""Yield who is offered which time, one time after the other.

	`waiting` are in their order. The first one gets the earliest time that suits, then the next one, and so on. If
	`at_once(entry, start)` is above 1, those behind whom the same time suits are offered it too. `starts(entry)` returns the
	starts that are free for somebody, ascending. `take(entry, start)` is called for each match; the time isn't free any more
	then. `shared_by(entry, start)` returns a function that says of the others whether the hold for this person is for them too.

		free: Monday 09:00, Tuesday 14:00     Ann: any day     Ben: Tuesdays     Cleo: any day
		one at a time                         Monday to Ann, Tuesday to Ben
		two at once                           Monday to Ann and Cleo, Tuesday to Ben
	"""
	left = [each for each in waiting if each.name not in known.busy]
	calendar = _Calendar()
	while left:
		first, *left = left
		fitting = calendar.fitting(starts(first), first.bounds)
		start = next((each for each in fitting if _is_new(first, each, known)), None)
		if start is None:
			continue
		people = at_once(first, start)
		others = filter(shared_by(first, start), left) if people > 1 else ()
		along = _along(start, others, known, starts, people - 1)
		left = [each for each in left if each not in along]
		take(first, start)
		yield Match(start, tuple(each.name for each in (first, *along)))


def _along(start: int, others: Iterable[T], known: Known, starts: Callable[[T], Sequence[int]], most: int) -> list[T]:
	"""Return at most so many of the others who are offered the same time."""
	along: list[T] = []
	for each in others:
		if len(along) >= most:
			break
		if (_is_new(each, start, known) and each.bounds.fit(start)) and start in starts(each):
			along.append(each)
	return along


def _is_new(entry: Waiting, start: int, known: Known) -> bool:
	before = known.before.get(entry.name)
	return start not in known.offered.get(entry.name, ()) and (before is None or start < before)


class _Calendar:
	"""All starts by zone, date and minute, computed once: with 500 who wait and a year of free times, this is most of a look."""

	def __init__(self) -> None:
		self._seen: dict[str, set[int]] = defaultdict(set)
		self._days: dict[str, dict[date, list[tuple[int, int]]]] = {}

	def fitting(self, starts: Sequence[int], bounds: Bounds) -> Iterator[int]:
		"""Yield those of the starts that suit, ascending."""
		free = set(starts)
		for day, times in self._by_day(free, bounds.zone).items():
			if bounds.has_day(day):
				yield from (start for minute, start in times if start in free and bounds.has_minute(minute))

	def _by_day(self, free: set[int], zone: str) -> dict[date, list[tuple[int, int]]]:
		seen = self._seen[zone]
		if not free <= seen:
			seen |= free
			days: dict[date, list[tuple[int, int]]] = defaultdict(list)
			for start in sorted(seen):
				wall = engine.wall_clock(start, zone)
				days[wall.date()].append((wall.hour * 60 + wall.minute, start))
			self._days[zone] = days
		return self._days.get(zone, {})
