"""Decides whether one host can take a start, on one date."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from ..errors import InstantOutOfRange
from ..model.host import Host
from ..model.meeting_rules import MeetingRules
from ..model.refusals import Refusal
from ..rules.blockers import Blocker, OutsideWindow, PartyTooLarge, Rule, TooSoon
from ..rules.collisions import Collisions
from ..rules.grid import Grid
from ..rules.limits import limit_blockers
from ..rules.seats import booked_starts, joinable_starts
from ..time.intervals import Interval, edges


class HostSlots:
	"""The slots that one host offers for one meeting type in `[first, last)`, as known at `now`.

	A start is open if it is on the grid and no blocker blocks it. Listing and checking use the same two things, the grid
	and the merged spans of all blockers, and nothing else decides:

		grid      09:00   09:30   10:00   10:30   11:00   11:30        half an hour each
		blocked   until 09:45, the minimum notice
		blocked   [10:00:01, 11:30), around the busy time from 10:30 to 11:30
		open                      10:00                   11:30

	`window` is what `booking_window` returns. `joinable` are the starts at which a session can be joined; by default those
	of sessions that begin on that date.
	"""

	def __init__(
		self,
		rules: MeetingRules,
		host: Host,
		now: int,
		window: Interval,
		first: int,
		last: int,
		joinable: frozenset[int] | None = None,
	):
		self._range = first, last
		joinable = joinable_starts(rules, host) if joinable is None else joinable
		# A hold alone is no session to join: it lifts no limit and makes no extra start, because nothing is booked yet.
		joined = booked_starts(joinable, host) if joinable else joinable
		collisions = Collisions(rules, host, first, last, joinable)
		extra = joined | collisions.gap_starts() if rules.fill_gaps else joined
		self._grid = Grid(rules, host.hours, first, last, extra)
		too_soon, outside = TooSoon(rules, now), OutsideWindow(window)
		too_large = [PartyTooLarge()] if rules.party_size > rules.seats else []
		blockers: tuple[Blocker, ...] = (
			too_soon,
			outside,
			collisions,
			*too_large,
			*limit_blockers(rules, host, joined),
		)
		# In the order of Reason.
		self._rules: tuple[Rule, ...] = (too_soon, outside, self._grid, *blockers[2:])
		self._blocked = edges([span for blocker in blockers for span in blocker.spans])

	def starts(self) -> list[int]:
		"""Return every open start, ascending.

		Steps along the grid from one blocked span to the next, so that the computing time grows with the number of spans
		and open starts, not with the number of starts times the number of busy times.
		"""
		step = self._grid.step
		blocked_from, blocked_until = self._blocked
		kept: list[int] = []
		for start, end in self._grid.stretches():
			index = bisect_right(blocked_until, start)
			free = start
			while free < end:
				blocked = blocked_from[index]
				on_grid = free + (start - free) % step
				if on_grid < blocked:
					kept.extend(range(on_grid, blocked if blocked < end else end, step))
				free = blocked_until[index]
				index += 1
		extra = [start for start in self._grid.extra_starts() if not self._is_blocked(start)]
		return sorted(kept + extra) if extra else kept

	def is_open(self, start: int) -> bool:
		"""Whether the host offers `start`. Raises InstantOutOfRange outside `[first, last)`."""
		return not self._is_blocked(start) and self._grid.refusal(start) is None

	def fits(self, start: int) -> bool:
		"""Whether the host has time for the meeting at `start`, on the grid or not. Raises as `is_open` does."""
		return not self._is_blocked(start) and self._grid.fits(start)

	def refusals(self, start: int) -> Iterator[Refusal]:
		"""Yield every reason why `start` isn't open, in the order of Reason."""
		for rule in self._rules:
			refusal = rule.refusal(start)
			if refusal is not None:
				yield refusal

	def _is_blocked(self, start: int) -> bool:
		first, last = self._range
		if not first <= start < last:
			raise InstantOutOfRange(start)
		blocked_from, blocked_until = self._blocked
		return blocked_from[bisect_right(blocked_until, start)] <= start
