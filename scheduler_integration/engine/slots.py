"""The questions a caller asks about one host. Openings decides them all."""

from __future__ import annotations

from .closures import booking_window
from .host import Host
from .intervals import Interval
from .meeting import MeetingRules
from .openings import Openings
from .reasons import Refusal
from .zones import MINUTE, local_date, local_days, monday_of


def free_starts(meeting: MeetingRules, host: Host, now: int, first: int, last: int) -> list[int]:
	"""The bookable starts s with `first <= s < last`, ascending. All instants are epoch seconds.

	However a range is split, its parts answer what the whole does. Takes time in proportion to the days
	that notice and booking window leave of the range, and to the busy times.
	Raises UnknownTimeZone, and InstantOutOfRange for instants beyond the calendar.
	"""
	earliest, end = booking_window(meeting, host.hours.zone, now)
	first, last = max(first, earliest), min(last, end)
	return Openings(meeting, host, now, first, last).starts() if first < last else []


def refusal(start: int, meeting: MeetingRules, host: Host, now: int) -> Refusal | None:
	"""Why the meeting can't be booked at `start`, the first reason there is; None where it can.

	Raises UnknownTimeZone, and InstantOutOfRange for a start beyond the calendar.
	"""
	return Openings(meeting, host, now, start, start + 1).refusal(start)


def is_bookable(start: int, meeting: MeetingRules, host: Host, now: int) -> bool:
	"""Whether the meeting can be booked at `start`; raises as `refusal` does."""
	return refusal(start, meeting, host, now) is None


def relevant_span(meeting: MeetingRules, zone: str, first: int, last: int, widest_buffer: int = 0) -> Interval:
	"""The span whose busy times and bookings can matter to starts in `[first, last)`: what a host must carry.

	`zone` is the host's; `widest_buffer` is the longest buffer, in minutes, of any of the host's bookings.
	With a daily or weekly limit the span covers whole dates or ISO weeks there.
	"""
	before = max(meeting.buffer_before, widest_buffer) * MINUTE
	after = max(meeting.buffer_after, widest_buffer) * MINUTE
	since, until = first - before, last + meeting.seconds + after
	first_day, last_day = local_date(first, zone), local_date(last, zone)
	if meeting.weekly_limit is not None:
		weeks = local_days(monday_of(first_day), 7, zone)[0], local_days(monday_of(last_day), 7, zone)[1]
		return min(since, weeks[0]), max(until, weeks[1])
	if meeting.daily_limit is not None:
		days = local_days(first_day.toordinal(), 1, zone)[0], local_days(last_day.toordinal(), 1, zone)[1]
		return min(since, days[0]), max(until, days[1])
	return since, until
