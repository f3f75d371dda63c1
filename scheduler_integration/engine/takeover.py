"""Whether a host can take over a meeting whose dates are settled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .booking_window import ALWAYS
from .crew import Member, one_day
from .intervals import Interval
from .limits import MinutesLeft
from .openings import Openings
from .reasons import Refusal


def takeover_refusals(
	member: Member, parts: Sequence[Interval], now: int, *, has_begun: bool = False
) -> list[tuple[int, Refusal]]:
	"""Every reason why the member can't take these parts of a meeting, each with the start of its part.

	Asked is what binds a host: hours, the calendar and its buffers, and limits as they are for a booking, where a meeting counts in
	the week and month in which it begins and its minutes where they lie. One that `has_begun` began on an earlier date than
	these parts, with somebody else. Grid, notice and window, which bind guests, are among the refusals like the others.
	Parts are ascending, of the rules' duration, and within what the host carries. A session of the host's own is in the way.
	"""
	rules = replace(member.rules, seats=1, party=1)
	# The minutes of a meeting on one date are those of its start.
	spread = tuple(each for each in rules.limits if len(parts) > 1 and each.in_minutes and each.period != "day")
	first = replace(one_day(rules), limits=tuple(each for each in rules.limits if each not in spread))
	later = one_day(rules)
	found = [
		(start, refusal)
		for index, (start, _end) in enumerate(parts)
		for refusal in _refusals(replace(member, rules=later if index or has_begun else first), start, now)
	]
	lacking = MinutesLeft(replace(rules, limits=spread), member.host).refusals([start for start, _end in parts])
	return sorted([*found, *lacking], key=lambda each: each[0])


def _refusals(member: Member, start: int, now: int) -> Iterator[Refusal]:
	return Openings(member.rules, member.host, now, ALWAYS, start, start + 1).refusals(start)
