"""The arithmetic of time: which starts a host offers, and why another isn't offered.

Instants are integers, epoch seconds; intervals are half-open. Everything is an argument: the zones, the
busy times and what time it is now. `Openings` decides; the functions of `slots` ask it.
"""

from .alternatives import nearest_free
from .closures import booking_window
from .collisions import conflicts_with
from .errors import EngineError, InstantOutOfRange, InvalidRule, UnknownTimeZone
from .host import Booked, Busy, Host
from .hours import DateOverride, WeeklyRule, WorkingHours
from .intervals import Interval, clip, merge, subtract
from .meeting import MeetingRules
from .openings import Openings
from .reasons import Reason, Refusal
from .slots import free_starts, is_bookable, refusal, relevant_span
from .windows import working_intervals
from .zones import (
	group_by_local_date,
	instant_at,
	instant_of,
	local_date,
	local_midnight,
	wall_clock,
	zone,
)

__all__ = [
	"Booked",
	"Busy",
	"DateOverride",
	"EngineError",
	"Host",
	"InstantOutOfRange",
	"Interval",
	"InvalidRule",
	"MeetingRules",
	"Openings",
	"Reason",
	"Refusal",
	"UnknownTimeZone",
	"WeeklyRule",
	"WorkingHours",
	"booking_window",
	"clip",
	"conflicts_with",
	"free_starts",
	"group_by_local_date",
	"instant_at",
	"instant_of",
	"is_bookable",
	"local_date",
	"local_midnight",
	"merge",
	"nearest_free",
	"refusal",
	"relevant_span",
	"subtract",
	"wall_clock",
	"working_intervals",
	"zone",
]
