"""The arithmetic of time: which starts a host offers, and why another isn't offered.

Instants are integers, epoch seconds; intervals are half-open. Everything is an argument: the zones, the
busy times and what time it is now. `Team` decides, of one host or of several; `Openings` knows one host's part in it.
"""

from .booking_window import booking_window
from .collisions import conflicts_with
from .crew import Member, PartialSeries
from .errors import EngineError, InstantOutOfRange, InvalidRule, UnknownTimeZone
from .host import Booked, Busy, Host
from .hours import DateOverride, Trip, WeeklyRule, WorkingHours
from .intervals import Interval, clip, merge, subtract
from .meeting import DateRange, Limit, MeetingRules, RollingDays
from .openings import Openings
from .reasons import Reason, Refusal
from .sessions import sessions_with_room
from .slots import free_starts, is_bookable, nearest_free, refusal, relevant_dates, relevant_span
from .takeover import takeover_refusals
from .team import Team
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
	"DateRange",
	"EngineError",
	"Host",
	"InstantOutOfRange",
	"Interval",
	"InvalidRule",
	"Limit",
	"MeetingRules",
	"Member",
	"Openings",
	"PartialSeries",
	"Reason",
	"Refusal",
	"RollingDays",
	"Team",
	"Trip",
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
	"relevant_dates",
	"relevant_span",
	"sessions_with_room",
	"subtract",
	"takeover_refusals",
	"wall_clock",
	"working_intervals",
	"zone",
]
