"""A host and what already stands in the host's calendar. Instants are epoch seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Booked:
	"""A live booking at `[start, end)`, with the buffers (minutes) of its own meeting type.

	`counts` marks bookings of the meeting type that is asked for: they count toward its limits, by the
	date of their start. `label` is the caller's own id; refusals hand it back.
	"""

	start: int
	end: int
	buffer_before: int = 0
	buffer_after: int = 0
	counts: bool = False
	label: str = ""


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
