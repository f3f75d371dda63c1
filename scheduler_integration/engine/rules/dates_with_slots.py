"""Booking windows that count only the dates on which something can be booked (`RollingDays.with_slots_only`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from zoneinfo import ZoneInfo

from ..model.meeting_rules import MeetingRules, RollingDays, Until
from ..time.zones import by_local_date, local_date, local_days
from .booking_window import midnight_after

# Dates with slots are looked for within this many days, a month at a time. Most windows end within the first month.
SEARCH_DAYS = 366
_DAYS_AT_A_TIME = 31

# Returns the starts in `[first, last)`, ascending.
Starts = Callable[[int, int], list[int]]


def counted_dates_with_slots(rules: MeetingRules) -> int | None:
	"""Return how many dates with slots the window counts; None if there is no window, or one of another kind."""
	window = rules.window
	return window.days if isinstance(window, RollingDays) and window.with_slots_only else None


def until_nth_date_with_slots(count: int, starts: Starts, now: int, zone: ZoneInfo) -> Until:
	"""Return the window that ends with the `count`-th date after today, in `zone`, on which there is a start.

	If a year has fewer such dates, the window is that year.
	"""
	today = local_date(now, zone).toordinal()
	days = list(islice(_days_with_slots(starts, today, zone), count))
	last = today + SEARCH_DAYS if len(days) < count else max(days, default=today)
	return Until(midnight_after(last, zone))


def _days_with_slots(starts: Starts, today: int, zone: ZoneInfo) -> Iterator[int]:
	"""Yield the ordinals of the dates after today with a start."""
	for day in range(today + 1, today + SEARCH_DAYS, _DAYS_AT_A_TIME):
		first, last = local_days(day, min(_DAYS_AT_A_TIME, today + SEARCH_DAYS - day), zone)
		yield from (day.toordinal() for day, _starts in by_local_date(starts(first, last), zone, int))
