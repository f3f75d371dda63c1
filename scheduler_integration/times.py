"""What can be said of a time: it is a slot to book, an entry of a calendar is in its way, or a rule is against it.

Instants are epoch seconds.
"""

from dataclasses import dataclass

from scheduler_integration.engine import Interval


@dataclass(frozen=True, slots=True)
class Slot:
	"""A time to book. `parts` are the days of a multi-day meeting, and empty otherwise; `end` is that of the first day.

	`seats_left` is None if seats aren't counted.
	"""

	start: int
	end: int
	seats_left: int | None = None
	parts: tuple[Interval, ...] = ()

	@property
	def stretches(self) -> tuple[Interval, ...]:
		"""When people meet: on each day of a multi-day meeting, or once."""
		return self.parts or ((self.start, self.end),)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
	"""What a host's calendar holds, for the eyes of its owner and of managers.

	`doctype` and `name` are the record's, None for a slot that a visitor holds; `url` is the record's absolute address.
	"""

	doctype: str | None
	name: str | None
	label: str
	url: str | None
	start: int
	end: int


@dataclass(frozen=True, slots=True)
class Objection:
	"""Why a time isn't offered: `code` for programs, `message` for people, and the entries that are in the way."""

	code: str
	message: str
	conflicts: tuple[CalendarEntry, ...] = ()
