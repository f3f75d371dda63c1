"""Collisions with busy times and with other bookings, buffers included."""

from __future__ import annotations

from .host import Booked, Busy, Host
from .intervals import Interval, without
from .meeting import MeetingRules
from .reasons import Reason, Refusal
from .sessions import is_session_of
from .zones import MINUTE

# Packed starts are rounded up to whole five minutes, so what ended that much earlier still makes one.
PACKED_TO = 5 * MINUTE


class Collisions:
	"""Starts in `[first, last)` at which the meeting would collide with something in the host's calendar.

	A busy time must not overlap the meeting widened by its buffers. A neighbouring booking keeps a gap of
	at least the larger of the first one's buffer after and the second one's buffer before. A session that has
	room for the meeting, one that starts at one of `room`, is no collision.
	"""

	def __init__(self, meeting: MeetingRules, host: Host, first: int, last: int, room: frozenset[int] = frozenset()):
		self._meeting = meeting
		self._room = room
		before, after = meeting.buffer_before * MINUTE, meeting.buffer_after * MINUTE
		# A start s collides with [start, end) while s - before < end and s + length + after > start.
		length = meeting.seconds
		lead = length + after - 1
		since, until = first - before - (PACKED_TO if meeting.packed else 0), last + lead
		busy = [item for item in host.busy if since < item[1] > item[0] < until]
		booked = [item for item in host.booked if item.start < item.end]
		self._items: list[Busy | Interval | Booked] = [*busy, *booked]
		self._around = [(item[0] - lead, item[1] + before) for item in busy]
		# Comparisons: `max` takes longer than all the rest.
		self._around += [
			(
				item.start - length - (own if (own := item.buffer_before * MINUTE) > after else after) + 1,
				item.end + (own if (own := item.buffer_after * MINUTE) > before else before),
			)
			for item in booked
		]
		self.spans = self._around if not room else self._spans_but_for_sessions()

	def conflicts(self, start: int) -> list[Busy | Booked]:
		"""What a meeting at `start` would collide with, in order of time."""
		around = zip(self._items, self._around, strict=True)
		found = [item for item, (low, high) in around if low <= start < high and not self._is_joined(item, start)]
		named = [item if isinstance(item, Booked) else Busy(*item) for item in found]
		return sorted(named, key=lambda item: (item.start, item.end))

	def refusal(self, start: int) -> Refusal | None:
		conflicts = self.conflicts(start)
		return Refusal(self._reason(start, conflicts), tuple(conflicts)) if conflicts else None

	def packed_starts(self) -> set[int]:
		"""The starts that follow at once on what stands in the calendar; what is only held may not come to stand there."""
		around = zip(self._items, self._around, strict=True)
		return {-(-high // PACKED_TO) * PACKED_TO for item, (_low, high) in around if not _is_held(item)}

	def _reason(self, start: int, conflicts: list[Busy | Booked]) -> Reason:
		end = start + self._meeting.seconds
		if self._meeting.seats > 1 and all(self._begins_at(item, start) for item in conflicts):
			return Reason.NO_SEATS
		overlaps = any(item.start < end and start < item.end for item in conflicts)
		return Reason.BUSY if overlaps else Reason.BUFFER

	def _is_joined(self, item: Busy | Interval | Booked, start: int) -> bool:
		return start in self._room and self._is_session_at(item, start)

	def _begins_at(self, item: Busy | Booked, start: int) -> bool:
		return self._is_session_at(item, start) and item.is_first_day

	def _is_session_at(self, item: Busy | Interval | Booked, start: int) -> bool:
		return isinstance(item, Booked) and item.start == start and is_session_of(item, self._meeting)

	def _spans_but_for_sessions(self) -> list[Interval]:
		return [
			part
			for item, span in zip(self._items, self._around, strict=True)
			for part in (without([span], [item[0]]) if self._is_joined(item, item[0]) else [span])
		]


def _is_held(item: Busy | Interval | Booked) -> bool:
	return isinstance(item, Booked) and item.is_hold


def conflicts_with(start: int, meeting: MeetingRules, host: Host) -> list[Busy | Booked]:
	"""The busy times and bookings that a meeting at `start` would collide with, in order of time.

	Asks about collisions alone: not hours, notice, window or limits. Bare tuples come back as Busy.
	"""
	return Collisions(meeting, host, start, start + 1).conflicts(start)
