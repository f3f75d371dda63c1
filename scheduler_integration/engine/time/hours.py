"""The working hours of a host by the wall clock: weekly rules, overrides of dates, and trips.

All values are immutable.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from ..errors import InvalidRule
from .zones import MINUTES_PER_DAY

SATURDAY, SUNDAY = 5, 6
_LAST_MINUTE = MINUTES_PER_DAY - 1


@dataclass(frozen=True, slots=True)
class WeeklyRule:
	"""Open hours on every `weekday` (0 is Monday, 6 Sunday). With `is_available` False they are cut from the open hours.

	`start` and `end` are minutes after midnight. An end of 23:59 or later means midnight. An end at or before the start
	lies on the next day: 22:00 to 02:00 is (1320, 120), and (0, 0) is the whole day.
	Raises InvalidRule for a weekday or a minute that doesn't exist.
	"""

	weekday: int
	start: int
	end: int
	is_available: bool = True

	def __post_init__(self) -> None:
		if not 0 <= self.weekday <= SUNDAY:
			raise InvalidRule("weekday", self.weekday, "0 (Monday) to 6 (Sunday)")
		_check_times(self.start, self.end)

	@property
	def minutes(self) -> tuple[int, int]:
		"""Start and end in minutes after the midnight of the rule's own day; start < end."""
		return _span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class DateOverride:
	"""Hours that differ from the week on the dates `first` to `last`, both included.

	Times are minutes after midnight, as in WeeklyRule.

		is_available  times     meaning
		True          with      the date's hours, instead of the weekly ones; several overrides of a date unite
		True          without   the whole date is open
		False         without   the date is closed, whatever other overrides say
		False         with      these hours are cut from the date; the weekly hours around them stay

	`label` is the caller's own text, such as the name of a holiday, and has no effect.
	Raises InvalidRule for dates out of order, for one time without the other, and for a minute that doesn't exist.
	"""

	first: date
	last: date
	is_available: bool
	start: int | None = None
	end: int | None = None
	label: str = field(default="", compare=False)

	def __post_init__(self) -> None:
		_check_dates(self.first, self.last)
		if (self.start is None) != (self.end is None):
			raise InvalidRule("end", self.end, "both a start and an end, or neither")
		if self.start is not None and self.end is not None:
			_check_times(self.start, self.end)

	@property
	def closes_the_day(self) -> bool:
		return self.start is None and not self.is_available

	@property
	def replaces_the_day(self) -> bool:
		"""Whether neither the weekly hours of these dates apply, nor weekly hours that run over from the evening before."""
		return self.is_available or self.start is None

	@property
	def minutes(self) -> tuple[int, int]:
		"""Start and end in minutes after the midnight of each date; start < end."""
		if self.start is None or self.end is None:
			return 0, MINUTES_PER_DAY
		return _span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Trip:
	"""On the dates `first` to `last`, both included, the host's wall clock is that of `zone` (an IANA name).

	Raises InvalidRule for dates out of order.
	"""

	first: date
	last: date
	zone: str

	def __post_init__(self) -> None:
		_check_dates(self.first, self.last)


@dataclass(frozen=True, slots=True)
class WorkingHours:
	"""A host's weekly rules and overrides, by the wall clock of `zone` (an IANA name).

	On the dates of a trip, rules and overrides follow the trip's clock; if trips overlap, the last one listed applies.
	The booking window and the limits always count the dates of `zone`.
	Working hours are compared by value, so that hosts with equal hours share the cached results.
	"""

	zone: str
	weekly: tuple[WeeklyRule, ...]
	overrides: tuple[DateOverride, ...] = ()
	trips: tuple[Trip, ...] = ()

	def __post_init__(self) -> None:
		object.__setattr__(self, "weekly", tuple(self.weekly))
		object.__setattr__(self, "overrides", tuple(self.overrides))
		object.__setattr__(self, "trips", tuple(self.trips))

	@property
	def weekdays(self) -> frozenset[int]:
		"""The weekdays (0 is Monday) with open hours; Monday to Friday if no weekday has any."""
		return frozenset(rule.weekday for rule in self.weekly if rule.is_available) or frozenset(range(SATURDAY))


def without_weekly_hours(hours: WorkingHours) -> WorkingHours:
	"""Return hours that are always open, except on the dates and at the hours that overrides close."""
	always = tuple(WeeklyRule(weekday, 0, 0) for weekday in range(SUNDAY + 1))
	closing = tuple(override for override in hours.overrides if not override.is_available)
	return replace(hours, weekly=always, overrides=closing)


def _span(start: int, end: int) -> tuple[int, int]:
	if end >= _LAST_MINUTE:
		end = MINUTES_PER_DAY
	return (start, end) if start < end else (start, end + MINUTES_PER_DAY)


def _check_dates(first: date, last: date) -> None:
	if last < first:
		raise InvalidRule("last", last, f"a date not before {first}")


def _check_times(start: int, end: int) -> None:
	if not 0 <= start < MINUTES_PER_DAY:
		raise InvalidRule("start", start, "minutes after midnight, 0 to 1439")
	if not 0 <= end <= MINUTES_PER_DAY:
		raise InvalidRule("end", end, "minutes after midnight, 0 to 1440")
