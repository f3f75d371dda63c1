"""Daily and weekly limits: full dates and full ISO weeks in the host's zone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter

from .host import Booked, Host
from .intervals import Interval
from .meeting import MeetingRules
from .reasons import Reason, Refusal
from .zones import by_local_date, local_days, monday_of

_START = attrgetter("start")


class Full:
	"""Starts in the periods that hold as many counted bookings as a limit allows."""

	def __init__(self, reason: Reason, periods: dict[Interval, tuple[Booked, ...]]):
		self._reason = reason
		self._periods = periods
		self.spans = list(periods)

	def refusal(self, start: int) -> Refusal | None:
		for (first, last), booked in self._periods.items():
			if first <= start < last:
				return Refusal(self._reason, booked)
		return None


def full_periods(meeting: MeetingRules, host: Host) -> list[Full]:
	"""The closures of the limits that `meeting` has, by those of the host's bookings that count."""
	if meeting.daily_limit is None and meeting.weekly_limit is None:
		return []
	counted = sorted((booked for booked in host.booked if booked.counts), key=_START)
	by_date = list(by_local_date(counted, host.hours.zone, _START))
	days = _totals(by_date, date.toordinal)
	weeks = _totals(by_date, monday_of)
	return [
		Full(Reason.DAILY_LIMIT, _full(days, 1, meeting.daily_limit, host.hours.zone)),
		Full(Reason.WEEKLY_LIMIT, _full(weeks, 7, meeting.weekly_limit, host.hours.zone)),
	]


def _totals(by_date: list[tuple[date, Sequence[Booked]]], first_day: Callable[[date], int]) -> dict[int, list[Booked]]:
	"""The bookings of each period, by the ordinal of its first day."""
	totals: dict[int, list[Booked]] = {}
	for day, booked in by_date:
		totals.setdefault(first_day(day), []).extend(booked)
	return totals


def _full(
	totals: dict[int, list[Booked]], days: int, limit: int | None, zone: str
) -> dict[Interval, tuple[Booked, ...]]:
	if limit is None:
		return {}
	return {local_days(first, days, zone): tuple(booked) for first, booked in totals.items() if len(booked) >= limit}
