"""Whose turn it is in a round robin, by what each host is owed.

Every booking is shared out over the hosts who are in the running for it, in proportion to their weights, and whoever
takes it pays for it. What a host has been given and hasn't paid is their credit, in millionths of a booking. The next
host is the one of Tijdeman's rule for the chairman assignment problem (R. Tijdeman, "The chairman assignment problem",
Discrete Mathematics 32, 1980): of those who are owed something, the one whose credit would first reach a whole booking.
While hosts and weights stay the same, everybody's bookings stay within one of their share, after each booking.

A host who joins, or comes back, starts with the credit they left with (none, at first), and so isn't flooded to catch up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .host import Host
from .intervals import Interval, clip, merge, subtract
from .windows import working_intervals
from .zones import MINUTE, local_date, local_days, monday_of

# One booking, in the unit of credits and shares.
BOOKING = 1_000_000
# What doesn't divide leaves a millionth here and there. Less than a thousandth decides nothing.
_NOTICED = BOOKING // 1000


@dataclass(frozen=True, slots=True)
class Contender:
	"""A host who is free to take the booking.

	Only the highest `tier` there is comes into the running. `weight` is 1 or more. `load` is what the least loaded first
	go by: the same for all where it doesn't matter. `credit` is in millionths of a booking, `last_turn` in epoch
	seconds, 0 for never.
	"""

	name: str
	weight: int = 1
	tier: tuple[int, ...] = ()
	load: int = 0
	credit: int = 0
	last_turn: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
	"""Who takes the booking, and what each host in the running is given of it, in millionths; together BOOKING."""

	host: str
	shares: dict[str, int]

	def changes(self) -> dict[str, int]:
		"""By how much each host's credit changes; together 0."""
		return {name: self.shares.get(name, 0) - BOOKING * (name == self.host) for name in {self.host, *self.shares}}


def in_the_running(free: Sequence[Contender], preferred: str | None = None) -> list[Contender]:
	"""Those of the free hosts who are considered: the highest tier, or that of the `preferred` host, where one is free."""
	tier = next((host.tier for host in free if host.name == preferred), max(host.tier for host in free))
	return [host for host in free if host.tier == tier]


def next_turn(running: Sequence[Contender], preferred: str | None = None) -> Turn:
	"""The turn of the `preferred` host, where one of these, else of the next by the rule; `running` isn't empty.

	Ties fall to whoever had no turn for longest, then to the order of `running`.
	"""
	shares = shares_of(running)
	if preferred in shares:
		return Turn(preferred, shares)
	least = min(host.load for host in running)
	due = [host for host in running if host.load == least]
	owed = [host for host in due if host.credit + shares[host.name] >= _NOTICED] or due
	chosen = min(owed, key=lambda host: (_deadline(host.credit, shares[host.name]), host.last_turn))
	return Turn(chosen.name, shares)


def shares_of(running: Sequence[Contender]) -> dict[str, int]:
	"""One booking shared out by weight, in millionths.

	What doesn't divide goes to the largest remainders, of equal ones to whoever has least.
	"""
	total = sum(host.weight for host in running)
	shares = {host.name: BOOKING * host.weight // total for host in running}
	by_remainder = sorted(running, key=lambda host: (-(BOOKING * host.weight % total), host.credit))
	for host in by_remainder[: BOOKING - sum(shares.values())]:
		shares[host.name] += 1
	return shares


def _deadline(credit: int, share: int) -> int:
	"""After how many more such bookings the host would be owed a whole one, in thousandths, rounded."""
	missing = BOOKING - credit - share
	return (2000 * missing + share) // (2 * max(share, 1))


def iso_week(instant: int, zone: str) -> Interval:
	"""The ISO week of `instant` in `zone`, from Monday's midnight to the next."""
	return local_days(monday_of(local_date(instant, zone)), 7, zone)


def offered_minutes(host: Host, first: int, last: int) -> int:
	"""The whole minutes in `[first, last)` that the host offers to the meeting type: working hours less what is taken.

	Bookings of the type itself (`counts`) don't lessen it: who has been given many would get fewer and fewer. Nor do
	holds, which come and go.
	"""
	busy = [(item[0], item[1]) for item in host.busy]
	busy += [(booked.start, booked.end) for booked in host.booked if not booked.counts and not booked.is_hold]
	open_time = subtract(working_intervals(host.hours, first, last), merge(clip(busy, first, last)))
	return sum(end - start for start, end in open_time) // MINUTE
