"""A host and what already stands in the host's calendar. Instants are epoch seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from .hours import WorkingHours
from .intervals import Interval


class Busy(NamedTuple):
	"""Time `[start, end)` that is taken by something other than a booking: blocked time, a calendar event.

	One that ends at or before its start takes no time and blocks nothing. `label` is the caller's own
	id; refusals hand it back.
	"""

	start: int
	end: int
	label: str = ""


class Booked(NamedTuple):
	"""A live booking's time `[start, end)` on one date, with the buffers (minutes) of its own meeting type.

	`counts` marks bookings of the meeting type that is asked for: they count toward its limits, by the
	date of their start. `seats` are those it takes of its `session`, which bookings of one session share and by which
	they count as one meeting; empty for a meeting of its own. `is_first_day` is False for the later dates of a meeting
	that has several. `is_hold` marks a slot that a guest is about to book: it takes time and seats, and counts
	in no limit. `label` is the caller's own id; refusals hand it back.
	"""

	start: int
	end: int
	buffer_before: int = 0
	buffer_after: int = 0
	counts: bool = False
	label: str = ""
	seats: int = 1
	session: str = ""
	is_first_day: bool = True
	is_hold: bool = False


@dataclass(frozen=True, slots=True)
class Host:
	"""Whom to meet: working hours, busy times and live bookings.

	`busy` takes Busy or bare `(start, end)` tuples; both sequences may be in any order, nest, overlap and
	touch. They must cover what `relevant_span` answers for the range that is asked about.
	"""

	name: str
	hours: WorkingHours
	busy: Sequence[Busy | Interval] = ()
	booked: Sequence[Booked] = ()

	def without_holds(self) -> Host:
		"""The host as if no guest were about to book."""
		standing = [item for item in self.booked if not item.is_hold]
		return self if len(standing) == len(self.booked) else replace(self, booked=standing)
