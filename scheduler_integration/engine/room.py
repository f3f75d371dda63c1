"""Booking windows that count only the dates on which something can be booked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from zoneinfo import ZoneInfo

from .booking_window import midnight_after
from .meeting import MeetingRules, RollingDays, Until
from .zones import by_local_date, local_date, local_days

# Dates with room are looked for this far ahead, a month at a time.
HORIZON_DAYS = 366
_STRIDE_DAYS = 31

Starts = Callable[[int, int], list[int]]


def counts_room(meeting: MeetingRules) -> bool:
	"""Whether the meeting's window ends with the last of so many dates with room."""
	return isinstance(meeting.window, RollingDays) and meeting.window.with_room_only


def until_nth_with_room(count: int, starts: Starts, now: int, zone: ZoneInfo) -> Until:
	"""The window that ends with the `count`-th date after today, in `zone`, on which there is a start.

	`starts` answers those of a range of instants, ascending. Where a year has too few such dates, the window is that year.
	"""
	today = local_date(now, zone).toordinal()
	days = list(islice(_days_with_room(starts, today, zone), count))
	last = today + HORIZON_DAYS if len(days) < count else max(days, default=today)
	return Until(midnight_after(last, zone))


def _days_with_room(starts: Starts, today: int, zone: ZoneInfo) -> Iterator[int]:
	"""The ordinals of the dates after today with a start."""
	for day in range(today + 1, today + HORIZON_DAYS, _STRIDE_DAYS):
		first, last = local_days(day, min(_STRIDE_DAYS, today + HORIZON_DAYS - day), zone)
		yield from (day.toordinal() for day, _starts in by_local_date(starts(first, last), zone))
