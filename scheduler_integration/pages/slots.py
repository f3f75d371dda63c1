"""The free starts around one month, as a page holds them: instants, so that a script can regroup them for any zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from scheduler_integration.availability.slots import first_month_with_slots, slots_between
from scheduler_integration.engine import local_date, local_midnight

from . import dates
from .month import last_of, within_reach
from .query import Query

# A day more on both sides, which a guest in another zone may see as part of the month.
_MARGIN = timedelta(days=1)


class Slot(NamedTuple):
	"""A time that can be booked, epoch seconds; `parts` are the days of a meeting that takes several."""

	start: int
	end: int
	seats_left: int | None = None
	parts: tuple[tuple[int, int], ...] = ()

	@property
	def stretches(self) -> tuple[tuple[int, int], ...]:
		"""When people meet: each day's part, or else the one stretch."""
		return self.parts or ((self.start, self.end),)


class PartlyFree(NamedTuple):
	"""A start that can't be booked, because only some of the meeting's days are free; `missing` are the others' starts."""

	start: int
	days_free: int
	number_of_days: int
	missing: tuple[int, ...]


@dataclass(frozen=True)
class MonthOfSlots:
	"""A month, the free starts around it by the dates of `zone`, and what stretch of time they cover."""

	month: date
	zone: str
	duration: int
	days: dict[str, list[Slot]]
	partial: dict[str, list[PartlyFree]] = field(default_factory=dict)

	@property
	def in_month(self) -> dict[str, list[Slot]]:
		return {day: slots for day, slots in self.days.items() if day.startswith(f"{self.month:%Y-%m}")}

	@property
	def partial_days(self) -> set[str]:
		"""The month's dates on which a meeting of several days could begin, were all its days free."""
		return {day for day in self.partial if day.startswith(f"{self.month:%Y-%m}")}

	@property
	def first_free_day(self) -> date | None:
		return date.fromisoformat(min(self.in_month)) if self.in_month else None

	def find(self, start: int | None) -> Slot | None:
		"""The slot that begins at `start`, if it is free."""
		return next((slot for slots in self.days.values() for slot in slots if slot.start == start), None)

	def for_script(self) -> dict:
		since = local_midnight(self.month - _MARGIN, self.zone)
		until = local_midnight(last_of(self.month) + _MARGIN * 2, self.zone)
		slots = sorted(slot for day in self.days.values() for slot in day if since <= slot.start < until)
		partial = sorted(each for day in self.partial.values() for each in day if since <= each.start < until)
		return {
			"covered": [since, until],
			"starts": [slot.start for slot in slots],
			"seats": {slot.start: slot.seats_left for slot in slots if slot.seats_left is not None},
			"parts": {slot.start: slot.parts for slot in slots if slot.parts},
			"partial": [[each.start, each.days_free, each.number_of_days, each.missing] for each in partial],
			"duration": self.duration,
		}


def load_month(query: Query, zone: str, now: int, hold: str | None = None) -> MonthOfSlots:
	"""The month that the address asks for, or else the first one with a free time. What `hold` holds is free here."""
	wanted = query.month or query.day or (query.start and local_date(query.start, zone))
	if not wanted:
		answer = first_month_with_slots(query.slug, query.meeting_type, zone, query.duration, now, hold=hold)
		return month_of(date.fromisoformat(f"{answer['month']}-01"), zone, answer)
	month = within_reach(wanted, local_date(now, zone))
	first, last = month - _MARGIN, last_of(month) + _MARGIN
	answer = slots_between(query.slug, query.meeting_type, first, last, zone, query.duration, now, hold=hold)
	return month_of(month, zone, answer)


def next_free_day(query: Query, zone: str, month: date, now: int, hold: str | None = None) -> date | None:
	"""The first day with a free time after `month`."""
	after = last_of(month)
	answer = first_month_with_slots(query.slug, query.meeting_type, zone, query.duration, now, hold=hold, after=after)
	return answer["earliest"] and date.fromisoformat(answer["earliest"])


def month_of(month: date, zone: str, answer: dict) -> MonthOfSlots:
	"""An answer of `get_slots` (docs/api.md) as a page holds it."""
	days = {day: [_slot(slot) for slot in slots] for day, slots in answer["days"].items()}
	partial = {day: [_partly_free(each) for each in some] for day, some in answer.get("partial", {}).items()}
	return MonthOfSlots(month, zone, answer["duration_minutes"], days, partial)


def _slot(slot: dict) -> Slot:
	return Slot(
		dates.instant(slot["start"]),
		dates.instant(slot["end"]),
		slot.get("seats_left"),
		tuple((dates.instant(part["start"]), dates.instant(part["end"])) for part in slot.get("parts", ())),
	)


def _partly_free(each: dict) -> PartlyFree:
	missing = tuple(dates.instant(part["start"]) for part in each["missing_parts"])
	return PartlyFree(dates.instant(each["start"]), each["days_free"], each["number_of_days"], missing)
