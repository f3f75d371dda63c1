"""Why a start can't be booked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .host import Booked, Busy


class Reason(str, Enum):
	"""Ordered as they are told: the first that applies is the refusal."""

	IN_THE_PAST = "IN_THE_PAST"
	MINIMUM_NOTICE = "MINIMUM_NOTICE"
	BEYOND_WINDOW = "BEYOND_WINDOW"
	OUTSIDE_HOURS = "OUTSIDE_HOURS"
	OFF_GRID = "OFF_GRID"
	BUSY = "BUSY"
	BUFFER = "BUFFER"
	DAILY_LIMIT = "DAILY_LIMIT"
	WEEKLY_LIMIT = "WEEKLY_LIMIT"


@dataclass(frozen=True, slots=True)
class Refusal:
	"""A `reason` and, for collisions and limits, the items behind it in order of time."""

	reason: Reason
	conflicts: tuple[Busy | Booked, ...] = ()
