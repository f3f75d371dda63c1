"""The slots that a visitor sees: bookable starts, grouped by date in the visitor's zone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter
from typing import TypeVar

from frappe import _

from scheduler_integration import engine
from scheduler_integration.availability.offer import make_offer
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.exceptions import InvalidRequest, RangeTooLong
from scheduler_integration.times import Bounds, Slot

MAX_DAYS = 62
# `first_month_with_slots` looks this many days ahead.
HORIZON_DAYS = 366
# It looks this far first, and lists the starts of the other days only if nothing is free until then.
_NEAR_DAYS = 40

_start = attrgetter("start")


@dataclass(frozen=True, slots=True)
class OfferedSlots:
	"""Slots by date in `zone`, both ascending. Dates without slots are left out. `duration` is in minutes.

	`partial` has the partly free starts of a multi-day meeting, and is None for other meetings. `taken` has the times between
	the slots that aren't free, for whatever reason, and is None unless the request asks for them and the page shows them.
	"""

	zone: str
	duration: int
	days: dict[date, list[Slot]]
	partial: dict[date, list[engine.PartlyFree]] | None = None
	taken: dict[date, list[Slot]] | None = None


@dataclass(frozen=True, slots=True)
class FirstMonth:
	"""The first month with a slot. `month` is its first day, `earliest` is its first date with a slot.

	If there is no slot within a year, `earliest` is None, and `month` is the month in which the search began.
	"""

	month: date
	earliest: date | None
	offered: OfferedSlots


def slots_between(
	bookable: Bookable, request: SlotRequest, first: date, last: date, zone: str, now: int
) -> OfferedSlots:
	"""Return the slots from the date `first` to the date `last`, both included, in the visitor's `zone`.

	Raises InvalidRequest if `last` is before `first`, and RangeTooLong for more than 62 dates.
	"""
	if last < first:
		raise InvalidRequest(
			_("The last day is before the first."), details={"end_date": _("Choose a later date or time.")}
		)
	if (last - first).days >= MAX_DAYS:
		raise RangeTooLong(_("At most {0} days can be asked for at a time.").format(MAX_DAYS))
	span = _instants(first, last, zone)
	pool = make_offer(bookable, request, *span, now).pool
	offered = _offered(pool, request.duration, zone, _starts(pool, request, *span), span)
	return _with_taken(offered, bookable, request, pool, span)


def suiting_starts(bookable: Bookable, request: SlotRequest, bounds: Bounds, now: int) -> list[int]:
	"""Return the free starts within the bounds, ascending, in epoch seconds."""
	since = max(now, engine.local_midnight(bounds.first, bounds.zone))
	if since >= bounds.until:
		return []
	starts = _starts(make_offer(bookable, request, since, bounds.until, now).pool, request, since, bounds.until)
	return [start for start in starts if bounds.fit(start)]


def first_month_with_slots(
	bookable: Bookable, request: SlotRequest, zone: str, now: int, after: date | None = None
) -> FirstMonth:
	"""Return the first month that has a slot, together with a week before and after it, and with five weeks from today.

	With `after`, only later dates of the visitor's `zone` count.
	"""
	today = engine.local_date(now, zone)
	begin = max(today, after + timedelta(days=1)) if after else today
	# The calendar shows the whole month, so earlier slots of that month are loaded too.
	since, until = _instants(min(begin, _month_grid(begin)[0]), begin + timedelta(days=HORIZON_DAYS), zone)
	pool = make_offer(bookable, request, since, until, now).pool
	for end in (engine.local_midnight(begin + timedelta(days=_NEAR_DAYS), zone), until):
		starts = _starts(pool, request, since, end)
		earliest = next((day for start in starts if (day := engine.local_date(start, zone)) >= begin), None)
		first, last = _month_grid(earliest or begin)
		# Near a month's end the calendar shows five weeks from today.
		month = _instants(first, max(last, today + timedelta(days=36)), zone)
		if earliest and month[1] <= end:
			break
	offered = _offered(pool, request.duration, zone, [start for start in starts if month[0] <= start < month[1]], month)
	offered = _with_taken(offered, bookable, request, pool, month)
	return FirstMonth((earliest or begin).replace(day=1), earliest, offered)


def _starts(pool: engine.HostPool, request: SlotRequest, since: int, until: int) -> list[int]:
	return [start for start in pool.starts(since, until) if start != request.besides]


def _instants(first: date, last: date, zone: str) -> engine.Interval:
	return engine.local_midnight(first, zone), engine.local_midnight(last + timedelta(days=1), zone)


def _offered(pool: engine.HostPool, minutes: int, zone: str, starts: list[int], span: engine.Interval) -> OfferedSlots:
	rules = pool.rules
	is_shared = rules is not None and rules.seats > 1
	is_multi_day = rules is not None and rules.days > 1
	seats = pool.seats_left(*span) if is_shared else {}
	parts = pool.parts_by_start(*span) if is_multi_day else {}
	slots = [Slot(start, start + minutes * 60, seats.get(start), tuple(parts.get(start, ()))) for start in starts]
	partial = pool.partly_free(*span) if is_multi_day else []
	return OfferedSlots(zone, minutes, _by_day(slots, zone), _by_day(partial, zone) if is_multi_day else None)


def _with_taken(
	offered: OfferedSlots, bookable: Bookable, request: SlotRequest, pool: engine.HostPool, span: engine.Interval
) -> OfferedSlots:
	if not (request.with_taken and bookable.page.show_taken_times):
		return offered
	taken = [Slot(start, start + request.duration * 60) for start in pool.taken(*span)]
	return replace(offered, taken=_by_day(taken, offered.zone))


Timed = TypeVar("Timed", Slot, engine.PartlyFree)


def _by_day(items: Iterable[Timed], zone: str) -> dict[date, list[Timed]]:
	ascending = sorted(items, key=_start)
	return {day: list(group) for day, group in engine.by_local_date(ascending, zone, _start)}


def _month_grid(day: date) -> tuple[date, date]:
	"""Return the first and last date that a calendar of this month may show.

	For November 2026 these are 25 October and 7 December. Full weeks reach up to six days into the months before and
	after. One more day is for other zones, whose dates begin at other instants.
	"""
	first = day.replace(day=1)
	last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
	return first - timedelta(days=7), last + timedelta(days=7)
