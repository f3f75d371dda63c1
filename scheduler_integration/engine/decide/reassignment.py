"""Decides whether another host can take over a booked meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..model.host import Member
from ..model.meeting_rules import Limit, MeetingRules
from ..model.refusals import Refusal
from ..rules.booking_window import ALWAYS
from ..rules.limits import MinutesLeft
from ..rules.multi_day import one_day
from ..time.intervals import Interval
from .host_slots import HostSlots


def reassignment_refusals(
	member: Member, parts: Sequence[Interval], now: int, *, has_begun: bool = False
) -> list[tuple[int, Refusal]]:
	"""Return every reason why the member can't take these parts of a meeting, each with the start of its part.

	- Hours, busy times, buffers and limits are checked. Limits count the meeting as a new booking of this host (see Limit).
	- Grid, minimum notice and window bind attendees, not hosts. Their refusals are in the result too; the caller leaves
	them out.
	- A session of the host's own at that time is a conflict. The two sessions aren't joined.

	With `has_begun` the meeting began on an earlier day with another host, and only the days to come are reassigned.
	`parts` must ascend, have the duration of the rules, and lie within what the host carries.
	"""
	rules = replace(member.rules, seats=1, party_size=1)
	starts = [start for start, _end in parts]
	# Weekly and monthly limits of minutes count all parts together. A meeting of one part needs no such sum.
	summed = _limits_of_all_parts(rules) if len(parts) > 1 else ()
	first = replace(one_day(rules), limits=tuple(limit for limit in rules.limits if limit not in summed))
	later = one_day(rules)
	of_parts = [later if index or has_begun else first for index in range(len(parts))]
	refusals = [
		(start, refusal)
		for start, own in zip(starts, of_parts, strict=True)
		for refusal in HostSlots(own, member.host, now, ALWAYS, start, start + 1).refusals(start)
	]
	lacking = MinutesLeft(replace(rules, limits=summed), member.host).refusals(starts)
	return sorted([*refusals, *lacking], key=lambda refusal: refusal[0])


def _limits_of_all_parts(rules: MeetingRules) -> tuple[Limit, ...]:
	return tuple(limit for limit in rules.limits if limit.in_minutes and limit.period != "day")
