"""Where it is decided whether one host can take a start."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from .closures import Closure, OutsideWindow, TooLarge, TooSoon
from .collisions import Collisions
from .errors import InstantOutOfRange
from .grid import Grid
from .host import Host
from .intervals import Interval, edges
from .limits import full_periods
from .meeting import MeetingRules
from .reasons import Refusal
from .sessions import standing, with_room


class Openings:
	"""What one host offers for one meeting type in `[first, last)`, as known at `now`, on one date at a time.

	A start is open when it is on the grid and in no closed span. Listing steps along the grid from one
	closed span to the next; a check looks one start up in the same two. Nothing else decides. `window` is what
	`booking_window` answers for the meeting. `room` are the starts at which sessions leave it room, those that begin
	there by default.
	"""

	def __init__(
		self,
		meeting: MeetingRules,
		host: Host,
		now: int,
		window: Interval,
		first: int,
		last: int,
		room: frozenset[int] | None = None,
	):
		self._range = first, last
		room = with_room(meeting, host) if room is None else room
		# What is only held counts in no limit yet, and made no start of its own.
		joined = standing(room, host) if room else room
		collisions = Collisions(meeting, host, first, last, room)
		extra = joined | collisions.packed_starts() if meeting.packed else joined
		self._grid = Grid(meeting, host.hours, first, last, extra)
		too_soon, outside = TooSoon(meeting, now), OutsideWindow(window)
		too_large = [TooLarge()] if meeting.party > meeting.seats else []
		closures: tuple[Closure, ...] = (
			too_soon,
			outside,
			collisions,
			*too_large,
			*full_periods(meeting, host, joined),
		)
		self._rules = (too_soon, outside, self._grid, *closures[2:])
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
				closed = closed_from[index]
				on_grid = free + (start - free) % step
				if on_grid < closed:
					found.extend(range(on_grid, closed if closed < end else end, step))
				free = closed_until[index]
				index += 1
		extra = [start for start in self._grid.extra_starts() if not self._is_closed(start)]
		return sorted(found + extra) if extra else found

	def is_open(self, start: int) -> bool:
		"""Whether `start` is bookable. Raises InstantOutOfRange outside `[first, last)`."""
		return not self._is_closed(start) and self._grid.refusal(start) is None

	def fits(self, start: int) -> bool:
		"""Whether the meeting could go on at `start`, on the grid or not. Raises as `is_open` does."""
		return not self._is_closed(start) and self._grid.fits(start)

	def refusals(self, start: int) -> Iterator[Refusal]:
		"""Every reason why `start` isn't bookable, in the order of Reason."""
		for rule in self._rules:
			refusal = rule.refusal(start)
			if refusal is not None:
				yield refusal

	def _is_closed(self, start: int) -> bool:
		first, last = self._range
		if not first <= start < last:
			raise InstantOutOfRange(start)
		closed_from, closed_until = self._closed
		return closed_from[bisect_right(closed_until, start)] <= start
