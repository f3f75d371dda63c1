"""The rules of a meeting type. Durations and buffers are in minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..errors import InvalidRule
from ..time.zones import MINUTE

PERIODS = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class RollingDays:
	"""A booking window that moves with today. It ends with the date `days` after today; 0 is today only.

	`business_only` counts only the weekdays on which the host works. `with_slots_only` counts only the dates on which
	at least one of the meeting type's hosts can be booked, and looks for them within a year.
	Raises InvalidRule for fewer than 0 days.
	"""

	days: int
	business_only: bool = False
	with_slots_only: bool = False

	def __post_init__(self) -> None:
		_at_least(self, 0, "days")


@dataclass(frozen=True, slots=True)
class DateRange:
	"""A booking window from one date to another, both included. None leaves that side open.

	Raises InvalidRule for dates out of order.
	"""

	first: date | None = None
	last: date | None = None

	def __post_init__(self) -> None:
		if self.first and self.last and self.last < self.first:
			raise InvalidRule("last", self.last, f"a date not before {self.first}")


@dataclass(frozen=True, slots=True)
class Until:
	"""A booking window that ends before an instant (epoch seconds). HostPool replaces `with_slots_only` windows by it."""

	instant: int


@dataclass(frozen=True, slots=True)
class Limit:
	"""At most this many meetings, or minutes of meetings, in a `period`: "day", ISO "week" or "month".

	A limit counts the meetings of the requested type, and those of the other `kinds` (`Booked.kind`), or with `of_host` all
	meetings of the host. A session counts once, and joining one adds nothing. A multi-day meeting, whether booked or requested, counts like this:

		counted in  day                       week, month
		meetings    once on each of its days  once, on its first day
		minutes     on each of its days       on each of its days

	Raises InvalidRule for a period that doesn't exist, or for less than 1.
	"""

	period: str
	most: int
	in_minutes: bool = False
	of_host: bool = False
	kinds: tuple[str, ...] = ()

	def __post_init__(self) -> None:
		if self.period not in PERIODS:
			raise InvalidRule("period", self.period, " or ".join(PERIODS))
		_at_least(self, 1, "most")


@dataclass(frozen=True, slots=True)
class MeetingRules:
	"""The rules of one meeting type as they apply to one host. All times are in minutes.

	- `slot_interval`: minutes from one start to the next; None is the duration. `slot_offset` moves the first start
	away from the beginning of the working hours.
	- `fill_gaps`: also offers the start right after each busy time and booking, rounded up to five minutes by the clock.
	- `first_slot_only`: offers only the first start of each date.
	- `seats`: how many seats a session has. `party_size`: how many of them are asked for.
	- `days`: on how many dates the meeting takes place, at the same time of day and for `duration` on each. They are
	consecutive dates, or with `skips_days_off` the next dates on which all its hosts work.
	- `window`: None has no end. `limits`: no other limits apply.
	- `given_starts`: instants (epoch seconds) that a host has chosen, for a meeting on one day. Only these are offered, outside of
	the weekly hours too; None offers those of the grid.
	- `may_overlap`: nothing in a calendar is in the way, as if it were empty. Limits still count what is booked.

	Raises InvalidRule for a value that makes no sense.
	"""

	duration: int
	buffer_before: int = 0
	buffer_after: int = 0
	minimum_notice: int = 0
	window: RollingDays | DateRange | Until | None = None
	slot_interval: int | None = None
	slot_offset: int = 0
	fill_gaps: bool = False
	first_slot_only: bool = False
	seats: int = 1
	party_size: int = 1
	days: int = 1
	skips_days_off: bool = False
	limits: tuple[Limit, ...] = ()
	given_starts: frozenset[int] | None = None
	may_overlap: bool = False

	def __post_init__(self) -> None:
		object.__setattr__(self, "limits", tuple(self.limits))
		_at_least(self, 1, "duration", "slot_interval")
		_at_least(self, 1, "seats", "party_size", "days")
		_at_least(self, 0, "buffer_before", "buffer_after")
		_at_least(self, 0, "minimum_notice", "slot_offset")

	@property
	def seconds(self) -> int:
		"""The meeting's length on one date, in elapsed seconds."""
		return self.duration * MINUTE

	@property
	def step(self) -> int:
		"""Seconds from one start of the grid to the next."""
		return (self.slot_interval or self.duration) * MINUTE


def _at_least(rules: object, smallest: int, *fields: str) -> None:
	for field in fields:
		value = getattr(rules, field)
		if value is not None and value < smallest:
			raise InvalidRule(field, value, f"{smallest} or more")
