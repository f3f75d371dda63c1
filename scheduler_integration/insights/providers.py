"""Statistics of the providers of video calls: meetings made, how they ended, and how many requests succeeded.

	reliability = successful requests / all requests          of the Video Meeting Log, by the day of the request

All other rates are those of `formulas.py`, of bookings by the start of the meeting. A cancellation after the start is neither a
cancellation nor a no-show.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

import frappe
from frappe.query_builder.functions import Count

from scheduler_integration.engine import Interval, local_date, local_midnight
from scheduler_integration.insights.counts import after_start, is_counted
from scheduler_integration.insights.formulas import Tally, percent
from scheduler_integration.platform.clock import site_zone, to_site_time
from scheduler_integration.platform.records import record

# A notice comes from the provider, so it isn't a request.
_REQUESTS = ("Create", "Update", "Delete", "Look Up")
# The figures cover this many days if no first day is given.
DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPerformance:
	"""The figures of one provider. Rates are in percent with one decimal, None if there is nothing to divide by."""

	provider: str
	meetings: int
	completed: int
	no_shows: int
	cancelled: int
	completion_rate: float | None
	no_show_rate: float | None
	requests: int
	failed: int
	reliability: float | None
	median_milliseconds: int | None


@dataclass(frozen=True, slots=True)
class Period:
	"""Days of the site's zone, the first and the last included."""

	first: date
	last: date

	def span(self) -> Interval:
		"""Return the same as epoch seconds, half-open."""
		zone = site_zone().key
		return local_midnight(self.first, zone), local_midnight(self.last + timedelta(days=1), zone)


def period(first: date | None, last: date | None, now: int) -> Period:
	"""Return the days from `first` to `last`. By default `last` is today, and `first` is such that there are 30 days."""
	last = last or local_date(now, site_zone().key)
	return Period(first or last - timedelta(days=DAYS - 1), last)


def provider_performance(span: Interval, user: str | None = None) -> list[ProviderPerformance]:
	"""Return the figures of each provider that was used in `span` (epoch seconds, half-open), by name.

	With `user` only of meetings whose main host is this user.
	"""
	row = frappe.qb.DocType("Video Meeting")
	query = frappe.qb.from_(row).select(row.provider, Count("*")).groupby(row.provider)
	query = query.where(row.external_id.isnotnull() & (row.starts_at >= span[0]) & (row.starts_at < span[1]))
	made = Counter(dict((query.where(row.user == user) if user else query).run()))
	ended, requests = _ended(span, user), _requests(span, user)
	return [
		record(
			ProviderPerformance,
			ended[each],
			provider=each,
			meetings=made[each],
			requests=requests[each].successes + requests[each].failures,
			failed=requests[each].failures,
			reliability=percent(requests[each].successes, requests[each].successes + requests[each].failures),
			median_milliseconds=requests[each].median,
		)
		for each in sorted({*made, *(each for each in ended if ended[each].ended), *requests})
	]


@dataclass(slots=True)
class _Requests:
	successes: int = 0
	failures: int = 0
	milliseconds: Counter[int] = field(default_factory=Counter)

	@property
	def median(self) -> int | None:
		return round(median(self.milliseconds.elements())) if self.milliseconds else None


def _ended(span: Interval, user: str | None) -> defaultdict[str, Tally]:
	"""Count the bookings by provider and outcome."""
	row = frappe.qb.DocType("Booking")
	keys = (row.video_provider, row.status, after_start(row))
	query = frappe.qb.from_(row).select(*keys, Count("*")).groupby(*keys)
	query = query.where((row.starts_at >= span[0]) & (row.starts_at < span[1]) & (row.video_provider != ""))
	query = query.where(is_counted(row))
	endings: defaultdict[str, Tally] = defaultdict(Tally)
	for provider, status, too_late, count in (query.where(row.host == user) if user else query).run():
		endings[provider].add(status, count, after_start=bool(too_late))
	return endings


def _requests(span: Interval, user: str | None) -> defaultdict[str, _Requests]:
	"""Return the outcomes of the requests, by provider. A pending answer is neither a success nor a failure."""
	row, (first, last) = frappe.qb.DocType("Video Meeting Log"), map(to_site_time, span)
	query = frappe.qb.from_(row).select(row.provider, row.status, row.milliseconds, Count("*"))
	query = query.where((row.creation >= first) & (row.creation < last) & row.action.isin(_REQUESTS))
	# Requests of equal length are counted by the database. A year has a million of them, and a few thousand lengths.
	query = query.groupby(row.provider, row.status, row.milliseconds)
	requests: defaultdict[str, _Requests] = defaultdict(_Requests)
	for provider, status, milliseconds, count in (query.where(row.user == user) if user else query).run():
		asked = requests[provider]
		asked.successes += count * (status == "Success")
		asked.failures += count * (status == "Failed")
		if status != "Failed":
			asked.milliseconds[milliseconds or 0] += count
	return requests
