"""A calendar as a vendor keeps it: entries, series with exceptions, a log of changes. It uses no vendor's terms.

Nothing here is shared with the app: the tests compare the app's busy times with what this module says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

Moment = datetime | date


@dataclass
class Entry:
	"""One entry, or a series if it has a rule. Times are wall-clock times in `zone`; of an all-day entry, dates.

	`changed` is the number of the change that touched it last, `fields` has the vendor's other fields of the entry.
	"""

	id: str
	start: Moment
	end: Moment
	zone: str
	rule: str = ""
	fields: dict[str, Any] = field(default_factory=dict)
	exceptions: dict[Moment, "Exceptional"] = field(default_factory=dict)
	removed: bool = False
	changed: int = 0
	known: set[Moment] = field(default_factory=set)  # original starts that a reader may have been told of

	@property
	def all_day(self) -> bool:
		return not isinstance(self.start, datetime)


@dataclass
class Exceptional:
	"""An occurrence of a series that was cancelled, moved or changed."""

	cancelled: bool = False
	start: Moment | None = None
	end: Moment | None = None
	fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Occurrence:
	"""An entry, or one occurrence of a series, at its instants in epoch seconds. `original` is None for an entry."""

	entry: Entry
	original: Moment | None
	start: Moment
	end: Moment
	cancelled: bool
	fields: dict[str, Any]
	starts_at: int
	ends_at: int


class Diary:
	"""A calendar in `zone`. Every change has a number; `entries` are kept after they are removed, as tombstones."""

	def __init__(self, id: str, title: str, zone: str, *, owner: str, primary: bool = False, writable: bool = True):
		self.id, self.title, self.zone, self.owner = id, title, zone, owner
		self.primary, self.writable = primary, writable
		self.entries: dict[str, Entry] = {}
		self.changes = 0

	def put(self, entry: Entry) -> Entry:
		self.entries[entry.id] = entry
		return self.touch(entry)

	def touch(self, entry: Entry) -> Entry:
		"""Number a change of the entry."""
		self.changes += 1
		entry.changed = self.changes
		return entry

	def live(self, entry_id: str) -> Entry | None:
		entry = self.entries.get(entry_id)
		return None if entry is None or entry.removed else entry

	def remove(self, entry: Entry) -> None:
		entry.removed = True
		self.touch(entry)

	def move(self, entry: Entry, start: Moment, end: Moment) -> None:
		entry.start, entry.end = start, end
		entry.exceptions.clear()
		self.touch(entry)

	def cancel_occurrence(self, entry: Entry, original: Moment) -> None:
		entry.exceptions[original] = replace(entry.exceptions.get(original, Exceptional()), cancelled=True)
		self.touch(entry)

	def move_occurrence(self, entry: Entry, original: Moment, start: Moment, end: Moment) -> None:
		entry.exceptions[original] = replace(entry.exceptions.get(original, Exceptional()), start=start, end=end)
		self.touch(entry)

	def occurrences(self, entry: Entry, since: int, until: int) -> Iterator[Occurrence]:
		"""Yield the occurrences of an entry that touch `[since, until)`, the cancelled ones too."""
		for original in self._originals(entry, until) if entry.rule else (None,):
			occurrence = self._occurrence(entry, original)
			if occurrence.starts_at < until and occurrence.ends_at > since:
				yield occurrence

	def between(self, since: int, until: int) -> list[Occurrence]:
		"""Return what is in the calendar in `[since, until)`: live occurrences of live entries."""
		live = [entry for entry in self.entries.values() if not entry.removed]
		return [each for entry in live for each in self.occurrences(entry, since, until) if not each.cancelled]

	def occurrence_at(self, entry: Entry, original: Moment) -> Occurrence:
		return self._occurrence(entry, original)

	def instant(self, moment: Moment, zone: str) -> int:
		"""Return the instant of a wall-clock time, or of the beginning of a date in this calendar's own zone."""
		if isinstance(moment, datetime):
			return int(moment.replace(tzinfo=ZoneInfo(zone)).timestamp())
		return int(datetime.combine(moment, time(), ZoneInfo(self.zone)).timestamp())

	def _originals(self, entry: Entry, until: int) -> Iterable[Moment]:
		first = entry.start if isinstance(entry.start, datetime) else datetime.combine(entry.start, time())
		last = datetime.fromtimestamp(until, ZoneInfo("UTC")).replace(tzinfo=None) + timedelta(days=2)
		found = _rule(entry.rule, first).between(first, last, inc=True)
		originals = [each.date() if entry.all_day else each for each in found]
		# Occurrences that a reader knows, but the rule no longer has, are reported as cancelled.
		return [*originals, *(entry.known.difference(originals) if entry.known else ())]

	def _occurrence(self, entry: Entry, original: Moment | None) -> Occurrence:
		if original is None:
			start, end, different = entry.start, entry.end, Exceptional()
		else:
			different = entry.exceptions.get(original, Exceptional())
			start = different.start or original
			end = different.end or start + (entry.end - entry.start)
		gone = entry.removed or different.cancelled or (original is not None and not self._in_rule(entry, original))
		return Occurrence(
			entry,
			original,
			start,
			end,
			gone,
			{**entry.fields, **different.fields},
			self.instant(start, entry.zone),
			self.instant(end, entry.zone),
		)

	def _in_rule(self, entry: Entry, original: Moment) -> bool:
		first = entry.start if isinstance(entry.start, datetime) else datetime.combine(entry.start, time())
		at = original if isinstance(original, datetime) else datetime.combine(original, time())
		return at in _rule(entry.rule, first)


@lru_cache(maxsize=256)
def _rule(text: str, first: datetime) -> Any:
	"""Return the rule, which remembers the dates it has found."""
	return rrulestr(text, dtstart=first, cache=True)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
	"""Return the spans sorted, those that touch or overlap joined, empty ones left out."""
	result: list[tuple[int, int]] = []
	for start, end in sorted(span for span in spans if span[0] < span[1]):
		if result and start <= result[-1][1]:
			result[-1] = (result[-1][0], max(end, result[-1][1]))
		else:
			result.append((start, end))
	return result
