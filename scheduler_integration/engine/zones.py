"""Between instants (epoch seconds) and wall clocks in IANA time zones.

A wall time that spring skips moves forward by the gap; one that autumn repeats is the first of the two.
`zoneinfo` means just that by `fold=0`, so a wall time's instant is always its reading less the offset of
fold 0.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import EngineError, InstantOutOfRange, UnknownTimeZone
from .intervals import Interval

Item = TypeVar("Item")

MINUTE = 60
MINUTES_PER_DAY = 24 * 60
DAY = 24 * 60 * MINUTE
WEEK = 7 * DAY

# What people may ask about. A date within a day of the calendar's ends has no neighbours to compute with.
FIRST_DATE, LAST_DATE = date(1970, 1, 2), date(2200, 1, 1)

_EPOCH = date(1970, 1, 1).toordinal()
# A year short of what `date` holds, so that the weeks around an instant are still dates.
_FIRST_INSTANT = (date(2, 1, 1).toordinal() - _EPOCH) * DAY
_END_OF_TIME = (date(9999, 1, 1).toordinal() - _EPOCH) * DAY

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,2}")
_LONGEST_NAME = 64
# Files in a zoneinfo folder that aren't IANA names: the machine's own zone, a placeholder, and trees
# of copies, of which `right/` counts leap seconds.
_NOT_ZONES = re.compile(r"(localtime|posixrules|Factory)$|(posix|right)/")


def zone(name: str | ZoneInfo) -> ZoneInfo:
	"""The IANA time zone called `name`; a ZoneInfo is answered as it is.

	Raises UnknownTimeZone for anything else. There is no default.
	"""
	if isinstance(name, ZoneInfo):
		return name
	if not isinstance(name, str) or len(name) > _LONGEST_NAME:
		raise UnknownTimeZone(name)
	return _load(name)


@lru_cache(maxsize=1024)  # ZoneInfo itself keeps only eight alive and reads the others from disk again.
def _load(name: str) -> ZoneInfo:
	if not _NAME.fullmatch(name) or _NOT_ZONES.match(name):
		raise UnknownTimeZone(name)
	try:
		return ZoneInfo(name)
	except (ZoneInfoNotFoundError, ValueError, OSError):
		raise UnknownTimeZone(name) from None


def wall_clock(instant: int, zone: str | ZoneInfo) -> datetime:
	"""What a clock in `zone` shows at `instant`, as an aware datetime."""
	if not _FIRST_INSTANT <= instant < _END_OF_TIME:
		raise InstantOutOfRange(instant)
	return datetime.fromtimestamp(instant, _zone(zone))


def local_date(instant: int, zone: str | ZoneInfo) -> date:
	"""The date in `zone` at `instant`."""
	return wall_clock(instant, zone).date()


def instant_of(wall: datetime, zone: str | ZoneInfo) -> int:
	"""The instant at which a clock in `zone` shows the naive datetime `wall`, whole seconds of it.

	Raises EngineError for an aware datetime: that is an instant already.
	"""
	if wall.tzinfo is not None:
		raise EngineError(f"{wall.isoformat()} is an instant already, not a wall time.")
	seconds = (wall.hour * 60 + wall.minute) * MINUTE + wall.second
	return (wall.toordinal() - _EPOCH) * DAY + seconds - _offset(wall, _zone(zone))


def instant_at(day: date, minutes: int, zone: str | ZoneInfo) -> int:
	"""The instant `minutes` after midnight on `day` by the wall clock of `zone`; 1440 is next midnight."""
	days, minutes = divmod(minutes, MINUTES_PER_DAY)
	hour, minute = divmod(minutes, 60)
	return instant_of(datetime.combine(date.fromordinal(day.toordinal() + days), time(hour, minute)), zone)


def local_midnight(day: date, zone: str | ZoneInfo) -> int:
	"""The instant at which `day` begins in `zone`: where midnight is skipped, the first there is after it."""
	return instant_of(datetime.combine(day, time()), zone)


def local_days(first: int, days: int, zone: str | ZoneInfo) -> Interval:
	"""From midnight to midnight in `zone`: as many days from the date with the ordinal `first`."""
	last = date.fromordinal(first + days)
	return local_midnight(date.fromordinal(first), zone), local_midnight(last, zone)


def monday_of(day: date) -> int:
	"""The ordinal of the Monday of `day`'s ISO week."""
	return day.toordinal() - day.weekday()


@lru_cache(maxsize=8192)
def offset_at_midnight(ordinal: int, zone: ZoneInfo) -> int:
	"""The seconds by which `zone` is ahead of UTC at the midnight of the date with this ordinal."""
	return _offset(datetime.fromordinal(ordinal), zone)


def utc_midnight(ordinal: int) -> int:
	"""The instant of 00:00 UTC on the date with this ordinal."""
	return (ordinal - _EPOCH) * DAY


def by_local_date(
	items: Sequence[Item], zone: str | ZoneInfo, instant: Callable[[Item], int] = int
) -> Iterator[tuple[date, Sequence[Item]]]:
	"""The `items`, which ascend by `instant`, cut at each midnight in `zone`; empty dates are left out."""
	at = 0
	while at < len(items):
		day = local_date(instant(items[at]), zone)
		tomorrow = local_midnight(date.fromordinal(day.toordinal() + 1), zone)
		end = bisect_left(items, tomorrow, lo=at + 1, key=instant)
		yield day, items[at:end]
		at = end


def group_by_local_date(starts: Iterable[int], zone: str | ZoneInfo) -> dict[str, list[int]]:
	"""`starts` by their date ("YYYY-MM-DD") in `zone`, the guest's; dates and starts ascend."""
	return {day.isoformat(): list(group) for day, group in by_local_date(sorted(starts), zone)}


def _offset(wall: datetime, zone: ZoneInfo) -> int:
	offset = zone.utcoffset(wall.replace(fold=0) if wall.fold else wall)
	return offset.days * DAY + offset.seconds


_zone = zone
