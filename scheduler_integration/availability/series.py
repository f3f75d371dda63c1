"""Says which dates of a series can be booked, with which hosts, and which other times there are for the rest.

The booking window binds the first date only, unless it is a fixed range: a series of six weeks would never fit into the
next 30 days. Everything else binds each date: hours, days off, busy times, buffers, limits, notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scheduler_integration import engine
from scheduler_integration.availability.offer import DAY, Candidate, Offer, make_offer
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.parsing.series import WantedSeries
from scheduler_integration.times import SeriesDates

MARGIN = engine.WIDEST_DAYS * DAY


@dataclass(frozen=True, slots=True)
class Rule:
	"""The dates that are wanted: `count` starts from `first` (epoch seconds) on, every `weeks` weeks by the clock of `zone`."""

	first: int
	weeks: int
	count: int
	zone: str

	@property
	def starts(self) -> list[int]:
		return engine.series_starts(self.first, self.weeks, self.count, self.zone)


@dataclass(frozen=True, slots=True)
class SeriesOffer:
	"""An Offer around the dates of a series. One host, or all hosts of a collective meeting, take all of them.

	`any_start`: the dates may be off the meeting type's grid, because a host books.
	"""

	offer: Offer
	weeks: int
	zone: str
	any_start: bool = False

	def able(self, starts: Sequence[int]) -> list[Candidate]:
		"""Return the hosts each of whom can take all the starts, in the page's order."""
		candidates = self.offer.candidates(self._users())
		return [each for each in candidates if engine.hosts_in_turn(self._asked.only(each.user).pool, starts)]

	def together(self, starts: Sequence[int]) -> list[list[Candidate]]:
		"""Return for each of the starts the hosts of a collective meeting who can take it; empty if one can't be taken."""
		return [self.offer.candidates(hosts) for hosts in engine.hosts_in_turn(self._asked.pool, starts)]

	def plan(self, wanted: Sequence[int]) -> SeriesDates:
		"""Return which of the wanted starts can be booked with one host: the one who has the fewest missing dates."""
		asked = self._asked
		pools = [(asked.pool, self.offer.pool)]
		if self.offer.assignment != "Collective" and len(self.offer.pool.members) > 1:
			pools = [(asked.only(user).pool, self.offer.only(user).pool) for user in self._users()]
		plans = (engine.plan_series(pool, wanted, self.weeks, offering) for pool, offering in pools)
		best = min(plans, key=lambda plan: sum(not each.is_free for each in plan))
		return SeriesDates(self.zone, self.weeks, tuple(best))

	@property
	def _asked(self) -> Offer:
		return self.offer.with_any_start() if self.any_start else self.offer

	def _users(self) -> list[str]:
		return [member.host.name for member in self.offer.pool.members]


def offer_series(
	bookable: Bookable, request: SlotRequest, rule: Rule, agreed: Sequence[int], now: int, *, lock: bool = False
) -> SeriesOffer:
	"""Return the offer around the rule's dates and the `agreed` ones. Makes as many queries as for one date; see
	`load_members` for `lock`."""
	starts = [*rule.starts, *agreed]
	offer = make_offer(
		bookable, replace(request, in_series=True), min(starts) - MARGIN, max(starts) + MARGIN, now, lock=lock
	)
	return SeriesOffer(offer, rule.weeks, rule.zone, any_start=request.by_host)


def plan_dates(
	bookable: Bookable, request: SlotRequest, first: int, wanted: WantedSeries | None, now: int
) -> SeriesDates:
	"""Return which dates of the series from `first` (epoch seconds) on can be booked at `now`. Without `wanted`, there is one."""
	weeks, count = (wanted.weeks, wanted.count) if wanted else (1, 1)
	rule = Rule(first, weeks, count, bookable.page.timezone)
	return offer_series(bookable, request, rule, (), now).plan(rule.starts)
