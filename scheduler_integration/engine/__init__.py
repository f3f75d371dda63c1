"""The arithmetic of time: which starts hosts offer, and why another start isn't offered.

All other rooms import from here, never from a module inside. The engine uses no Frappe, does no I/O and reads no clock.
Zones, calendars and the moment `now` are arguments. Instants are integers, epoch seconds, and intervals are half-open,
`[start, end)`. docs/explanation/engine.md has a picture.
"""

from .decide.host_group import PartlyFree
from .decide.host_pool import HostPool, nearest_free
from .decide.host_slots import HostSlots
from .decide.reassignment import reassignment_refusals
from .decide.relevant_span import relevant_dates, relevant_span
from .decide.series import WIDEST_DAYS, SeriesDate, hosts_in_turn, moved_starts, plan_series, series_starts
from .errors import EngineError, InstantOutOfRange, InvalidRecurrence, InvalidRule, RecurrenceProblem, UnknownTimeZone
from .model.host import Booked, Busy, Host, Member
from .model.meeting_rules import DateRange, Limit, MeetingRules, RollingDays
from .model.refusals import Reason, Refusal
from .recurrence.expand import NO_END, occurrences, recurrence_bounds
from .recurrence.normalise import normalised_rule
from .recurrence.text import RecurrenceDate, RecurrenceRule, parse_recurrence
from .round_robin import BOOKING, Contender, Turn, highest_tier, iso_week, next_turn, offered_minutes
from .rules.booking_window import booking_window
from .rules.collisions import conflicts_with
from .rules.limits import used_of
from .rules.seats import session_to_join
from .time.hours import DateOverride, Trip, WeeklyRule, WorkingHours
from .time.intervals import Interval, clip, hull, merge, subtract
from .time.working_intervals import working_intervals
from .time.zones import (
	FIRST_DATE,
	LAST_DATE,
	by_local_date,
	instant_of,
	local_date,
	local_midnight,
	naive_clock,
	wall_clock,
	zone,
)

__all__ = [
	"BOOKING",
	"FIRST_DATE",
	"LAST_DATE",
	"NO_END",
	"WIDEST_DAYS",
	"Booked",
	"Busy",
	"Contender",
	"DateOverride",
	"DateRange",
	"EngineError",
	"Host",
	"HostPool",
	"HostSlots",
	"InstantOutOfRange",
	"Interval",
	"InvalidRecurrence",
	"InvalidRule",
	"Limit",
	"MeetingRules",
	"Member",
	"PartlyFree",
	"Reason",
	"RecurrenceDate",
	"RecurrenceProblem",
	"RecurrenceRule",
	"Refusal",
	"RollingDays",
	"SeriesDate",
	"Trip",
	"Turn",
	"UnknownTimeZone",
	"WeeklyRule",
	"WorkingHours",
	"booking_window",
	"by_local_date",
	"clip",
	"conflicts_with",
	"highest_tier",
	"hosts_in_turn",
	"hull",
	"instant_of",
	"iso_week",
	"local_date",
	"local_midnight",
	"merge",
	"moved_starts",
	"naive_clock",
	"nearest_free",
	"next_turn",
	"normalised_rule",
	"occurrences",
	"offered_minutes",
	"parse_recurrence",
	"plan_series",
	"reassignment_refusals",
	"recurrence_bounds",
	"relevant_dates",
	"relevant_span",
	"series_starts",
	"session_to_join",
	"subtract",
	"used_of",
	"wall_clock",
	"working_intervals",
	"zone",
]
