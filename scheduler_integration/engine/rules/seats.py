"""Sessions: meetings with several seats, which others may join while seats are left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ..model.host import Booked, Host, Member
from ..model.meeting_rules import MeetingRules


def seats_taken(rules: MeetingRules, host: Host, *, later_days: bool = False) -> dict[int, int]:
	"""Return by start how many seats of each session are taken. Held seats count.

	Only sessions of the meeting type and of the meeting's length are included. Multi-day sessions are listed by the start
	of their first day, or with `later_days` by the start of each later day.
	"""
	taken: dict[int, int] = defaultdict(int)
	if rules.seats > 1:
		for item in host.booked:
			if is_session_of(item, rules) and item.is_first_day is not later_days:
				taken[item.start] += item.seats
	return dict(taken)


def joinable_starts(rules: MeetingRules, host: Host, *, later_days: bool = False) -> frozenset[int]:
	"""Return the starts at which bookings or holds exist and leave enough seats for the party.

	See `seats_taken` for `later_days`. With 10 seats, two bookings of 3 and a hold of 2 at 09:00, a party of 2 can join at
	09:00 and a party of 3 can't.
	"""
	taken = seats_taken(rules, host, later_days=later_days)
	return frozenset(start for start, seats in taken.items() if seats + rules.party_size <= rules.seats)


def joinable_sessions(rules: MeetingRules, host: Host) -> dict[int, str]:
	"""Return by start the keys of the host's booked sessions that have enough seats left for the party."""
	joinable = joinable_starts(rules, host)
	return {start: key for start, key in sessions_by_start(rules, host).items() if start in joinable}


def session_to_join(member: Member, start: int) -> str | None:
	"""Return the key of the host's session at `start` if it has enough seats left for the party, or None."""
	return joinable_sessions(member.rules, member.host).get(start)


def booked_starts(starts: Iterable[int], host: Host) -> frozenset[int]:
	"""Return those of the `starts` at which something is booked. A hold alone doesn't count."""
	return frozenset(starts).intersection(item.start for item in host.booked if not item.is_hold)


def sessions_by_start(rules: MeetingRules, host: Host, *, later_days: bool = False) -> dict[int, str]:
	"""Return by start the keys of the type's booked sessions. See `seats_taken` for `later_days`."""
	return {
		item.start: item.session
		for item in host.booked
		if item.session and is_session_of(item, rules) and item.is_first_day is not later_days
	}


def is_session_of(item: Booked, rules: MeetingRules) -> bool:
	"""Whether the booking or hold is in a session that could be joined: of the meeting type and of the meeting's length."""
	return item.counts and bool(item.session or item.is_hold) and item.end - item.start == rules.seconds
