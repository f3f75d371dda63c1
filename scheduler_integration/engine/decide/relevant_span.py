"""Says how much of a host's calendar the engine needs in order to decide about a range."""

from __future__ import annotations

from datetime import date, timedelta

from ..model.meeting_rules import MeetingRules
from ..rules.collisions import GAP_STEP
from ..rules.dates_with_slots import SEARCH_DAYS, counted_dates_with_slots
from ..rules.limits import period_of
from ..rules.multi_day import longest_span
from ..time.intervals import Interval, hull
from ..time.zones import DAY, MINUTE, local_date, local_days

# A date lasts at most 25 hours, and it may be a date in the zone of another host.
_LONGEST_DATE = 2 * DAY
# A date begins at most 14 hours before it does in UTC, and ends at most 12 hours after it does in UTC.
_DATE_MARGIN = timedelta(days=2)
# Up to a week since Monday, the week before, two days whose hours may run over into it (see `grid_segments_of_weeks`),
# and a day for the zone.
_GRID_MEMORY = timedelta(days=17)


def relevant_span(rules: MeetingRules, zone: str, now: int, first: int, last: int, widest_buffer: int = 0) -> Interval:
	"""Return the span whose busy times and bookings can matter to starts in `[first, last)`. A Host must carry them.

	`zone` is the host's. `widest_buffer` is the longest buffer, in minutes, of any of the host's bookings. With limits the
	span covers whole dates, ISO weeks or months of that zone. For a window of dates with slots it covers everything that
	the window may reach.
	"""
	if rules.first_slot_only:
		first, last = first - _LONGEST_DATE, last + _LONGEST_DATE
	if counted_dates_with_slots(rules) is not None:
		first, last = min(first, now), max(last, now + (SEARCH_DAYS + 1) * DAY)
	last += longest_span(rules)
	before = max(rules.buffer_before, widest_buffer) * MINUTE + (GAP_STEP if rules.fill_gaps else 0)
	after = max(rules.buffer_after, widest_buffer) * MINUTE
	spans = [(first - before, last + rules.seconds + after)]
	for period in {limit.period for limit in rules.limits}:
		spans += [_period_around(first, period, zone), _period_around(last, period, zone)]
	return hull(spans)


def relevant_dates(span: Interval) -> tuple[date, date]:
	"""Return the first and last date, in any zone, whose overrides and trips can matter within a `relevant_span`.

	The first date is about two weeks before the span. Hours that run over midnight keep the grid of the day on which they
	began, so that day is needed too.
	"""
	first, last = local_date(span[0], "UTC"), local_date(span[1], "UTC")
	return first - _GRID_MEMORY, last + _DATE_MARGIN


def _period_around(instant: int, period: str, zone: str) -> Interval:
	return local_days(*period_of(local_date(instant, zone), period), zone)
