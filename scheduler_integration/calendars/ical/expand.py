"""Computes the times that an event, with its exceptions, takes in a window."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from functools import partial
from threading import Lock, Timer
from time import process_time
from typing import Any, TypeVar

from icalendar import Calendar
from rq.timeouts import BaseTimeoutException, TimerDeathPenalty

from scheduler_integration import engine
from scheduler_integration.calendars.ical.blocks import Block, property_name, value_of
from scheduler_integration.calendars.ical.kinds import kind_of
from scheduler_integration.calendars.ical.series import Occurrence, Series, lone_change, newest, sequence
from scheduler_integration.calendars.ical.times import DURATION, Unreadable, interval, times_of
from scheduler_integration.calendars.provider import BusyTime, Kind

# The property that stores the key in events that this app writes.
MARK = "X-SCHEDULER-KEY"
# The most seconds of the processor that the expansion of one event may take.
SECONDS_OF_ONE = 2
# Characters that are parsed within milliseconds.
_SHORT = 10_000
# A rule may occur a few times a day, but not each minute.
_MOST_A_DAY = 48
_RECURS = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
# The properties that a busy time needs. Titles, places and texts aren't parsed.
_NEEDED = frozenset(
	{
		"BEGIN", "END", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE",
		"RECURRENCE-ID", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "ATTENDEE", MARK,
	}
)  # fmt: skip
# Events are parsed if they may be within the window or this near to it.
_MARGIN = timedelta(days=2)


class TooSlow(BaseTimeoutException):
	"""Raised within the expansion when its time is over."""


class ProcessorLimit(TimerDeathPenalty):
	"""Raises an exception in this thread after some seconds of the processor.

	By the clock, a machine with much to do would make harmless series unreadable, and their times would be offered.
	"""

	def setup_death_penalty(self) -> None:
		self._lock, self._is_over, self._since = Lock(), False, process_time()
		super().setup_death_penalty()

	def handle_death_penalty(self) -> None:
		with self._lock:
			left = self._timeout - (process_time() - self._since)
			if self._is_over:
				return
			if left <= 0:
				super().handle_death_penalty()
				return
			self._timer = Timer(left, self.handle_death_penalty)
			self._timer.start()

	def cancel_death_penalty(self) -> None:
		with self._lock:
			self._is_over = True
			super().cancel_death_penalty()


def parsed(blocks: Iterable[Block], zones: Iterable[Block]) -> tuple[list[Any], int]:
	"""Parse an event, its exceptions, and the custom zones they use. Raises whatever the parser raises.

	Returns the VEVENTs, and how many of them have a property that can't be read. It is left out: an EXDATE that nobody
	understands must not hide a series.
	"""
	events = [_prepared(line) for block in blocks for line in block.lines if property_name(line) in _NEEDED]
	lines = ["BEGIN:VCALENDAR", *map(str, zones), *events, "END:VCALENDAR", ""]
	components = _calendar("\r\n".join(lines)).walk("VEVENT")
	broken = [event for event in components if event.errors]
	for event in broken:
		for name, _error in event.errors:
			event.pop(name, None)
			if name == "DTEND" and isinstance(getattr(event.get("DTSTART"), "dt", None), datetime):
				# Without an end it would take no time, and be offered.
				event.add(DURATION, "PT1H")
	return components, len(broken)


def _calendar(text: str) -> Any:
	"""Parse a calendar. Raises Unreadable if that takes too long; a short text can't, and a timer would cost more."""
	if len(text) < _SHORT:
		return Calendar.from_ical(text)
	try:
		with ProcessorLimit(SECONDS_OF_ONE, TooSlow):
			return Calendar.from_ical(text)
	except TooSlow as error:
		raise Unreadable from error


def _prepared(line: str) -> str:
	name = property_name(line)
	if name == "DURATION":
		return f"{DURATION}:{value_of(line)}"
	if name in ("RRULE", "EXRULE"):
		# Some programs write blanks after the semicolons.
		return f"{name}:{value_of(line).replace(' ', '')}"
	if name == "DTEND" and (end := re.fullmatch(r"(\d{8})T240000", value_of(line).strip(), re.IGNORECASE)):
		# ISO 8601 has this time, iCalendar doesn't: it is the midnight at the end of the day.
		day = datetime.strptime(end[1], "%Y%m%d") + timedelta(days=1)
		return f"{line[: line.rindex(':')]}:{day:%Y%m%d}T000000"
	return line


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
	kind = kind_of(event, owners)
	start, end, all_day = times_of(event, zone)
	busy = BusyTime(start, end, kind, all_day) if kind and start != end else None
	return [busy] if busy and _overlaps(busy, window) else []


def series_busy(
	events: Collection[Any], window: engine.Interval, zone: str, owners: Collection[str]
) -> tuple[list[BusyTime], int]:
	"""Return the times that the events of one UID take in the window, and how many of the events can't be read.

	Several events may have no RECURRENCE-ID. Each of them takes its own time, and the exceptions belong to the first that
	repeats. Raises Unreadable if none can be read, or if it takes too long.
	"""
	try:
		with ProcessorLimit(SECONDS_OF_ONE, TooSlow):
			occurrences, unreadable = _occurrences(events, window, zone)
			# The times of a series' occurrences. The series and each exception may be of different kinds.
			kinds: dict[int, Kind | None] = {}
			times = []
			for occurrence in occurrences:
				if id(occurrence.event) not in kinds:
					kinds[id(occurrence.event)] = kind_of(occurrence.event, owners)
				kind = kinds[id(occurrence.event)]
				start, end, all_day = interval(occurrence.start, occurrence.length, zone)
				if kind and start != end:
					times.append(BusyTime(start, end, kind, all_day))
	except TooSlow as error:
		raise Unreadable from error
	if unreadable == len(events) and not times:
		raise Unreadable
	return [busy for busy in dict.fromkeys(times) if _overlaps(busy, window)], unreadable


def _occurrences(events: Collection[Any], window: engine.Interval, zone: str) -> tuple[list[Occurrence], int]:
	"""Return the occurrences of the events of one UID, and how many of the events can't be read."""
	whole = [event for event in events if "RECURRENCE-ID" not in event]
	whole.sort(key=lambda event: ("RRULE" in event or "RDATE" in event, sequence(event)), reverse=True)
	all_series = _readable(partial(Series, event, zone) for event in whole)
	main = all_series[0] if all_series else None
	exceptions = [event for event in events if "RECURRENCE-ID" in event]
	changes = _readable(
		partial(main.change, event) if main else partial(lone_change, event, zone) for event in exceptions
	)
	unreadable = len(events) - len(all_series) - len(changes)
	changes = newest(changes)
	# An occurrence that is excluded and changed: programs differ, so its new time counts.
	instants = [change.now for change in changes]
	for series in all_series:
		own = _readable([partial(series.occurrences, window, changes if series is main else ())])
		unreadable += not own or series.is_broken
		instants += own[0] if own else []
	return instants, unreadable


_Read = TypeVar("_Read")


def _readable(readers: Iterable[Callable[[], _Read]]) -> list[_Read]:
	"""Return the results of those that can be read. An exception that is broken doesn't hide its series."""
	readable = []
	for reader in readers:
		try:
			with understanding():
				readable.append(reader())
		except Unreadable:
			continue
	return readable


def _overlaps(busy: BusyTime, window: engine.Interval) -> bool:
	return busy.start < window[1] and busy.end > window[0]


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
	rules = sum(property_name(line) == "RRULE" for line in block.lines)
	if rules != 1 or block.has("RDATE", "RECURRENCE-ID", "DURATION"):
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
