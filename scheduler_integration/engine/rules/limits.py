"""Limits: the dates, ISO weeks and months, of the host's zone, that can't take another meeting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter

from ..model.host import Booked, Host
from ..model.meeting_rules import Limit, MeetingRules
from ..model.refusals import Reason, Refusal
from ..time.intervals import BEGINNING, FOREVER, Interval, without
from ..time.zones import MINUTE, by_local_date, local_date, local_days, monday_of

_START = attrgetter("start")
_SESSION = attrgetter("session")
_REASONS = {"day": Reason.DAILY_LIMIT, "week": Reason.WEEKLY_LIMIT, "month": Reason.MONTHLY_LIMIT}

# The ordinal of the first date, and the number of dates.
Period = tuple[int, int]


class LimitReached:
	"""Blocks the starts in the periods in which a limit allows no other meeting.

	`periods` are these periods, as intervals of instants, each with the bookings that fill it. `joined` are the starts of
	sessions that can be joined: joining one adds no meeting, so they stay free.
	"""

	def __init__(self, limit: Limit, periods: dict[Interval, tuple[Booked, ...]], joined: Iterable[int]):
		self._limit = limit
		self._periods = periods
		self._joined = frozenset(joined)
		self.spans = without(list(periods), self._joined) if self._joined else list(periods)

	def refusal(self, start: int) -> Refusal | None:
		for (first, last), booked in self._periods.items():
			if first <= start < last and start not in self._joined:
				return limit_refusal(self._limit, booked)
		return None


def limit_refusal(limit: Limit, booked: tuple[Booked, ...] = ()) -> Refusal:
	"""Return the refusal that `limit` is reached by these bookings."""
	return Refusal(_REASONS[limit.period], booked, limit)


def limit_blockers(rules: MeetingRules, host: Host, joined: Iterable[int] = ()) -> list[LimitReached]:
	"""Return one blocker for each limit in `rules`. See LimitReached for `joined`."""
	if not rules.limits:
		return []
	by_date = _counted(host)
	return [
		LimitReached(limit, _full_periods(limit, rules, by_date, host.hours.zone), joined) for limit in rules.limits
	]


def period_of(day: date, period: str) -> Period:
	"""Return the day, ISO week or month that contains `day`: its first date's ordinal and its number of dates."""
	if period == "day":
		return day.toordinal(), 1
	if period == "week":
		return monday_of(day), 7
	first = day.replace(day=1)
	return first.toordinal(), (date.fromordinal(first.toordinal() + 31).replace(day=1) - first).days


def used_of(limit: Limit, host: Host, instant: int) -> int:
	"""Return how many meetings, or minutes, of the host the limit counts in the period of `instant` (epoch seconds)."""
	day = local_date(instant, host.hours.zone)
	return _used(_booked_by_period(limit, _counted(host)).get(period_of(day, limit.period), ()), limit)


class MinutesLeft:
	"""The minutes that weekly and monthly limits leave for a multi-day meeting. Each day's part takes its own minutes.

	Example: at most 480 minutes a week, none booked, and a meeting of 480 minutes on two days. From Thursday to Friday both
	parts lie in one week, which lacks 480 minutes. From Friday to Monday each week takes one part, so the meeting fits.
	"""

	def __init__(self, rules: MeetingRules, host: Host):
		limits = [limit for limit in rules.limits if limit.in_minutes and limit.period != "day"]
		self._zone = host.hours.zone
		self._duration = rules.duration
		self._booked = [(limit, _booked_by_period(limit, _counted(host))) for limit in limits]

	@property
	def are_limited(self) -> bool:
		return bool(self._booked)

	def lacking(self, starts: Sequence[int]) -> set[int]:
		"""Return the starts of the parts for which too few minutes are left. `starts` are those of all parts, ascending."""
		return {start for start, _refusal in self.refusals(starts)}

	def refusals(self, starts: Sequence[int]) -> Iterator[tuple[int, Refusal]]:
		"""Yield the starts of `lacking`, each with the limit that is reached and the bookings of its week or month."""
		for limit, booked in self._booked:
			left: dict[Period, int] = {}
			for start in starts:
				period = period_of(local_date(start, self._zone), limit.period)
				before = left.get(period, limit.most - _used(booked.get(period, ()), limit))
				left[period] = before - self._duration
				if left[period] < 0:
					yield start, limit_refusal(limit, tuple(booked.get(period, ())))


def _full_periods(
	limit: Limit, rules: MeetingRules, by_date: list[tuple[date, Sequence[Booked]]], zone: str
) -> dict[Interval, tuple[Booked, ...]]:
	most_before = limit.most - (rules.duration if limit.in_minutes else 1)
	if most_before < 0:
		# The meeting alone is longer than the limit, so every period is full.
		return {(BEGINNING, FOREVER + 1): ()}
	return {
		local_days(*period, zone): tuple(booked)
		for period, booked in _booked_by_period(limit, by_date).items()
		if _used(booked, limit) > most_before
	}


def _counted(host: Host) -> list[tuple[date, Sequence[Booked]]]:
	"""Return the host's bookings, without holds, by date."""
	counted = sorted([booked for booked in host.booked if not booked.is_hold], key=_START)
	return list(by_local_date(counted, host.hours.zone, _START))


def _booked_by_period(limit: Limit, by_date: list[tuple[date, Sequence[Booked]]]) -> dict[Period, list[Booked]]:
	"""Return the bookings that the limit counts, by its periods."""
	# See the table in Limit: a limit of meetings a week or month counts a multi-day meeting once, on its first day.
	each_day = limit.in_minutes or limit.period == "day"
	of_host, kinds = limit.of_host, limit.kinds
	by_period: dict[Period, list[Booked]] = {}
	for day, booked in by_date:
		if chosen := [
			item
			for item in booked
			if (item.counts or of_host or item.kind in kinds) and (each_day or item.is_first_day)
		]:
			by_period.setdefault(period_of(day, limit.period), []).extend(chosen)
	return by_period


def _used(booked: Sequence[Booked], limit: Limit) -> int:
	"""Return how many meetings, or minutes of meetings, the bookings are."""
	meetings = booked
	if any(map(_SESSION, booked)):
		# One booking of each session, and all bookings without a session.
		meetings = list(
			{(each.session, each.start) if each.session else at: each for at, each in enumerate(booked)}.values()
		)
	if not limit.in_minutes:
		return len(meetings)
	return sum(item.end - item.start for item in meetings) // MINUTE
