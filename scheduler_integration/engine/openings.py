"""Where it is decided whether a start is bookable."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from .closures import TooFar, TooSoon
from .collisions import Collisions
from .errors import InstantOutOfRange
from .grid import Grid
from .host import Host
from .intervals import edges
from .limits import full_periods
from .meeting import MeetingRules
from .reasons import Refusal


class Openings:
	"""What one host offers for one meeting type in `[first, last)`, as known at `now`.

	A start is open when it is on the grid and in no closed span. Listing steps along the grid from one
	closed span to the next; a check looks one start up in the same two. Nothing else decides.
	"""

	def __init__(self, meeting: MeetingRules, host: Host, now: int, first: int, last: int):
		self._range = first, last
		self._grid = Grid(meeting, host.hours, first, last)
		too_soon, too_far = TooSoon(meeting, now), TooFar(meeting, host.hours.zone, now)
		closures = (too_soon, too_far, Collisions(meeting, host, first, last), *full_periods(meeting, host))
		self._rules = (too_soon, too_far, self._grid, *closures[2:])
		self._closed = edges([span for closure in closures for span in closure.spans])

	def starts(self) -> list[int]:
		"""Every open start, ascending."""
		step = self._grid.step
		closed_from, closed_until = self._closed
		found: list[int] = []
		for start, end in self._grid.stretches():
			index = bisect_right(closed_until, start)
			free = start
			while free < end:
				on_grid = free + (start - free) % step
				found.extend(range(on_grid, min(end, closed_from[index]), step))
				free = closed_until[index]
				index += 1
		return found

	def is_open(self, start: int) -> bool:
		"""Whether `start` is bookable. Raises InstantOutOfRange outside `[first, last)`."""
		first, last = self._range
		if not first <= start < last:
			raise InstantOutOfRange(start)
		closed_from, closed_until = self._closed
		return closed_from[bisect_right(closed_until, start)] > start and self._grid.refusal(start) is None

	def refusal(self, start: int) -> Refusal | None:
		"""Why `start` isn't bookable, the first reason; None where it is."""
		return None if self.is_open(start) else next(self.refusals(start))

	def refusals(self, start: int) -> Iterator[Refusal]:
		"""Every reason why `start` isn't bookable, in the order of Reason."""
		for rule in self._rules:
			refusal = rule.refusal(start)
			if refusal is not None:
				yield refusal
