"""Instants and lengths of events, also over clock changes."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduler_integration import engine

# The parser makes P1D and PT24H the same. They differ over a clock change, so DURATION is parsed as a text of this name.
DURATION = "X-DURATION"
_DURATION = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE)


class Unreadable(Exception):
	"""This event can't be read, or reading it would take too long."""


@dataclass(frozen=True, slots=True)
class Length:
	"""A length: days by the wall clock, then seconds that really pass (RFC 5545, 3.3.6).

	In New York, the clock goes forward at 02:00 on 14 March 2027. From 19:30 on the evening before, P1D = Length(1, 0)
	ends at 19:30, after 23 hours, and PT24H = Length(0, 86400) ends at 20:30, after 24 hours.
	"""

	days: int
	seconds: int


def start_of(event: Any) -> date:
	"""Return the DTSTART of a parsed event: a date, or a datetime with a zone. Raises Unreadable without one."""
	start = getattr(event.get("DTSTART"), "dt", None)
	if not isinstance(start, date):
		raise Unreadable
	return start


def length_of(event: Any, zone: str) -> Length:
	"""Return how long a parsed event takes. Each occurrence of a series has this length (RFC 5545, 3.8.5.3).

	Raises Unreadable if start and end don't fit together.
	"""
	start = start_of(event)
	end = getattr(event.get("DTEND"), "dt", None)
	if end is None:
		if DURATION in event:
			match = _DURATION.fullmatch(str(event[DURATION]).strip())
			if not match:
				raise Unreadable
			sign = -1 if match[1] == "-" else 1
			weeks, days, hours, minutes, seconds = (int(number or 0) for number in match.groups()[1:])
			return Length(sign * (weeks * 7 + days), sign * ((hours * 60 + minutes) * 60 + seconds))
		return Length(0 if isinstance(start, datetime) else 1, 0)
	if isinstance(end, datetime) != isinstance(start, datetime):
		raise Unreadable
	if isinstance(end, datetime):
		return Length(0, instant(end, zone) - instant(start, zone))
	return Length((end - start).days, 0)


def interval(start: date, length: Length, zone: str) -> tuple[int, int, bool]:
	"""Return start and end as instants, and whether it is whole days. `zone` is for dates."""
	begin, end = instant(start, zone), instant(start + timedelta(days=length.days), zone) + length.seconds
	first, last = sorted((begin, end))
	all_day = not isinstance(start, datetime)
	if all_day and first == last:
		# An all-day event should end on the next day. Some programs write the same day.
		last = instant(start + timedelta(days=1), zone)
	return first, last, all_day


def times_of(event: Any, zone: str) -> tuple[int, int, bool]:
	"""Return start and end of an event as instants, and whether it takes whole days. Raises Unreadable without a start."""
	return interval(start_of(event), length_of(event, zone), zone)


def instant(value: date, zone: str) -> int:
	"""Return the instant of a time, or of the midnight with which a date begins in the zone."""
	if not isinstance(value, datetime):
		return engine.local_midnight(value, zone)
	if value.tzinfo is None:
		return engine.instant_of(value, zone)
	return int(value.timestamp()) + (0 if isinstance(value.tzinfo, ZoneInfo) else _skipped(value))


def _skipped(value: datetime) -> int:
	"""Return the length of the gap in seconds, if the clock skips this time in a zone of the feed's own, and 0 otherwise.

	RFC 5545 (3.3.5) means the offset from before the gap. For such zones, the parser takes the one after it.
	"""
	before, after = (when.utcoffset() or timedelta(0) for when in (value - timedelta(hours=3), value))
	if after <= before or (value - after + before).utcoffset() == after:
		return 0
	return int((after - before).total_seconds())
