"""Sessions with seats left: a meeting that stands and that others may still join."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .host import Booked, Host
from .meeting import MeetingRules


def seats_taken(meeting: MeetingRules, host: Host, *, later_days: bool = False) -> dict[int, int]:
	"""The seats taken, held ones too, of the type's sessions of the meeting's length, by their start.

	Of sessions over several dates the first date's part, or with `later_days` each of the others.
	"""
	taken: dict[int, int] = defaultdict(int)
	if meeting.seats > 1:
		for item in host.booked:
			if is_session_of(item, meeting) and item.is_first_day is not later_days:
				taken[item.start] += item.seats
	return dict(taken)


def with_room(meeting: MeetingRules, host: Host, *, later_days: bool = False) -> frozenset[int]:
	"""The starts at which what stands or is held leaves the meeting's party its seats. `later_days` as above."""
	taken = seats_taken(meeting, host, later_days=later_days)
	return frozenset(start for start, seats in taken.items() if seats + meeting.party <= meeting.seats)


def sessions_with_room(meeting: MeetingRules, host: Host) -> dict[int, str]:
	"""The keys, by their starts, of the host's sessions that stand and have room for the meeting's party."""
	room = with_room(meeting, host)
	return {start: key for start, key in sessions_by_start(meeting, host).items() if start in room}


def standing(starts: Iterable[int], host: Host) -> frozenset[int]:
	"""Those of the starts at which something is booked and not only held."""
	return frozenset(starts).intersection(item.start for item in host.booked if not item.is_hold)


def sessions_by_start(meeting: MeetingRules, host: Host, *, later_days: bool = False) -> dict[int, str]:
	"""The keys of the type's sessions that stand, by the starts of their parts on the first date, or on `later_days`."""
	return {
		item.start: item.session
		for item in host.booked
		if item.session and is_session_of(item, meeting) and item.is_first_day is not later_days
	}


def is_session_of(item: Booked, meeting: MeetingRules) -> bool:
	"""Whether the booking, or hold, is in a session of the type, of the meeting's length: only such a one can be joined."""
	return item.counts and bool(item.session or item.is_hold) and item.end - item.start == meeting.seconds
