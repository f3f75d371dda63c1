"""Loads the slots of a month and of the days beside it, so that a script can regroup them for any time zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import OfferedSlots, first_month_with_slots, slots_between
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.engine import PartlyFree, local_date, local_midnight, wall_clock
from scheduler_integration.pages.kit.months import first_of, month_showing, sheet_of
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.times import Slot

# One more day on each side: in another time zone, some of its slots fall into the month.
_MARGIN = timedelta(days=1)
# The hours of day at which most people would meet.
_WAKING, _NIGHT = 8, 22
# The calendar can show months up to this many months after the present one.
_FARTHEST_MONTHS = 24
_Start = TypeVar("_Start", Slot, PartlyFree)


@dataclass(frozen=True)
class MonthOfSlots:
	"""The slots of a month, and of the days beside it.

	`month` is its first day, `sheet` the first and last date that the calendar shows. If none of them has a slot, `later` is
	the first free day after them, or None. `known_since` is an instant: no free start between it and the sheet is missing.
	"""

	month: date
	offered: OfferedSlots
	sheet: tuple[date, date]
	later: date | None = None
	known_since: int | None = None

	@property
	def zone(self) -> str:
		return self.offered.zone

	@property
	def duration(self) -> int:
		"""The meeting's duration in minutes."""
		return self.offered.duration

	@property
	def in_month(self) -> dict[date, list[Slot]]:
		return {day: slots for day, slots in self.offered.days.items() if self._has(day)}

	@property
	def partial_days(self) -> set[date]:
		"""The month's dates with a partly free start of a multi-day meeting."""
		return {day for day in self.offered.partial or () if self._has(day)}

	@property
	def first_free_day(self) -> date | None:
		return min(self.in_month, default=None)

	def slots_on(self, day: date) -> list[Slot]:
		return self.offered.days.get(day, [])

	def taken_on(self, day: date) -> list[Slot]:
		"""Return the taken times of a day, if the page shows them. A day without a free time has none."""
		return (self.offered.taken or {}).get(day, []) if self.slots_on(day) else []

	def find(self, start: int | None) -> Slot | None:
		"""Return the free slot that begins at `start`, or None."""
		return next((slot for slots in self.offered.days.values() for slot in slots if slot.start == start), None)

	def for_script(self) -> dict:
		"""Return the data that public/js/state/slots.js reads.

		`covered` is a half-open interval in epoch seconds. No slot in it is missing from `starts`, which has the first start
		and then the seconds from each to the next: as instants, the starts of a month would take a tenth of the page. If the
		page shows taken times, `taken` has them in the same way.
		"""
		offered = self.offered
		since = local_midnight(self.sheet[0] - _MARGIN, self.zone)
		until = local_midnight(self.sheet[1] + _MARGIN * 2, self.zone)
		slots, partial = _between(since, until, offered.days), _between(since, until, offered.partial or {})
		data = {
			"covered": [min(since, since if self.known_since is None else self.known_since), until],
			"starts": _steps([slot.start for slot in slots]),
			"seats": {slot.start: slot.seats_left for slot in slots if slot.seats_left is not None},
			"parts": {slot.start: slot.parts for slot in slots if slot.parts},
			"partial": [
				[
					each.start,
					len(each.parts) - len(each.missing),
					len(each.parts),
					[start for start, _end in each.missing],
				]
				for each in partial
			],
			"duration": self.duration,
		}
		if offered.taken is not None:
			data["taken"] = _steps([slot.start for day in offered.taken.values() for slot in day])
		return data

	def _has(self, day: date) -> bool:
		return self.sheet[0] <= day <= self.sheet[1]

	def next_free(self, now: int) -> list[Slot]:
		"""Return the next free slots of one day, at most three, by day rather than by night. Empty if they aren't known."""
		if self.known_since is None or self.known_since > now:
			return []
		return next_free(self.in_month, self.zone)


def _between(since: int, until: int, days: Mapping[date, Sequence[_Start]]) -> list[_Start]:
	return [each for day in days.values() for each in day if since <= each.start < until]


def _steps(starts: Sequence[int]) -> list[int]:
	"""Return the first number, and then how much larger each is than the one before: 2, 3 and 4 for 2, 5 and 9."""
	return [start - before for start, before in zip(starts, (0, *starts), strict=False)]


def next_free(days: Mapping[date, Sequence[Slot]], zone: str) -> list[Slot]:
	"""Return at most three slots of the first day that has some from 8:00 to 22:00, or else of the first day."""
	by_day = (
		[slot for slot in slots if _WAKING <= wall_clock(slot.start, zone).hour < _NIGHT]
		for _day, slots in sorted(days.items())
	)
	some = next(filter(None, by_day), None) or days.get(min(days, default=date.min), [])
	return [*some[:3]]


def within_reach(month: date, today: date) -> date:
	"""Return the first day of `month`, but not before this month, and not later than two years from now."""
	reach = first_of(today) + timedelta(days=31 * _FARTHEST_MONTHS)
	return min(max(first_of(month), first_of(today)), first_of(reach))


def load_month(
	bookable: Bookable, request: SlotRequest, query: Query, zone: str, now: int, first_week_day: int
) -> MonthOfSlots:
	"""Load the month in the address, or the first month with a free slot if the address has no month.

	Months are those of `zone`.
	"""
	today = local_date(now, zone)
	request = replace(request, with_taken=True)
	day = query.day or (query.start and local_date(query.start, zone))
	if not query.month and not day:
		found = first_month_with_slots(bookable, request, zone, now)
		month = month_showing(found.earliest or today, today, first_week_day)
		# For a multi-day meeting, the script also wants the partly free days in between.
		since = now if found.offered.partial is None or month == first_of(today) else None
		return MonthOfSlots(month, found.offered, sheet_of(month, today, first_week_day), known_since=since)
	month = within_reach(query.month or month_showing(day or today, today, first_week_day), today)
	first, last = sheet = sheet_of(month, today, first_week_day)
	offered = slots_between(bookable, request, first - _MARGIN, last + _MARGIN, zone, now)
	loaded = MonthOfSlots(month, offered, sheet, known_since=now if month == first_of(today) else None)
	if loaded.in_month:
		return loaded
	return replace(loaded, later=first_month_with_slots(bookable, request, zone, now, after=last).earliest)
