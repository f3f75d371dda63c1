"""A host, and what is in the host's calendar. Instants are epoch seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..time.hours import WorkingHours
from ..time.intervals import Interval
from .meeting_rules import MeetingRules


class Busy(NamedTuple):
	"""Time `[start, end)` that something other than a booking takes: blocked time, a calendar event.

	If it ends at or before its start, it takes no time and blocks nothing. `label` is the caller's own id; refusals
	return it.
	"""

	start: int
	end: int
	label: str = ""


class Booked(NamedTuple):
	"""The time `[start, end)` of a live booking on one date, with the buffers (minutes) of its own meeting type.

	- `counts`: the booking is of the requested meeting type. Limits of that type count it, by its start's date.
	- `session`: the key that the bookings of one session share; empty for a booking that shares its slot with nobody.
	A session counts as one meeting. `seats` are the seats that this booking takes in it.
	- `is_first_day`: False for the later dates of a multi-day meeting.
	- `is_hold`: a hold, not a booking. It takes time and seats, but no limit counts it.
	- `label`: the caller's own id; refusals return it. `kind`: the caller's own id of the meeting type, for `Limit.kinds`.
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
	kind: str = ""


@dataclass(frozen=True, slots=True)
class Host:
	"""A host with working hours, busy times and bookings.

	`busy` takes Busy or plain `(start, end)` tuples. Both sequences may be in any order, and their items may nest, overlap
	and touch. They must cover what `relevant_span` returns for the range that is asked about.
	"""

	name: str
	hours: WorkingHours
	busy: Sequence[Busy | Interval] = ()
	booked: Sequence[Booked] = ()

	def without_holds(self) -> Host:
		"""Return the host without any holds."""
		bookings = [item for item in self.booked if not item.is_hold]
		return self if len(bookings) == len(self.booked) else replace(self, booked=bookings)


@dataclass(frozen=True, slots=True)
class Member:
	"""One of the hosts of a meeting type, with the rules that apply to this host.

	`is_required` matters only if the hosts meet together: the meeting needs every required host.
	`stands_in` is set for a host who stands in for another one: only meetings that start in one of these intervals can be
	booked with the stand-in.
	"""

	rules: MeetingRules
	host: Host
	is_required: bool = True
	stands_in: tuple[Interval, ...] | None = None

	def may_start(self, start: int) -> bool:
		"""Whether the host isn't a stand-in, or stands in at `start`."""
		return self.stands_in is None or any(first <= start < last for first, last in self.stands_in)
