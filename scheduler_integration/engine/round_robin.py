"""Decides whose turn it is in a round robin.

A ledger keeps each host's *credit*: the shares that the host was given and hasn't used, in millionths of a booking.

- Every booking is shared out over the hosts who are considered for it, in proportion to their weights.
- The host who takes the booking pays for it: one whole booking.
- The next host is chosen by Tijdeman's rule for the chairman assignment problem (R. Tijdeman, "The chairman assignment
  problem", Discrete Mathematics 32, 1980). Imagine that all later bookings are shared out in the same way. Among the
  hosts with credit, the next host is the one whose credit would be the first to reach a whole booking.

Example: Ann has weight 3, Ben has weight 1, and both are always free. In bookings:

    booking   credit with its share   first to reach 1                       takes   credit after it
              Ann      Ben            Ann          Ben                               Ann      Ben
    1         0.75     0.25           0.33 more    3 more                    Ann     -0.25     0.25
    2         0.50     0.50           0.67 more    2 more                    Ann     -0.50     0.50
    3         0.25     0.75           1 more       1 more (no turn so far)   Ben      0.25    -0.25
    4         1.00     0.00           now          no credit                 Ann      0.00     0.00

As long as the same hosts are free with the same weights, every host is always within one booking of the exact share.
A host who joins, or comes back from leave, starts with the credit from before (0 at first) and so isn't flooded with
bookings to catch up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .model.host import Host
from .time.intervals import Interval, clip, merge, subtract
from .time.working_intervals import working_intervals
from .time.zones import MINUTE, local_date, local_days, monday_of

# One booking, in the unit of credits and shares.
BOOKING = 1_000_000
# Why a host's turn it is: somebody chose the host; nobody else is considered; the others have more this week; the others'
# credit would reach a whole booking later; the others had a turn since; the host is the first of equals.
PREFERRED, ONLY_ONE, LEAST_LOAD, CREDIT, LAST_TURN, FIRST = (
	"preferred", "only_one", "least_load", "credit", "last_turn", "first",
)  # fmt: skip
# Weights that don't divide evenly leave some millionths behind. Less than a thousandth of a booking counts as no credit.
_LEAST_CREDIT = BOOKING // 1000


@dataclass(frozen=True, slots=True)
class Contender:
	"""A host who is free to take the booking.

	- `tier`: only the hosts of the highest tier are considered. `weight`: 1 or more.
	- `load`: the hosts with the lowest load come first; equal for all if load doesn't matter.
	- `credit`: in millionths of a booking. `last_turn`: epoch seconds; 0 for never.
	"""

	name: str
	weight: int = 1
	tier: tuple[int, ...] = ()
	load: int = 0
	credit: int = 0
	last_turn: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
	"""The `host` who takes the booking, and each considered host's share of it in millionths. Shares add up to BOOKING.

	`reason` says why it is this host's turn: PREFERRED, ONLY_ONE, LEAST_LOAD, CREDIT, LAST_TURN or FIRST.
	"""

	host: str
	shares: dict[str, int]
	reason: str = field(default="", compare=False)

	def changes(self) -> dict[str, int]:
		"""Return by how much each host's credit changes. The changes add up to 0."""
		return {name: self.shares.get(name, 0) - BOOKING * (name == self.host) for name in {self.host, *self.shares}}


def highest_tier(free: Sequence[Contender], preferred: str | None = None) -> list[Contender]:
	"""Return the free hosts who are considered: those of the highest tier, or of the `preferred` host's tier if free."""
	tier = next((host.tier for host in free if host.name == preferred), max(host.tier for host in free))
	return [host for host in free if host.tier == tier]


def next_turn(considered: Sequence[Contender], preferred: str | None = None) -> Turn:
	"""Return the turn of the `preferred` host if considered, otherwise of the next host by the rule above.

	Between equals the host whose last turn is oldest comes first, then the order of `considered`, which must not be empty.
	"""
	shares = shares_of(considered)
	if preferred in shares:
		return Turn(preferred, shares, PREFERRED)
	least = min(host.load for host in considered)
	least_loaded = [host for host in considered if host.load == least]
	# If nobody has credit, all the least loaded hosts are compared.
	with_credit = [host for host in least_loaded if host.credit + shares[host.name] >= _LEAST_CREDIT] or least_loaded
	ranks = {host.name: (_bookings_to_wait(host.credit, shares[host.name]), host.last_turn) for host in with_credit}
	chosen = min(with_credit, key=lambda host: ranks[host.name])
	if len(considered) == 1:
		reason = ONLY_ONE
	elif len(least_loaded) == 1:
		reason = LEAST_LOAD
	else:
		reason = _reason(ranks[chosen.name], [rank for name, rank in ranks.items() if name != chosen.name])
	return Turn(chosen.name, shares, reason)


def shares_of(considered: Sequence[Contender]) -> dict[str, int]:
	"""Return one booking shared out by weight, in millionths.

	The millionths that remain go to the largest remainders, and between equal ones to the hosts with the lowest credit.
	Weights 1, 1 and 1 give 333,334, 333,333 and 333,333.
	"""
	total = sum(host.weight for host in considered)
	shares = {host.name: BOOKING * host.weight // total for host in considered}
	by_remainder = sorted(considered, key=lambda host: (-(BOOKING * host.weight % total), host.credit))
	for host in by_remainder[: BOOKING - sum(shares.values())]:
		shares[host.name] += 1
	return shares


def _reason(best: tuple[int, int], others: Sequence[tuple[int, int]]) -> str:
	"""Return what tells the best rank from the others: the bookings to wait for, the last turn, or only the order."""
	if not any(wait == best[0] for wait, _last_turn in others):
		return CREDIT
	return FIRST if best in others else LAST_TURN


def _bookings_to_wait(credit: int, share: int) -> int:
	"""Return how many more bookings like this one the credit needs to reach a whole booking, in thousandths, rounded."""
	missing = BOOKING - credit - share
	return (2000 * missing + share) // (2 * max(share, 1))


def iso_week(instant: int, zone: str) -> Interval:
	"""Return the ISO week of `instant` in `zone`, from Monday's midnight to the next Monday's."""
	return local_days(monday_of(local_date(instant, zone)), 7, zone)


def offered_minutes(host: Host, first: int, last: int) -> int:
	"""Return how many whole minutes in `[first, last)` the host offers to the meeting type: working hours minus taken time.

	Bookings of the type itself (`counts`) don't reduce it: otherwise a host with many bookings would get fewer and fewer.
	Holds don't reduce it either, because they come and go.
	"""
	busy = [(item[0], item[1]) for item in host.busy]
	busy += [(booked.start, booked.end) for booked in host.booked if not booked.counts and not booked.is_hold]
	open_time = subtract(working_intervals(host.hours, first, last), merge(clip(busy, first, last)))
	return sum(end - start for start, end in open_time) // MINUTE
