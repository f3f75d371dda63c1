"""How many meetings will take place in the next weeks, and what they will be worth. Pure: no database, no clock.

A week here is any seven days that begin at the time of day and weekday of `now`: week 0 begins now, week -1 ended now. The
forecast of a week adds up two parts:

	known    bookings that are there already, each by the show-up rate of its lead bucket, at the same distance to the week
	pickup   meetings that were booked later than at this distance: their mean in past weeks

Example: for the week after next, 10 meetings are booked. In the last 8 weeks, 80 % of the bookings that were there at this
distance took place, and on average 5 meetings were added later. So 13 are most likely.

The band isn't computed from a distribution, but from errors: the same forecast is made for each past week, from the weeks before
it, and compared with what came. 80 % of these errors lie between the two ends that are shown. (Rank p * (n + 1) of n errors, as for
prediction intervals by conformal inference: Vovk, Gammerman, Shafer, "Algorithmic learning in a random world", 2005.)
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, sqrt
from statistics import fmean
from typing import NamedTuple

from scheduler_integration.insights.formulas import rounded

WEEK = 7 * 86400
# Weeks that are foretold, weeks that one forecast learns from, and the oldest week that is read.
HORIZON, LEARNS_FROM, OLDEST = 4, 8, 26
LEAST_WEEKS, LEAST_ENDED = 8, 30
# Days between booking and meeting: up to two, up to eight, and more.
LEAD_BUCKETS = (2 * 86400, 8 * 86400)
# One tenth of the errors lies below the band, one tenth above.
TAIL = 0.1


class Group(NamedTuple):
	"""Bookings that share these values. Weeks are counted from `now`: 0 is the next seven days, -1 the last seven.

	`week` is that of the meeting, `made` that of the booking, `gone` that of the cancellation, None without one. `bucket` is
	0 to 2, see LEAD_BUCKETS. `has_ended` includes missed and cancelled ones. `price` is the sum of all prices.
	"""

	week: int
	made: int
	gone: int | None
	bucket: int
	came: bool
	has_ended: bool
	currency: str | None
	number: int
	price: float


@dataclass(frozen=True, slots=True)
class Band:
	"""A week's forecast: 8 of 10 such weeks lie from `low` to `high`, both included. `week` is 0 for the next seven days."""

	week: int
	low: float
	likely: float
	high: float


@dataclass(frozen=True, slots=True)
class Forecast:
	"""The bands of the next weeks, or the reason why there are none.

	`past` has the number of meetings (or the amount) of each past week, the oldest first. The errors are the mean absolute
	errors of the forecast and of "as many as in the last week", both over the same past weeks. `reason` is `short` for too
	little history, `few` for too few meetings, `useless` if the last week foretells as well, and empty if bands are shown.
	"""

	past: list[float] = field(default_factory=list)
	bands: list[Band] = field(default_factory=list)
	error: float | None = None
	naive_error: float | None = None
	reason: str = ""


@dataclass(slots=True)
class _Seen:
	"""A week, seen from some weeks before: by bucket, what was booked then, how much of it came; and how much came in all."""

	known: list[float] = field(default_factory=lambda: [0.0] * (len(LEAD_BUCKETS) + 1))
	came: list[float] = field(default_factory=lambda: [0.0] * (len(LEAD_BUCKETS) + 1))
	amounts: list[float] = field(default_factory=lambda: [0.0] * (len(LEAD_BUCKETS) + 1))
	came_known: float = 0.0
	came_in_all: float = 0.0

	@property
	def pickup(self) -> float:
		return self.came_in_all - self.came_known


def foretell(groups: Sequence[Group]) -> Forecast:
	"""Return the forecast of the number of meetings that take place."""
	return _forecast(groups, [float(each.number) for each in groups], is_whole=True)


def foretell_money(groups: Sequence[Group]) -> dict[str, Forecast]:
	"""Return the forecast of the prices of meetings that take place, for each currency. They are never added."""
	currencies = sorted({each.currency for each in groups if each.currency and each.price})
	return {
		currency: _forecast(groups, [each.price if each.currency == currency else 0.0 for each in groups])
		for currency in currencies
	}


def _forecast(groups: Sequence[Group], amounts: Sequence[float], *, is_whole: bool = False) -> Forecast:
	weeks = -min((each.week for each in groups), default=0)
	past = _past(groups, amounts, weeks)
	if weeks < LEAST_WEEKS:
		return Forecast(past, reason="short")
	if sum(each.number for each in groups if each.has_ended) < LEAST_ENDED:
		return Forecast(past, reason="few")
	bands, errors, naive = [], [], []
	for ahead in range(HORIZON):
		seen = _views(groups, amounts, ahead, weeks)
		likely = {back: max(0.0, _likely(seen[back], _earlier(seen, back, ahead))) for back in seen}
		missed = {back: seen[back].came_in_all - likely[back] for back in seen if back}
		if len(missed) < LEAST_WEEKS:
			break
		errors += [abs(each) for each in missed.values()]
		# The meetings of the seven days before the forecast was made: the same weekdays of last week.
		naive += [abs(seen[back].came_in_all - past[-1 - back]) for back in missed if back < len(past)]
		# Errors grow with the root of the number of meetings, so those of quieter weeks are scaled to be comparable.
		scaled = sorted(missed[back] * _root(likely[0]) / _root(likely[back]) for back in missed)
		bands.append(_band(ahead, likely[0], scaled, is_whole))
	error, naive_error = fmean(errors), fmean(naive)
	if error >= naive_error:
		return Forecast(past, [], error, naive_error, "useless")
	return Forecast(past, bands, error, naive_error)


def _past(groups: Iterable[Group], amounts: Iterable[float], weeks: int) -> list[float]:
	"""Return the number or amount of the meetings that took place in each past week, the oldest first."""
	found = [0.0] * weeks
	for each, amount in zip(groups, amounts, strict=True):
		if each.came and each.week < 0:
			found[each.week + weeks] += amount
	return found


def _views(groups: Sequence[Group], amounts: Sequence[float], ahead: int, weeks: int) -> dict[int, _Seen]:
	"""Return how week `ahead` looks now, by 0, and how past weeks looked at that distance, by the weeks since then."""
	backs = [0, *range(ahead + 1, weeks + 1)]
	seen: dict[int, _Seen] = {back: _Seen() for back in backs}
	by_week: dict[int, list[tuple[Group, float]]] = defaultdict(list)
	for each, amount in zip(groups, amounts, strict=True):
		by_week[each.week].append((each, amount))
	for back in backs:
		for each, amount in by_week[ahead - back]:
			view = seen[back]
			came = amount if each.came else 0.0
			view.came_in_all += came
			if each.made < -back and (each.gone is None or each.gone >= -back):
				view.known[each.bucket] += each.number
				view.came[each.bucket] += each.number * each.came
				view.amounts[each.bucket] += amount
				view.came_known += came
	return seen


def _earlier(seen: dict[int, _Seen], back: int, ahead: int) -> list[_Seen]:
	"""Return the weeks that a forecast made `back` weeks ago learns from: those that were over then, the latest first.

	If there are too few, later weeks join them: the history is short, and the errors would come from two or three weeks.
	"""
	others = [each for each in seen if each and each != back]
	over = sorted(each for each in others if each > back + ahead)
	later = sorted((each for each in others if each <= back + ahead), key=lambda each: abs(each - back))
	return [seen[each] for each in [*over, *later][:LEARNS_FROM]]


def _likely(view: _Seen, earlier: Sequence[_Seen]) -> float:
	expected = fmean(each.pickup for each in earlier) if earlier else 0.0
	for bucket, amount in enumerate(view.amounts):
		known, came = (sum(getattr(each, name)[bucket] for each in earlier) for name in ("known", "came"))
		# One of each is added (Laplace's rule): with nothing known, half of them come.
		expected += amount * (came + 1) / (known + 2)
	return expected


def _root(likely: float) -> float:
	return sqrt(max(likely, 1.0))


def _band(week: int, likely: float, missed: Sequence[float], is_whole: bool) -> Band:
	low, high = likely + _quantile(missed, TAIL), likely + _quantile(missed, 1 - TAIL)
	if not is_whole:
		return Band(week, max(0.0, low), likely, max(0.0, high))
	middle = rounded(likely)
	# The whole numbers within the band. Rounded to the next ones, it would hold more than 80 %.
	return Band(week, max(0, min(ceil(low), middle)), middle, max(floor(high), middle))


def _quantile(ordered: Sequence[float], part: float) -> float:
	"""Return the value at rank `part` * (n + 1), between two neighbours if it isn't whole, within the smallest and largest."""
	rank = min(max(part * (len(ordered) + 1), 1), len(ordered))
	below = floor(rank)
	above = min(below + 1, len(ordered))
	return ordered[below - 1] + (rank - below) * (ordered[above - 1] - ordered[below - 1])
