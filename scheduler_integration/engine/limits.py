"""Limits: the dates, ISO weeks and months, of the host's zone, that hold as much as is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter

from .host import Booked, Host
from .intervals import BEGINNING, FOREVER, Interval, without
from .meeting import Limit, MeetingRules
from .reasons import Reason, Refusal
from .zones import MINUTE, by_local_date, local_date, local_days, monday_of

_START = attrgetter("start")
_SESSION = attrgetter("session")
_REASONS = {"day": Reason.DAILY_LIMIT, "week": Reason.WEEKLY_LIMIT, "month": Reason.MONTHLY_LIMIT}

Period = tuple[int, int]


class Full:
	"""Starts in the periods to which a limit allows no further meeting; `joined` are sessions that stand already."""

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
	"""That the limit is reached, by what is `booked`."""
	return Refusal(_REASONS[limit.period], booked, limit)


def full_periods(meeting: MeetingRules, host: Host, joined: Iterable[int] = ()) -> list[Full]:
	"""The closures of the limits that `meeting` has, by those of the host's bookings that count."""
	if not meeting.limits:
		return []
	by_date = _counted(host)
	return [Full(limit, _full(limit, meeting, by_date, host.hours.zone), joined) for limit in meeting.limits]


def period_of(day: date, period: str) -> Period:
	"""The ordinal of the first date, and how many there are, of the day, ISO week or month that holds `day`."""
	if period == "day":
		return day.toordinal(), 1
	if period == "week":
		return monday_of(day), 7
	first = day.replace(day=1)
	return first.toordinal(), (date.fromordinal(first.toordinal() + 31).replace(day=1) - first).days


class MinutesLeft:
	"""What limits of minutes leave of weeks and months to a meeting over several dates: each date's part takes its own."""

	def __init__(self, meeting: MeetingRules, host: Host):
		limits = [limit for limit in meeting.limits if limit.in_minutes and limit.period != "day"]
		self._zone = host.hours.zone
		self._duration = meeting.duration
		self._used = [(limit, _totals(limit, _counted(host))) for limit in limits]

	@property
	def are_limited(self) -> bool:
		return bool(self._used)

	def lacking(self, starts: Sequence[int]) -> set[int]:
		"""Those of a meeting's parts, by their ascending `starts`, for which too few are left."""
		return {start for start, _refusal in self.refusals(starts)}

	def refusals(self, starts: Sequence[int]) -> Iterator[tuple[int, Refusal]]:
		"""The same parts, each with the limit that is reached and what is booked in its week or month."""
		for limit, totals in self._used:
			left: dict[Period, int] = {}
			for start in starts:
				period = period_of(local_date(start, self._zone), limit.period)
				before = left.get(period, limit.most - _used(totals.get(period, ()), limit))
				left[period] = before - self._duration
				if left[period] < 0:
					yield start, limit_refusal(limit, tuple(totals.get(period, ())))


def _full(
	limit: Limit, meeting: MeetingRules, by_date: list[tuple[date, Sequence[Booked]]], zone: str
) -> dict[Interval, tuple[Booked, ...]]:
	room = limit.most - (meeting.duration if limit.in_minutes else 1)
	if room < 0:
		return {(BEGINNING, FOREVER + 1): ()}
	return {
		local_days(*period, zone): tuple(booked)
		for period, booked in _totals(limit, by_date).items()
		if _used(booked, limit) > room
	}


def _counted(host: Host) -> list[tuple[date, Sequence[Booked]]]:
	"""What is booked and not only held, by date."""
	counted = sorted([booked for booked in host.booked if not booked.is_hold], key=_START)
	return list(by_local_date(counted, host.hours.zone, _START))


def _totals(limit: Limit, by_date: list[tuple[date, Sequence[Booked]]]) -> dict[Period, list[Booked]]:
	"""The bookings that the limit counts, by its periods."""
	# A longer meeting's minutes belong to the dates they are on; as a meeting it belongs to where it begins.
	each_day = limit.in_minutes or limit.period == "day"
	of_host = limit.of_host
	totals: dict[Period, list[Booked]] = {}
	for day, booked in by_date:
		if chosen := [item for item in booked if (item.counts or of_host) and (each_day or item.is_first_day)]:
			totals.setdefault(period_of(day, limit.period), []).extend(chosen)
	return totals


def _used(booked: Sequence[Booked], limit: Limit) -> int:
	meetings = _meetings(booked) if any(map(_SESSION, booked)) else booked
	if not limit.in_minutes:
		return len(meetings)
	return sum(item.end - item.start for item in meetings) // MINUTE


def _meetings(booked: Sequence[Booked]) -> Sequence[Booked]:
	"""One of each session's bookings, and all the others."""
	one_each = {(item.session, item.start) if item.session else index: item for index, item in enumerate(booked)}
	return list(one_each.values())
