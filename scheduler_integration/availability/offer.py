"""When a meeting type can be booked, over all its hosts.

Round robin offers a start when any host is free, collective when every required host is. Listing and booking ask the
same engine function about the same calendars.
"""

from dataclasses import dataclass

from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.load import HostCalendar, load_calendars
from scheduler_integration.catalogue.hosts import TypeHost, hosts_of

DAY = 86400
# How far around a lost start others are looked for.
SUGGESTION_DAYS = 14


@dataclass(frozen=True, slots=True)
class Offer:
	"""A meeting type's hosts with their calendars, at the moment `now` (epoch seconds)."""

	assignment: str
	calendars: tuple[HostCalendar, ...]
	required: frozenset[str]
	now: int

	def starts(self, first: int, last: int) -> list[int]:
		"""The bookable starts in `[first, last)`, ascending."""
		free = [
			(calendar.host.name, engine.free_starts(calendar.rules, calendar.host, self.now, first, last))
			for calendar in self.calendars
		]
		if self.assignment != "Collective":
			return sorted(set().union(*(starts for _user, starts in free)))
		needed = [set(starts) for user, starts in free if user in self.required]
		return sorted(set.intersection(*needed)) if needed and self.is_complete() else []

	def free_hosts(self, start: int) -> list[str]:
		"""The hosts that are free at `start`, in the page's order."""
		return [
			calendar.host.name
			for calendar in self.calendars
			if engine.is_bookable(start, calendar.rules, calendar.host, self.now)
		]

	def is_bookable(self, start: int) -> bool:
		"""Whether the meeting can take place at `start`."""
		free = self.free_hosts(start)
		if self.assignment == "Collective":
			return self.is_complete() and self.required.issubset(free)
		return bool(free)

	def is_complete(self) -> bool:
		"""Whether every required host has a calendar at all; one without hours is never free."""
		return bool(self.required) and self.required <= {calendar.host.name for calendar in self.calendars}

	def rules_of(self, user: str) -> engine.MeetingRules:
		return next(calendar.rules for calendar in self.calendars if calendar.host.name == user)

	def conflicts(self, start: int) -> list[tuple[int, int]]:
		"""The busy times, as intervals, that a meeting at `start` would collide with, each once, in order."""
		items = (
			item for calendar in self.calendars for item in engine.conflicts_with(start, calendar.rules, calendar.host)
		)
		return sorted({(item.start, item.end) for item in items})

	def nearest(self, start: int, count: int = 3) -> list[int]:
		"""The bookable starts nearest to `start`; of two as near, the earlier first."""
		around = self.starts(start - SUGGESTION_DAYS * DAY, start + SUGGESTION_DAYS * DAY)
		ranked = sorted((free for free in around if free != start), key=lambda free: (abs(free - start), free))
		return ranked[:count]


def make_offer(
	meeting_type: Document,
	page: Document,
	duration: int,
	first: int,
	last: int,
	now: int,
	*,
	lock: bool = False,
	hosts: list[TypeHost] | None = None,
) -> Offer:
	"""The offer for starts in `[first, last)`. `lock` as for `load_calendars`; `hosts` where they are known already."""
	hosts = hosts_of(meeting_type, page) if hosts is None else hosts
	users = [host.user for host in hosts]
	calendars = load_calendars(meeting_type, users, duration, first, last, lock=lock) if users else []
	required = frozenset(host.user for host in hosts if host.is_required)
	return Offer(meeting_type.assignment, tuple(calendars), required, now)
