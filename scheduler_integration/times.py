"""The types that rooms use to talk about a time: a slot, a calendar entry, an objection.

Instants are epoch seconds, and intervals are half-open.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from scheduler_integration import engine
from scheduler_integration.engine import Interval, SeriesDate

DAY_MINUTES = 24 * 60
# ISO weekdays, from Monday on.
EVERY_DAY = frozenset(range(1, 8))
# As the records name them.
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def is_zone(name: object) -> bool:
	"""Return whether `name` is an IANA time zone."""
	try:
		return isinstance(name, str) and bool(engine.zone(name))
	except engine.UnknownTimeZone:
		return False


def dates_between(first: date, last: date) -> list[date]:
	"""Return the dates from `first` to `last`, both included; empty if they are reversed."""
	return [first + timedelta(days=step) for step in range((last - first).days + 1)]


class Absence(NamedTuple):
	"""The time in which the host `user` is away, by the wall clock of the host's zone.

	It begins `start` minutes after midnight of the date `first`, and ends `end` minutes after midnight of the date `last`.
	Whole days begin at 0 and end at 1440.
	"""

	user: str
	first: date
	last: date
	start: int = 0
	end: int = 1440


class Announced(NamedTuple):
	"""An absence that visitors may read about: the zone of the host's clock, and the host's words."""

	absence: Absence
	zone: str
	message: str


@dataclass(frozen=True, slots=True)
class Slot:
	"""A time `[start, end)` that can be booked. For a multi-day meeting it is the time on the first day.

	`parts` are the times on each day of a multi-day meeting, the first included; otherwise it is empty. `seats_left` is
	None unless the meeting type has several seats.
	"""

	start: int
	end: int
	seats_left: int | None = None
	parts: tuple[Interval, ...] = ()

	@property
	def stretches(self) -> tuple[Interval, ...]:
		"""The times at which people meet: one for each day of a multi-day meeting, otherwise a single one."""
		return self.parts or ((self.start, self.end),)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
	"""A booking, blocked time or hold in a host's calendar. Only the host and managers may see it.

	`doctype`, `name` and `url` (an absolute address) are the record's, and None for a hold, which has no record.
	"""

	doctype: str | None
	name: str | None
	label: str
	url: str | None
	start: int
	end: int


@dataclass(frozen=True, slots=True)
class Objection:
	"""Why a time isn't offered: `code` for programs, `message` for people, and the entries that it collides with."""

	code: str
	message: str
	conflicts: tuple[CalendarEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesDates:
	"""The dates of a series that is asked for, every `weeks` weeks at the same time of day in `zone`, which is the host's."""

	zone: str
	weeks: int
	dates: tuple[SeriesDate, ...]

	@property
	def missing(self) -> list[SeriesDate]:
		return [each for each in self.dates if not each.is_free]


@dataclass(frozen=True, slots=True)
class Bounds:
	"""The starts that suit somebody, by the clock of their `zone`.

	`first` and `last` are dates, both included. `weekdays` are ISO numbers, 1 for Monday. A meeting may begin from
	`from_minute` to `to_minute` (both included), minutes since midnight.

		Bounds(2 November, 30 November, "Europe/Paris", {2, 4}, 840, 1020)      Tuesdays and Thursdays, 14:00 to 17:00
	"""

	first: date
	last: date
	zone: str
	weekdays: frozenset[int] = EVERY_DAY
	from_minute: int = 0
	to_minute: int = DAY_MINUTES

	def fit(self, start: int) -> bool:
		"""Whether a meeting at `start` (epoch seconds) suits."""
		wall = engine.wall_clock(start, self.zone)
		return self.has_day(wall.date()) and self.has_minute(wall.hour * 60 + wall.minute)

	def has_day(self, day: date) -> bool:
		return self.first <= day <= self.last and day.isoweekday() in self.weekdays

	def has_minute(self, minute: int) -> bool:
		"""Whether a meeting may begin so many minutes after midnight."""
		return self.from_minute <= minute <= self.to_minute

	@property
	def until(self) -> int:
		"""The instant at which the last date ends, in epoch seconds."""
		return engine.local_midnight(self.last + timedelta(days=1), self.zone)
