"""A recurrence that can be expanded: a rule together with its first block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from ..errors import EngineError, InvalidRecurrence, RecurrenceProblem
from ..time.zones import naive_clock, zone
from .rule_days import CYCLE_YEARS, days_from, rule_days, with_first
from .text import RecurrenceRule, RecurrenceText, parse_date, parse_recurrence

# dateutil's calendar ends with the year 9999.
LAST_DAY = date(9998, 12, 1).toordinal()

_HEAD = re.compile(r"DTSTART;TZID=([^:]+):(\d{8}T\d{6})\nDTEND;TZID=[^:]+:(\d{8}T\d{6})\n")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Recurrence:
	"""A rule, its first block, and the dates it excludes and adds. Days are ordinals.

	- `start`: the first block's wall-clock start in `zone`, naive; `seconds` are its seconds after midnight.
	- `length`: the block's length in seconds by the wall clock; `midnights`: how many midnights it passes.
	22:00 to 06:00 has `seconds` 79,200, `length` 28,800 and `midnights` 1.
	- `last`: the last day on which the rule may start a block; None has no end.
	- `excluded`: the starts, as instants, that EXDATE excludes; `excluded_days`: the days that it excludes.
	- `added`: the wall-clock starts that RDATE adds.
	"""

	start: datetime
	seconds: int
	length: int
	midnights: int
	zone: ZoneInfo
	rule: RecurrenceRule
	last: int | None
	excluded: frozenset[int]
	excluded_days: frozenset[int]
	added: tuple[datetime, ...]

	def days(self, since: int) -> Iterator[int]:
		"""Return the days, from `since` on, on which the rule starts a block, excluded days included."""
		last = LAST_DAY if self.last is None else self.last
		return takewhile(lambda day: day <= last, days_from(self.rule, self.start, since))


def recurrence_of(start: datetime, end: datetime, tz: ZoneInfo, text: RecurrenceText) -> Recurrence:
	"""Return the recurrence of a block from `start` to `end` (naive wall-clock times). Raises InvalidRecurrence."""
	at = time(start.hour, start.minute, start.second)
	last = _last_day(text.rule, start, tz)
	if last is not None and last < start.toordinal():
		raise InvalidRecurrence(RecurrenceProblem.UNTIL_BEFORE_START)
	return Recurrence(
		start=start,
		seconds=_seconds(start),
		length=(end - start) // _SECOND,
		midnights=end.toordinal() - start.toordinal(),
		zone=tz,
		rule=text.rule,
		last=last,
		excluded=frozenset(each.instant(tz, at) for each in text.excluded if each.time_of_day),
		excluded_days=frozenset(each.day.toordinal() for each in text.excluded if not each.time_of_day),
		added=tuple(naive_clock(each.instant(tz, at), tz) for each in text.added),
	)


@lru_cache(maxsize=2048)
def read_normalised(rule: str) -> Recurrence:
	"""Return the recurrence of a normalised rule. Raises EngineError for any other text."""
	head = _HEAD.match(rule)
	if not head:
		raise EngineError("This is not a normalised recurrence rule.")
	start, end = (parse_date(each).wall for each in head.groups()[1:])
	return recurrence_of(start, end, zone(head[1]), parse_recurrence(rule[head.end() :]))


def _last_day(rule: RecurrenceRule, start: datetime, tz: ZoneInfo) -> int | None:
	"""Return the ordinal of the last day on which the rule may start a block; None if it has no end."""
	if rule.count:
		# A rule that never occurs ends after 400 years.
		first = start.toordinal()
		days = islice(with_first(first, rule_days(rule, start, first)), rule.count)
		*_before, last = takewhile(lambda day: day < first + CYCLE_YEARS * 366, days)
		return last
	if not rule.until:
		return None
	last = rule.until.day.toordinal()
	if rule.until.time_of_day:
		until = naive_clock(rule.until.instant(tz, time()), tz)
		# If blocks start at 09:00 and UNTIL is 08:59, the last block starts on the day before.
		last = until.toordinal() - (_seconds(until) < _seconds(start))
	return min(last, LAST_DAY)


def _seconds(wall: datetime) -> int:
	return wall.hour * 3600 + wall.minute * 60 + wall.second
