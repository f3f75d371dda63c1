"""The reasons why a start can't be booked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .host import Booked, Busy
from .meeting_rules import Limit


class Reason(str, Enum):
	"""In the order in which reasons are listed. If several apply, the first one is the refusal."""

	IN_THE_PAST = "IN_THE_PAST"
	MINIMUM_NOTICE = "MINIMUM_NOTICE"
	BEFORE_WINDOW = "BEFORE_WINDOW"
	BEYOND_WINDOW = "BEYOND_WINDOW"
	OUTSIDE_HOURS = "OUTSIDE_HOURS"
	OFF_GRID = "OFF_GRID"
	BUSY = "BUSY"
	BUFFER = "BUFFER"
	NO_SEATS = "NO_SEATS"
	DAILY_LIMIT = "DAILY_LIMIT"
	WEEKLY_LIMIT = "WEEKLY_LIMIT"
	MONTHLY_LIMIT = "MONTHLY_LIMIT"
	LATER_DAY = "LATER_DAY"
	TOO_FEW_DAYS = "TOO_FEW_DAYS"
	NOT_THE_FIRST = "NOT_THE_FIRST"
	NOT_STANDING_IN = "NOT_STANDING_IN"


@dataclass(frozen=True, slots=True)
class Refusal:
	"""A `reason` and its details.

	- `conflicts`: the busy times and bookings that cause it, in order of time.
	- `limit`: the limit that is reached.
	- `instant`: for LATER_DAY, the start of the part that isn't free; `because` are the reasons on that day.
	"""

	reason: Reason
	conflicts: tuple[Busy | Booked, ...] = ()
	limit: Limit | None = None
	instant: int | None = None
	because: tuple[Refusal, ...] = ()
