"""Converts between instants (epoch seconds) and wall clocks in IANA time zones.

If the clock skips a wall time in spring, the wall time moves forward by the gap. If a wall time occurs twice in autumn,
the first one counts:

    Europe/Berlin, 30 March 2025      01:00 ──► 02:00 = 03:00 ──► 04:00      02:30 doesn't exist; it means 03:30
    Europe/Berlin, 26 October 2025    02:00 ──► 03:00 = 02:00 ──► 03:00      02:30 comes twice; it means the first

`zoneinfo` defines `fold=0` in just this way, so the instant of a wall time is always its reading minus the offset of
fold 0.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import EngineError, InstantOutOfRange, UnknownTimeZone
from .intervals import Interval

Item = TypeVar("Item")

# In seconds, as instants are.
MINUTE = 60
DAY = 24 * 60 * MINUTE
WEEK = 7 * DAY
# Working hours count minutes after midnight.
MINUTES_PER_DAY = 24 * 60

# The first and last date that callers may use. The dates next to the calendar's ends are left out, because the
# computation needs their neighbours.
FIRST_DATE, LAST_DATE = date(1970, 1, 2), date(2200, 1, 1)

_EPOCH = date(1970, 1, 1).toordinal()
# `date` has the years 1 to 9999. One year less at each end, so that the weeks around an instant are still dates.
_FIRST_INSTANT = (date(2, 1, 1).toordinal() - _EPOCH) * DAY
_END_INSTANT = (date(9999, 1, 1).toordinal() - _EPOCH) * DAY

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,2}")
_LONGEST_NAME = 64
# Files in a zoneinfo folder that aren't IANA names: the machine's own zone, a placeholder, and trees of copies. The
# copies under `right/` count leap seconds.
_NOT_ZONES = re.compile(r"(localtime|posixrules|Factory)$|(posix|right)/")


def zone(name: str | ZoneInfo) -> ZoneInfo:
	"""Return the IANA time zone called `name`. A ZoneInfo is returned unchanged.

	Raises UnknownTimeZone for anything else. There is no default zone.
	"""
	if isinstance(name, ZoneInfo):
		return name
	if not isinstance(name, str) or len(name) > _LONGEST_NAME:
		raise UnknownTimeZone(name)
	return _load(name)


@lru_cache(maxsize=1024)  # ZoneInfo's own cache keeps eight zones alive and reads all others from disk again.
def _load(name: str) -> ZoneInfo:
	if not _NAME.fullmatch(name) or _NOT_ZONES.match(name):
		raise UnknownTimeZone(name)
	try:
		return ZoneInfo(name)
	except (ZoneInfoNotFoundError, ValueError, OSError):
		raise UnknownTimeZone(name) from None


def wall_clock(instant: int, zone: str | ZoneInfo) -> datetime:
	"""Return what a clock in `zone` shows at `instant`, as an aware datetime.

	Raises InstantOutOfRange beyond the calendar's end, and UnknownTimeZone.
	"""
	if not _FIRST_INSTANT <= instant < _END_INSTANT:
		raise InstantOutOfRange(instant)
	return datetime.fromtimestamp(instant, _zone(zone))


def naive_clock(instant: int, zone: str | ZoneInfo) -> datetime:
	"""Return the same as a datetime without a zone, to count by the clock. Raises as `wall_clock` does."""
	return wall_clock(instant, zone).replace(tzinfo=None, fold=0)


def local_date(instant: int, zone: str | ZoneInfo) -> date:
	"""Return the date in `zone` at `instant`. Raises as `wall_clock` does."""
	return wall_clock(instant, zone).date()


def instant_of(wall: datetime, zone: str | ZoneInfo) -> int:
	"""Return the instant at which a clock in `zone` shows the naive datetime `wall`; fractions of a second are dropped.

	Raises EngineError for an aware datetime, which is an instant already.
	"""
	if wall.tzinfo is not None:
		raise EngineError(f"{wall.isoformat()} is an instant already, not a wall time.")
	seconds = (wall.hour * 60 + wall.minute) * MINUTE + wall.second
	first_pass = wall.replace(fold=0) if wall.fold else wall
	return (wall.toordinal() - _EPOCH) * DAY + seconds - offset_at(first_pass, _zone(zone))


def local_midnight(day: date, zone: str | ZoneInfo) -> int:
	"""Return the instant at which `day` begins in `zone`.

	If the clock change skips midnight, the day begins with the first instant after the gap (01:00 in Cairo on 25 April
	2025).
	"""
	return instant_of(datetime.combine(day, time()), zone)


def local_days(first: int, days: int, zone: str | ZoneInfo) -> Interval:
	"""Return the interval of `days` whole dates in `zone`, midnight to midnight. `first` is the first date's ordinal."""
	last = date.fromordinal(first + days)
	return local_midnight(date.fromordinal(first), zone), local_midnight(last, zone)


def monday_of(day: date) -> int:
	"""Return the ordinal of the Monday of `day`'s ISO week."""
	return day.toordinal() - day.weekday()


@lru_cache(maxsize=8192)
def offset_at_midnight(ordinal: int, zone: ZoneInfo) -> int:
	"""Return by how many seconds `zone` is ahead of UTC at the midnight of the date with this ordinal."""
	return offset_at(datetime.fromordinal(ordinal), zone)


def utc_midnight(ordinal: int) -> int:
	"""Return the instant of 00:00 UTC on the date with this ordinal."""
	return (ordinal - _EPOCH) * DAY


def by_local_date(
	items: Sequence[Item], zone: str | ZoneInfo, instant: Callable[[Item], int]
) -> Iterator[tuple[date, Sequence[Item]]]:
	"""Yield each date in `zone` with its items, dates ascending. The items must ascend by `instant`."""
	at = 0
	while at < len(items):
		day = local_date(instant(items[at]), zone)
		tomorrow = local_midnight(date.fromordinal(day.toordinal() + 1), zone)
		end = bisect_left(items, tomorrow, lo=at + 1, key=instant)
		yield day, items[at:end]
		at = end


def offset_at(wall: datetime, zone: ZoneInfo) -> int:
	"""Return by how many seconds `zone` is ahead of UTC at the wall time `wall`. Its `fold` is respected."""
	offset = zone.utcoffset(wall)
	# The type allows None, which a ZoneInfo returns only without a time.
	assert offset is not None
	return offset.days * DAY + offset.seconds


# Parameters called `zone` hide the function of that name.
_zone = zone
