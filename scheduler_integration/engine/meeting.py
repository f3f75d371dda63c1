"""What a meeting type asks of a slot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .errors import InvalidRule
from .zones import MINUTE

PERIODS = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class RollingDays:
	"""A booking window that moves with today: it ends with the date `days` after it; 0 is today only.

	`business_only` counts the days of the week that have hours; `with_room_only` counts dates on which something
	can be booked, with whichever of the meeting type's hosts, and looks for them within a year. Raises InvalidRule for
	fewer than 0 days.
	"""

	days: int
	business_only: bool = False
	with_room_only: bool = False

	def __post_init__(self) -> None:
		_at_least(0, days=self.days)


@dataclass(frozen=True, slots=True)
class DateRange:
	"""A booking window from one date to another, both included; None on a side leaves it open.

	Raises InvalidRule for dates out of order.
	"""

	first: date | None = None
	last: date | None = None

	def __post_init__(self) -> None:
		if self.first and self.last and self.last < self.first:
			raise InvalidRule("last", self.last, f"a date not before {self.first}")


@dataclass(frozen=True, slots=True)
class Until:
	"""A booking window that ends before an instant, epoch seconds: what Team makes of one that counts dates with room."""

	instant: int


@dataclass(frozen=True, slots=True)
class Limit:
	"""At most so many meetings, or minutes of them, that start in a `period`: "day", ISO "week" or "month".

	Counts the meetings of the type that is asked for, or with `of_host` all the host's. Each day of a meeting of
	several counts in its own date, and so do its minutes in weeks and months; as a meeting these take it where it
	begins. The meeting that is asked for is counted alike. A session of several seats
	is one meeting, and who joins one adds nothing.
	Raises InvalidRule for a period that doesn't exist or for less than 1.
	"""

	period: str
	most: int
	in_minutes: bool = False
	of_host: bool = False

	def __post_init__(self) -> None:
		if self.period not in PERIODS:
			raise InvalidRule("period", self.period, " or ".join(PERIODS))
		_at_least(1, most=self.most)


@dataclass(frozen=True, slots=True)
class MeetingRules:
	"""One meeting type as it holds for one host, in minutes.

	- `slot_interval` None steps by the duration; `slot_offset` moves the grid away from its window's start.
	- `packed` also offers starts right after something in the calendar ends, on the next five minutes by the clock.
	- `seats` is how many may share a session, `party` how many of them this asks for.
	- `days` is on how many dates the meeting goes on, at the same time of day and for `duration` on each:
	consecutive ones, or with `skips_days_off` the next on which the hosts work.
	- `first_slot_only` offers of each date its first start alone.
	- `window` None has no end, and there is no limit but those in `limits`.

	Raises InvalidRule for a value that makes no sense.
	"""

	duration: int
	buffer_before: int = 0
	buffer_after: int = 0
	minimum_notice: int = 0
	window: RollingDays | DateRange | Until | None = None
	slot_interval: int | None = None
	slot_offset: int = 0
	packed: bool = False
	first_slot_only: bool = False
	seats: int = 1
	party: int = 1
	days: int = 1
	skips_days_off: bool = False
	limits: tuple[Limit, ...] = ()

	def __post_init__(self) -> None:
		object.__setattr__(self, "limits", tuple(self.limits))
		_at_least(1, duration=self.duration, slot_interval=self.slot_interval)
		_at_least(1, seats=self.seats, party=self.party, days=self.days)
		_at_least(0, buffer_before=self.buffer_before, buffer_after=self.buffer_after)
		_at_least(0, minimum_notice=self.minimum_notice, slot_offset=self.slot_offset)

	@property
	def seconds(self) -> int:
		"""How long the meeting lasts on a date, in elapsed seconds."""
		return self.duration * MINUTE

	@property
	def step(self) -> int:
		"""Seconds from one start of the grid to the next."""
		return (self.slot_interval or self.duration) * MINUTE


def _at_least(smallest: int, **fields: int | None) -> None:
	for field, value in fields.items():
		if value is not None and value < smallest:
			raise InvalidRule(field, value, f"{smallest} or more")
