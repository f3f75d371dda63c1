"""Computes the times that an event, with its exceptions, takes in a window."""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from typing import Any

from icalendar import Calendar
from recurring_ical_events import EventAdapter, of
from rq.timeouts import BaseTimeoutException, TimerDeathPenalty

from scheduler_integration import engine
from scheduler_integration.calendars.ical.blocks import Block, property_name
from scheduler_integration.calendars.ical.kinds import kind_of
from scheduler_integration.calendars.provider import BusyTime, Kind

# The property that stores the key in events that this app writes.
MARK = "X-SCHEDULER-KEY"
# The most occurrences of one rule, and the most seconds that its expansion may take.
MOST_OF_ONE = 5_000
SECONDS_OF_ONE = 2
# A rule may occur a few times a day, but not each minute.
_MOST_A_DAY = 48
_RECURS = ("RRULE", "RDATE", "RECURRENCE-ID")
# The properties that a busy time needs. Titles, places and texts aren't parsed.
_NEEDED = frozenset(
	{
		"BEGIN", "END", "UID", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE",
		"RECURRENCE-ID", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "ATTENDEE", MARK,
	}
)  # fmt: skip
# Events are parsed if they may be within the window or this near to it.
_MARGIN = timedelta(days=2)


class Unreadable(Exception):
	"""This event can't be read, or reading it would take too long."""


class _Event(EventAdapter):
	"""Makes each occurrence of an event a small dict: its start, its end, and the event itself.

	Otherwise the library copies the event with all its properties for each occurrence, which took most of the time.
	"""

	def as_component(self, start: Any = None, stop: Any = None, keep_recurrence_attributes: bool = True) -> Any:
		return {"start": start, "end": stop, "event": self._component}


class TooSlow(BaseTimeoutException):
	"""Raised within the expansion when its time is over."""


def parsed(blocks: Iterable[Block], zones: Iterable[Block]) -> Calendar:
	"""Parse an event, its exceptions, and the custom zones they use. Raises whatever the parser raises."""
	events = [line for block in blocks for line in block.lines if property_name(line) in _NEEDED]
	lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *map(str, zones), *events, "END:VCALENDAR", ""]
	return Calendar.from_ical("\r\n".join(lines))


@contextmanager
def understanding() -> Iterator[None]:
	"""Turn every error about a stranger's text into Unreadable.

	The parsers raise ValueError, KeyError, IndexError, AttributeError and their own classes. Only the error of the job's
	own time limit is passed on.
	"""
	try:
		yield
	except (BaseTimeoutException, Unreadable):
		raise
	except Exception as error:
		raise Unreadable from error


def recurs(blocks: Iterable[Block]) -> bool:
	return any(block.has(*_RECURS) for block in blocks)


def surely_misses(blocks: Collection[Block], window: engine.Interval) -> bool:
	"""Whether the event certainly takes no time in the window. Decided without parsing, so False may be wrong."""
	first, last = _day(window[0]) - _MARGIN, _day(window[1]) + _MARGIN
	if recurs(blocks):
		return all(_ended_before(block, first) for block in blocks)
	return all(_misses(block, first, last) for block in blocks)


def check_rules(blocks: Iterable[Block]) -> None:
	"""Raise Unreadable for a rule that would make occurrences without end."""
	for block in blocks:
		for line in block.lines:
			if line.upper().startswith(("RRULE", "EXRULE")) and _is_too_fine(line.upper()):
				raise Unreadable


def single_busy(event: Any, window: engine.Interval, zone: str, owners: Collection[str]) -> list[BusyTime]:
	"""Return the time that an event without repetition takes in the window: one, or none."""
	busy = _busy(event, zone, owners)
	return [busy] if busy and _overlaps(busy, window) else []


def series_busy(calendar: Calendar, window: engine.Interval, zone: str, owners: Collection[str]) -> list[BusyTime]:
	"""Return the times that a series takes in the window. Raises Unreadable."""
	_repair_until(calendar)
	start, end = (datetime.fromtimestamp(instant, timezone.utc) for instant in window)
	try:
		with TimerDeathPenalty(SECONDS_OF_ONE, TooSlow):
			# A day more at both ends: dates without a zone are compared as if they were in UTC.
			found = of(calendar, components=[_Event]).between(start - timedelta(days=1), end + timedelta(days=1))
			if len(found) > MOST_OF_ONE:
				raise Unreadable
			times = _busy_of(found, zone, owners)
	except TooSlow as error:
		raise Unreadable from error
	return [busy for busy in times if _overlaps(busy, window)]


def times_of(event: Any, zone: str) -> tuple[int, int, bool]:
	"""Return start and end of an event as instants, and whether it takes whole days. Raises Unreadable without a start."""
	start = getattr(event.get("DTSTART"), "dt", None)
	if start is None:
		raise Unreadable
	end = getattr(event.get("DTEND"), "dt", None)
	if end is None:
		end = _end_without_dtend(event, start)
	return _instants(start, end, zone)


def _instants(start: date, end: date, zone: str) -> tuple[int, int, bool]:
	if isinstance(end, datetime) != isinstance(start, datetime):
		raise Unreadable
	first, last = sorted((_instant(start, zone), _instant(end, zone)))
	all_day = not isinstance(start, datetime)
	if all_day and first == last:
		# An all-day event should end on the next day. Some programs write the same day.
		last = _instant(start + timedelta(days=1), zone)
	return first, last, all_day


def _busy(event: Any, zone: str, owners: Collection[str]) -> BusyTime | None:
	kind = kind_of(event, owners)
	start, end, all_day = times_of(event, zone)
	return BusyTime(start, end, kind, all_day) if kind and start != end else None


def _busy_of(occurrences: Iterable[dict[str, Any]], zone: str, owners: Collection[str]) -> list[BusyTime]:
	"""Return the times of a series' occurrences. The series and each exception may be of different kinds."""
	kinds: dict[int, Kind | None] = {}
	busy = []
	for each in occurrences:
		event = each["event"]
		if id(event) not in kinds:
			kinds[id(event)] = kind_of(event, owners)
		kind = kinds[id(event)]
		start, end, all_day = _instants(each["start"], each["end"], zone)
		if kind and start != end:
			busy.append(BusyTime(start, end, kind, all_day))
	return busy


def _end_without_dtend(event: Any, start: date) -> date:
	duration = getattr(event.get("DURATION"), "dt", None)
	if duration is not None:
		return start + duration
	return start if isinstance(start, datetime) else start + timedelta(days=1)


def _instant(value: date, zone: str) -> int:
	"""Return the instant of a time, or of the midnight with which a date begins in the zone."""
	if not isinstance(value, datetime):
		return engine.local_midnight(value, zone)
	return int((value if value.tzinfo else value.replace(tzinfo=engine.zone(zone))).timestamp())


def _overlaps(busy: BusyTime, window: engine.Interval) -> bool:
	return busy.start < window[1] and busy.end > window[0]


def _repair_until(calendar: Calendar) -> None:
	"""Let a rule that ends on a date include that date, also if its events have times.

	RFC 5545 (3.3.10) then requires a time in UNTIL. Many programs write a date, and mean the whole day.
	"""
	for event in calendar.walk("VEVENT"):
		rule, start = event.get("RRULE"), getattr(event.get("DTSTART"), "dt", None)
		if not isinstance(start, datetime) or not isinstance(rule, dict):
			continue
		until = rule.get("UNTIL", [])
		rule_end = until[0] if isinstance(until, list) and until else until
		if isinstance(rule_end, date) and not isinstance(rule_end, datetime):
			last = datetime(rule_end.year, rule_end.month, rule_end.day, 23, 59, 59, tzinfo=start.tzinfo)
			rule["UNTIL"] = [last.astimezone(timezone.utc)]


def _is_too_fine(rule: str) -> bool:
	parts = dict(part.partition("=")[::2] for part in rule.partition(":")[2].split(";"))
	if parts.get("FREQ") in ("SECONDLY", "MINUTELY"):
		return True
	a_day = 1
	for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
		a_day *= len(parts.get(name, "0").split(","))
	return a_day > _MOST_A_DAY


def _misses(block: Block, first: date, last: date) -> bool:
	start, end = _written_day(block.time("DTSTART")), _written_day(block.time("DTEND"))
	if start is None or block.has("DURATION"):
		return False
	earliest, latest = sorted((start, end or start))
	return latest < first or earliest > last


def _ended_before(block: Block, first: date) -> bool:
	"""Whether a rule with an end ended before the window. False with exceptions or added dates: they may be later."""
	if block.has("RDATE", "RECURRENCE-ID", "DURATION") or not block.has("RRULE"):
		return False
	until = re.search(r"UNTIL=(\d{8})", block.text("RRULE").upper())
	day = _written_day(until[1]) if until else None
	start, end = _written_day(block.time("DTSTART")), _written_day(block.time("DTEND"))
	if day is None or start is None:
		return False
	length = abs(end - start) if end else timedelta(0)
	return day + length < first


def _written_day(text: str) -> date | None:
	try:
		return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
	except ValueError:
		return None


def _day(instant: int) -> date:
	return datetime.fromtimestamp(instant, timezone.utc).date()
