"""The questions a caller asks about one host. Team decides them all."""

from __future__ import annotations

from datetime import date, timedelta

from .collisions import PACKED_TO
from .crew import Member
from .host import Host
from .intervals import Interval
from .limits import period_of
from .meeting import MeetingRules
from .reasons import Refusal
from .room import HORIZON_DAYS, counts_room
from .series import reach
from .team import Team
from .zones import DAY, MINUTE, local_date, local_days

# A date lasts 25 hours at most, and may lie in the zone of another host.
_LONGEST_DATE = 2 * DAY
# A date begins at most 14 hours before it does in UTC and ends at most 12 hours after.
_DATE_MARGIN = timedelta(days=2)
# Up to a week since Monday, the week before, and the two days whose hours may run into that (see windows.known_runs).
_GRID_MEMORY = timedelta(days=17)


def free_starts(meeting: MeetingRules, host: Host, now: int, first: int, last: int) -> list[int]:
	"""The bookable starts s with `first <= s < last`, ascending; see Team.starts."""
	return Team([Member(meeting, host)], now).starts(first, last)


def refusal(start: int, meeting: MeetingRules, host: Host, now: int) -> Refusal | None:
	"""Why the meeting can't be booked at `start`, the first reason there is; None where it can.

	Raises UnknownTimeZone, and InstantOutOfRange for a start beyond the calendar.
	"""
	reasons = Team([Member(meeting, host)], now).refusals(start)[host.name]
	return reasons[0] if reasons else None


def is_bookable(start: int, meeting: MeetingRules, host: Host, now: int) -> bool:
	"""Whether the meeting can be booked at `start`; raises as `refusal` does."""
	return Team([Member(meeting, host)], now).is_bookable(start)


def nearest_free(
	start: int, meeting: MeetingRules, host: Host, now: int, count: int = 3, *, within_days: int = 31
) -> list[int]:
	"""Up to `count` bookable starts other than `start`, nearest first; see Team.nearest."""
	return Team([Member(meeting, host)], now).nearest(start, count, within_days=within_days)


def relevant_span(
	meeting: MeetingRules, zone: str, now: int, first: int, last: int, widest_buffer: int = 0
) -> Interval:
	"""The span whose busy times and bookings can matter to starts in `[first, last)`: what a host must carry.

	`zone` is the host's; `widest_buffer` is the longest buffer, in minutes, of any of the host's bookings.
	With limits the span covers whole dates, ISO weeks or months there; for a window that counts dates with room,
	all that the window may reach.
	"""
	if meeting.first_slot_only:
		first, last = first - _LONGEST_DATE, last + _LONGEST_DATE
	if counts_room(meeting):
		first, last = min(first, now), max(last, now + (HORIZON_DAYS + 1) * DAY)
	last += reach(meeting)
	before = max(meeting.buffer_before, widest_buffer) * MINUTE + (PACKED_TO if meeting.packed else 0)
	after = max(meeting.buffer_after, widest_buffer) * MINUTE
	spans = [(first - before, last + meeting.seconds + after)]
	for period in {limit.period for limit in meeting.limits}:
		spans += [_period_around(first, period, zone), _period_around(last, period, zone)]
	return min(span[0] for span in spans), max(span[1] for span in spans)


def relevant_dates(span: Interval) -> tuple[date, date]:
	"""The dates, anywhere, whose overrides and trips can matter where `relevant_span` answers `span`.

	They reach a fortnight further back: hours that stay open since then have their grid from there.
	"""
	first, last = local_date(span[0], "UTC"), local_date(span[1], "UTC")
	return first - _GRID_MEMORY, last + _DATE_MARGIN


def _period_around(instant: int, period: str, zone: str) -> Interval:
	return local_days(*period_of(local_date(instant, zone), period), zone)
