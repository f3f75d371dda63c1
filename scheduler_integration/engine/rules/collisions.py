"""Collisions with busy times and with other bookings, buffers included."""

from __future__ import annotations

from ..model.host import Booked, Busy, Host
from ..model.meeting_rules import MeetingRules
from ..model.refusals import Reason, Refusal
from ..time.intervals import Interval, without
from ..time.zones import MINUTE
from .seats import is_session_of

# `fill_gaps` rounds starts up to whole five minutes by the clock.
GAP_STEP = 5 * MINUTE


class Collisions:
	"""Blocks the starts in `[first, last)` at which the meeting would collide with something in the host's calendar.

	A busy time must not overlap the meeting widened by its own buffers. Between two bookings the gap must be at least the
	larger one of two buffers: the first booking's buffer after and the second booking's buffer before.

	A session that can be joined doesn't collide at its own start; `joinable` are those starts.

	Example: a meeting of 30 minutes with buffers of 10 before and 15 after; busy from 11:00 to 12:00.

		time              10:15       11:00          12:00  12:10
		calendar    ────────┼───────────├──── busy ────┤──────┼────────►
		starts       free   ├─────────── blocked ─────────────┤  free

		10:15        with its buffers 10:05 to 11:00: touches the busy time, free
		10:15:01     with its buffers 10:05:01 to 11:00:01: overlaps by a second, blocked
		12:10        with its buffers 12:00 to 12:55: touches the busy time, free

	In general the blocked span is [busy start - length - buffer after + 1 second, busy end + buffer before).
	If 11:00 to 12:00 is a booking with its own buffers of 20 before and 5 after, the larger ones apply: 20 instead of 15
	in front of it, 10 instead of 5 after it. The blocked span is then [10:10:01, 12:10).
	"""

	def __init__(self, rules: MeetingRules, host: Host, first: int, last: int, joinable: frozenset[int] = frozenset()):
		self._rules = rules
		self._joinable = joinable
		before, after = rules.buffer_before * MINUTE, rules.buffer_after * MINUTE
		# A start s collides with [start, end) if s - before < end and s + length + after > start.
		length = rules.seconds
		lead = length + after - 1
		# A busy time that ended up to five minutes earlier can still be followed by a start of `fill_gaps`.
		since, until = first - before - (GAP_STEP if rules.fill_gaps else 0), last + lead
		counts = not rules.may_overlap
		busy = [item for item in host.busy if since < item[1] > item[0] < until and counts]
		booked = [item for item in host.booked if item.start < item.end and counts]
		self._items: list[Busy | Interval | Booked] = [*busy, *booked]
		# The span of blocked starts around each item, in the order of the items.
		self._around = [(item[0] - lead, item[1] + before) for item in busy]
		self._around += _around_bookings(booked, length, before, after)
		self.spans = self._spans_without_joinable() if joinable else self._around

	def conflicts(self, start: int) -> list[Busy | Booked]:
		"""Return what a meeting at `start` would collide with, in order of time."""
		around = zip(self._items, self._around, strict=True)
		items = [item for item, (low, high) in around if low <= start < high and not self._can_join(item, start)]
		named = [item if isinstance(item, Booked) else Busy(*item) for item in items]
		return sorted(named, key=lambda item: (item.start, item.end))

	def refusal(self, start: int) -> Refusal | None:
		conflicts = tuple(self.conflicts(start))
		if not conflicts:
			return None
		end = start + self._rules.seconds
		if self._rules.seats > 1 and all(
			(isinstance(item, Booked) and item.is_first_day and self._is_session_at(item, start)) for item in conflicts
		):
			return Refusal(Reason.NO_SEATS, conflicts)
		overlaps = any(item.start < end and start < item.end for item in conflicts)
		return Refusal(Reason.BUSY if overlaps else Reason.BUFFER, conflicts)

	def gap_starts(self) -> set[int]:
		"""Return the starts of `fill_gaps`: right after each busy time and booking, rounded up to five minutes.

		There is no such start after a hold, because a hold may never become a booking.
		"""
		around = zip(self._items, self._around, strict=True)
		return {
			-(-high // GAP_STEP) * GAP_STEP
			for item, (_low, high) in around
			if not (isinstance(item, Booked) and item.is_hold)
		}

	def _can_join(self, item: Busy | Interval | Booked, start: int) -> bool:
		return start in self._joinable and self._is_session_at(item, start)

	def _is_session_at(self, item: Busy | Interval | Booked, start: int) -> bool:
		return isinstance(item, Booked) and item.start == start and is_session_of(item, self._rules)

	def _spans_without_joinable(self) -> list[Interval]:
		"""Return the spans, each without the start at which the session of its booking can be joined."""
		return [
			piece
			for item, span in zip(self._items, self._around, strict=True)
			for piece in (without([span], [item[0]]) if self._can_join(item, item[0]) else [span])
		]


def _around_bookings(booked: list[Booked], length: int, before: int, after: int) -> list[Interval]:
	"""Return the spans of blocked starts; of two buffers that meet, the larger one counts. All in seconds."""
	# Comparisons instead of `max`, which would take longer than everything else here.
	return [
		(
			item.start - length - (own if (own := item.buffer_before * MINUTE) > after else after) + 1,
			item.end + (own if (own := item.buffer_after * MINUTE) > before else before),
		)
		for item in booked
	]


def conflicts_with(start: int, rules: MeetingRules, host: Host) -> list[Busy | Booked]:
	"""Return the busy times and bookings that a meeting at `start` would collide with, in order of time.

	Only collisions are checked: not hours, notice, window or limits. Plain tuples are returned as Busy.
	"""
	return Collisions(rules, host, start, start + 1).conflicts(start)
