"""Sessions with seats left: a meeting that stands and that others may still join."""

from __future__ import annotations

from collections import defaultdict

from .host import Booked, Host
from .meeting import MeetingRules


def seats_taken(meeting: MeetingRules, host: Host) -> dict[int, int]:
	"""The seats taken of the type's sessions of the meeting's length, by their start."""
	taken: dict[int, int] = defaultdict(int)
	if meeting.seats > 1:
		for item in host.booked:
			if is_session_of(item, meeting):
				taken[item.start] += item.seats
	return dict(taken)


def open_sessions(meeting: MeetingRules, host: Host) -> frozenset[int]:
	"""The starts of the host's sessions that have room for the meeting's party."""
	taken = seats_taken(meeting, host)
	return frozenset(start for start, seats in taken.items() if seats + meeting.party <= meeting.seats)


def is_session_of(item: Booked, meeting: MeetingRules) -> bool:
	"""Whether the booking is one of the type's own, of the meeting's length: only such a one can be joined."""
	return item.counts and item.end - item.start == meeting.seconds
