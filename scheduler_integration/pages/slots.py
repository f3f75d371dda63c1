"""The free starts around one month, as a page holds them: instants, so that a script can regroup them for any zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from scheduler_integration.availability.slots import first_month_with_slots, slots_between
from scheduler_integration.engine.zones import local_date, local_midnight

from . import dates
from .month import first_of, last_of, next_month, within_reach
from .query import Query

# A day more on both sides, which a guest in another zone may see as part of the month.
_MARGIN = timedelta(days=1)
# How far a guest who finds a month empty is shown the way; `slots_between` answers 62 days at most.
_LOOK_AHEAD = timedelta(days=61)
_LOOKS = 3


@dataclass(frozen=True)
class MonthOfSlots:
	"""A month, the free starts around it by the dates of `zone`, and what stretch of time they cover."""

	month: date
	zone: str
	duration: int
	days: dict[str, list[int]]

	@property
	def in_month(self) -> dict[str, list[int]]:
		prefix = f"{self.month:%Y-%m}"
		return {day: starts for day, starts in self.days.items() if day.startswith(prefix)}

	@property
	def first_free_day(self) -> date | None:
		return date.fromisoformat(min(self.in_month)) if self.in_month else None

	def for_script(self) -> dict:
		since = local_midnight(self.month - _MARGIN, self.zone)
		until = local_midnight(last_of(self.month) + _MARGIN * 2, self.zone)
		starts = sorted(start for day in self.days.values() for start in day)
		return {
			"covered": [since, until],
			"starts": [start for start in starts if since <= start < until],
			"duration": self.duration,
		}


def load_month(query: Query, zone: str, now: int) -> MonthOfSlots:
	"""The month that the address asks for, or else the first one with a free time."""
	wanted = query.month or query.day or (query.start and local_date(query.start, zone))
	if not wanted:
		answer = first_month_with_slots(query.slug, query.meeting_type, zone, query.duration, now)
		return _month(date.fromisoformat(f"{answer['month']}-01"), zone, answer)
	month = within_reach(wanted, local_date(now, zone))
	first, last = month - _MARGIN, last_of(month) + _MARGIN
	answer = slots_between(query.slug, query.meeting_type, first, last, zone, query.duration, now)
	return _month(month, zone, answer)


def next_free_day(query: Query, zone: str, after: date, now: int) -> date | None:
	"""The first day with a free time after the month of `after`, looked for half a year ahead."""
	first = next_month(first_of(after))
	for _look in range(_LOOKS):
		last = first + _LOOK_AHEAD
		days = slots_between(query.slug, query.meeting_type, first, last, zone, query.duration, now)["days"]
		if days:
			return date.fromisoformat(min(days))
		first = last + timedelta(days=1)
	return None


def _month(month: date, zone: str, answer: dict) -> MonthOfSlots:
	days = {day: [dates.instant(slot["start"]) for slot in slots] for day, slots in answer["days"].items()}
	return MonthOfSlots(month, zone, answer["duration_minutes"], days)
