"""Loads the slots of a month and of the days beside it, so that a script can regroup them for any time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import OfferedSlots, first_month_with_slots, slots_between
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.engine import PartlyFree, local_date, local_midnight
from scheduler_integration.pages.booking.month import within_reach
from scheduler_integration.pages.kit.months import last_of
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.times import Slot

# One more day on each side: in another time zone, some of its slots fall into the month.
_MARGIN = timedelta(days=1)


@dataclass(frozen=True)
class MonthOfSlots:
	"""The slots of a month, and of the days beside it.

	`month` is its first day. If the month has no slot, `later` is the first free day after it, or None.
	"""

	month: date
	offered: OfferedSlots
	later: date | None = None

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

	def partly_free_on(self, day: date) -> list[PartlyFree]:
		return (self.offered.partial or {}).get(day, [])

	def find(self, start: int | None) -> Slot | None:
		"""Return the free slot that begins at `start`, or None."""
		return next((slot for slots in self.offered.days.values() for slot in slots if slot.start == start), None)

	def for_script(self) -> dict:
		"""Return the data that public/js/state/slots.js reads.

		`covered` is a half-open interval in epoch seconds. No slot in it is missing from `starts`.
		"""
		since = local_midnight(self.month - _MARGIN, self.zone)
		until = local_midnight(last_of(self.month) + _MARGIN * 2, self.zone)
		slots = [slot for day in self.offered.days.values() for slot in day if since <= slot.start < until]
		partial = [each for day in (self.offered.partial or {}).values() for each in day if since <= each.start < until]
		return {
			"covered": [since, until],
			"starts": [slot.start for slot in slots],
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

	def _has(self, day: date) -> bool:
		return (day.year, day.month) == (self.month.year, self.month.month)


def load_month(bookable: Bookable, request: SlotRequest, query: Query, zone: str, now: int) -> MonthOfSlots:
	"""Load the month in the address, or the first month with a free slot if the address has no month.

	Months are those of `zone`.
	"""
	wanted = query.month or query.day or (query.start and local_date(query.start, zone))
	if not wanted:
		first = first_month_with_slots(bookable, request, zone, now)
		return MonthOfSlots(first.month, first.offered)
	month = within_reach(wanted, local_date(now, zone))
	offered = slots_between(bookable, request, month - _MARGIN, last_of(month) + _MARGIN, zone, now)
	loaded = MonthOfSlots(month, offered)
	if loaded.in_month:
		return loaded
	later = first_month_with_slots(bookable, request, zone, now, after=last_of(month))
	return MonthOfSlots(month, offered, later.earliest)
