"""Says which dates of a series can be booked, and which other times there are for the rest.

The booking window binds the first date only, unless it is a fixed range: a series of six weeks would never fit into the
next 30 days. Everything else binds each date: hours, days off, busy times, buffers, limits, notice.
"""

from collections.abc import Sequence
from dataclasses import replace

from scheduler_integration import engine
from scheduler_integration.availability.offer import DAY, Offer, make_offer
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.catalogue.repeats import WantedSeries
from scheduler_integration.times import SeriesDates

MARGIN = engine.WIDEST_DAYS * DAY


def offer_of_dates(
	bookable: Bookable, request: SlotRequest, starts: Sequence[int], now: int, *, lock: bool = False
) -> Offer:
	"""Return the offer around all these starts (epoch seconds), with as many queries as for one. See `load_members` for `lock`."""
	first, last = min(starts) - MARGIN, max(starts) + MARGIN
	return make_offer(bookable, replace(request, in_series=True), first, last, now, lock=lock)


def plan_with(offer: Offer, wanted: Sequence[int], weeks: int, zone: str, *, any_start: bool = False) -> SeriesDates:
	"""Return which of the wanted starts can be booked with one host: the one who has the fewest missing dates.

	`any_start`: the dates may be off the meeting type's grid, because a host books. Other times are offered on the grid.
	"""
	offers = [offer]
	if offer.assignment != "Collective" and len(offer.pool.members) > 1:
		offers = [offer.only(member.host.name) for member in offer.pool.members]
	asked = [(each.with_any_start() if any_start else each).pool for each in offers]
	plans = [engine.plan_series(pool, wanted, weeks, each.pool) for pool, each in zip(asked, offers, strict=True)]
	best = min(plans, key=lambda plan: sum(not each.is_free for each in plan))
	return SeriesDates(zone, weeks, tuple(best))


def plan_dates(
	bookable: Bookable, request: SlotRequest, first: int, wanted: WantedSeries | None, now: int
) -> SeriesDates:
	"""Return which dates of the series from `first` (epoch seconds) on can be booked at `now`. Without `wanted`, there is one."""
	weeks, zone = wanted.weeks if wanted else 1, bookable.page.timezone
	starts = engine.series_starts(first, weeks, wanted.count if wanted else 1, zone)
	offer = offer_of_dates(bookable, request, starts, now)
	return plan_with(offer, starts, weeks, zone, any_start=request.by_host)
