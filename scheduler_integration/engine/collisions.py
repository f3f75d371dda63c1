"""Collisions with busy times and with other bookings, buffers included."""

from __future__ import annotations

from .host import Booked, Busy, Host
from .intervals import Interval
from .meeting import MeetingRules
from .reasons import Reason, Refusal
from .zones import MINUTE


class Collisions:
	"""Starts in `[first, last)` at which the meeting would collide with something in the host's calendar.

	A busy time must not overlap the meeting widened by its buffers. A neighbouring booking keeps a gap of
	at least the larger of the first one's buffer after and the second one's buffer before.
	"""

	def __init__(self, meeting: MeetingRules, host: Host, first: int, last: int):
		self._length = length = meeting.seconds
		before, after = meeting.buffer_before * MINUTE, meeting.buffer_after * MINUTE
		# A start s collides with [start, end) while s - before < end and s + length + after > start.
		lead = length + after - 1
		since, until = first - before, last + lead
		busy = [item for item in host.busy if since < item[1] > item[0] < until]
		booked = [item for item in host.booked if item.start < item.end]
		self._items: list[Busy | Interval | Booked] = [*busy, *booked]
		self.spans = [(item[0] - lead, item[1] + before) for item in busy]
		self.spans += [
			(
				item.start - length - max(after, item.buffer_before * MINUTE) + 1,
				item.end + max(before, item.buffer_after * MINUTE),
			)
			for item in booked
		]

	def conflicts(self, start: int) -> list[Busy | Booked]:
		"""What a meeting at `start` would collide with, in order of time."""
		found = [item for item, (low, high) in zip(self._items, self.spans, strict=True) if low <= start < high]
		named = [item if isinstance(item, Booked) else Busy(*item) for item in found]
		return sorted(named, key=lambda item: (item.start, item.end))

	def refusal(self, start: int) -> Refusal | None:
		conflicts = self.conflicts(start)
		if not conflicts:
			return None
		overlaps = any(item.start < start + self._length and start < item.end for item in conflicts)
		return Refusal(Reason.BUSY if overlaps else Reason.BUFFER, tuple(conflicts))


def conflicts_with(start: int, meeting: MeetingRules, host: Host) -> list[Busy | Booked]:
	"""The busy times and bookings that a meeting at `start` would collide with, in order of time.

	Asks about collisions alone: not hours, notice, window or limits. Bare tuples come back as Busy.
	"""
	return Collisions(meeting, host, start, start + 1).conflicts(start)
