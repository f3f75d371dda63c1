"""The next two weeks of a host, day by day: what visitors are offered, what is busy, and what the host has blocked.

The offered times come from the listing that visitors see, for all meeting types of the host together. Times that a team
offers with other hosts aren't among them.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from scheduler_integration import engine
from scheduler_integration.availability.busy_times import of_calendar
from scheduler_integration.availability.draft import Draft
from scheduler_integration.availability.impact import slots_of, types_of
from scheduler_integration.availability.load import load_hosts
from scheduler_integration.availability.schedules import load_schedules
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.times import dates_between

DAYS = 14


@dataclass(frozen=True, slots=True)
class ForecastDay:
	"""A date in the host's zone. The intervals are clipped to the date, disjoint and in order; busy time includes bookings.

	`closed_by` is the name of what closes the whole date, such as a holiday, empty without a name, and None if it is open.
	"""

	day: date
	offered: tuple[engine.Interval, ...]
	busy: tuple[engine.Interval, ...]
	blocked: tuple[engine.Interval, ...]
	closed_by: str | None = None


def fortnight(draft: Draft, zone: str, now: int) -> list[ForecastDay]:
	"""Return the next two weeks as they would be with the draft; an empty draft leaves everything as it is.

	Makes a constant number of queries.
	"""
	today = engine.local_date(now, zone)
	days = dates_between(today, today + timedelta(days=DAYS))
	midnights = [engine.local_midnight(day, zone) for day in days]
	span = (midnights[0], midnights[-1])
	[host] = load_hosts(load_schedules(None, [draft.user], draft), span, None, now, draft=draft)
	own = filter(None, (_own(bookable, draft.user) for bookable in types_of(draft)))
	free_slots = slots_of([(each, draft) for each in own], DAYS, zone, now)
	offered = engine.merge(part for slots in free_slots for slot in slots for part in slot.stretches)
	blocked: list[engine.Interval] = []
	busy = [(each.start, each.end) for each in host.booked]
	for entry in host.busy:
		calendar = of_calendar(entry.label) if isinstance(entry, engine.Busy) else None
		# The host blocked this time, or a calendar that can't be trusted closes it.
		is_blocked = calendar is None or calendar[1] is not None
		(blocked if is_blocked else busy).append((entry[0], entry[1]))
	taken = {"offered": offered, "busy": engine.merge(busy), "blocked": engine.merge(blocked)}
	closed = [each for each in host.hours.overrides if each.closes_the_day]
	return [
		ForecastDay(
			day=day,
			**{name: tuple(engine.clip(spans, first, last)) for name, spans in taken.items()},
			closed_by=next((each.label for each in reversed(closed) if each.first <= day <= each.last), None),
		)
		for day, first, last in zip(days, midnights, midnights[1:], strict=False)
	]


def _own(bookable: Bookable, user: str) -> Bookable | None:
	"""Return what the user alone offers of a round robin, the type itself if all hosts meet, or None without the user."""
	mine = [host for host in bookable.hosts if host.user == user]
	if not mine:
		return None
	return bookable if bookable.meeting_type.assignment == "Collective" else replace(bookable, only=tuple(mine))
