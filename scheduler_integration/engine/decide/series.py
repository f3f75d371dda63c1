"""The dates of a series: a meeting that repeats every few weeks at the same time of day, and other times for dates that
aren't free.

Example: every week, four times, from Thursday 10 December 2026 at 09:00 in Berlin. The 24th is a holiday:

    wanted      10 Dec 09:00   17 Dec 09:00   24 Dec 09:00                  31 Dec 09:00
    plan        free           free           nearest: 23 Dec 09:00, ...    free
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from ..model.host import Booked, Member
from ..rules.seats import session_to_join
from ..time.zones import instant_of, naive_clock
from .host_pool import HostPool

# How many other times are offered for a date that isn't free, and the most days between them and that date.
NEAREST = 3
WIDEST_DAYS = 14


@dataclass(frozen=True, slots=True)
class SeriesDate:
	"""A date of a series. `wanted` is its start by the rule; if that isn't free, `nearest` are other starts, nearest first."""

	wanted: int
	is_free: bool
	nearest: tuple[int, ...] = ()


def series_starts(first: int, weeks: int, count: int, zone: str | ZoneInfo) -> list[int]:
	"""Return `count` starts from `first` on, every `weeks` weeks at the same time of day in `zone`.

	If the clock change skips that time of day, the start moves forward by the gap, as RFC 5545, 3.3.5, says.
	"""
	wall = naive_clock(first, zone)
	return [first, *(instant_of(wall + timedelta(weeks=weeks * each), zone) for each in range(1, count))]


def moved_starts(starts: Sequence[int], before: int, after: int, zone: str | ZoneInfo) -> list[int]:
	"""Return the starts moved as one of them is moved from `before` to `after`: by as many dates and as much time of day.

	Times of day are those of `zone`. From Tuesday 10:00 to Wednesday 14:00, each start moves to the next day and four hours on.
	"""
	shift = naive_clock(after, zone) - naive_clock(before, zone)
	return [after if start == before else instant_of(naive_clock(start, zone) + shift, zone) for start in starts]


def plan_series(
	pool: HostPool, wanted: Sequence[int], weeks: int, offering: HostPool | None = None
) -> list[SeriesDate]:
	"""Return for each of the `wanted` starts whether it can be booked with this pool, with the others of the series.

	A date counts in limits for the dates after it. No start is offered for two dates, and none is `weeks` weeks or more away.
	Hosts must carry WIDEST_DAYS around the dates. `offering` are the same members with the rules for the other times: a host
	may book at 10:05, but is offered 10:00 and 10:30.
	"""
	free, pool = _taken_in_turn(pool, wanted)
	if offering:
		members = zip(offering.members, pool.members, strict=True)
		pool = offering.with_members([replace(member, host=taken.host) for member, taken in members])
	within = min(WIDEST_DAYS, 7 * weeks - 1)
	offered: set[int] = set()
	plan = []
	for start in wanted:
		nearest: tuple[int, ...] = ()
		if start not in free:
			found = pool.nearest(start, NEAREST + len(offered), within_days=within)
			nearest = tuple([each for each in found if each not in offered][:NEAREST])
			offered.update(nearest)
		plan.append(SeriesDate(start, start in free, nearest))
	return plan


def hosts_in_turn(pool: HostPool, starts: Sequence[int]) -> list[list[str]]:
	"""Return the names of the hosts who can take each start, if the starts before it are booked; empty if one can't be."""
	hosts, _pool = _taken_in_turn(pool, starts)
	return [hosts[start] for start in starts] if len(hosts) == len(starts) else []


def _taken_in_turn(pool: HostPool, starts: Sequence[int]) -> tuple[dict[int, list[str]], HostPool]:
	"""Return those of the starts that can be booked, with their hosts, and the pool in which they are booked."""
	taken: dict[int, list[str]] = {}
	for start in starts:
		hosts = pool.free_hosts(start) if start not in taken else []
		if hosts:
			taken[start] = hosts
			pool = pool.with_members(
				[_booked(each, start) if each.host.name in hosts else each for each in pool.members]
			)
	return taken, pool


def _booked(member: Member, start: int) -> Member:
	if session_to_join(member, start):
		# A person who joins a session takes no time of the host, and counts in no limit.
		return member
	rules, host = member.rules, member.host
	booking = Booked(start, start + rules.seconds, rules.buffer_before, rules.buffer_after, counts=True)
	return replace(member, host=replace(host, booked=[*host.booked, booking]))
