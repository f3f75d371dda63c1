"""When a meeting type can be booked, over all its hosts.

Round robin offers a start when any host is free, collective when every required host is. Listing and booking ask the
same engine about the same calendars.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scheduler_integration import engine
from scheduler_integration.availability.load import load_members
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.times import Slot

DAY = 86400
# How far around a lost start others are looked for.
SUGGESTION_DAYS = 14


@dataclass(frozen=True, slots=True)
class Offer:
	"""A meeting type's hosts with their calendars, as an engine.HostPool that decides."""

	assignment: str
	hosts: tuple[TypeHost, ...]
	team: engine.HostPool

	def is_bookable(self, start: int, dates: Sequence[int] = ()) -> bool:
		"""Whether the meeting can take place at `start`, epoch seconds; where they are given, on the `dates` that were shown,
		which are the starts of its parts.
		"""
		return bool(self.team.free_hosts(start, dates)) if dates else self.team.is_bookable(start)

	def free_hosts(self, start: int, dates: Sequence[int] = ()) -> list[str]:
		"""The hosts who can take a meeting at `start`, in the page's order; a session that stands is filled first."""
		free = self.team.free_hosts(start, dates)
		in_session = [] if self.assignment == "Collective" else [user for user in free if self._in_session(user, start)]
		return in_session or free

	def takers(self, start: int, dates: Sequence[int] = ()) -> list[str]:
		"""The hosts to one of whom a booking at the bookable `start` may be given, in the page's order.

		In a round robin another guest's hold keeps a host's time, and not the host: that guest gets whoever is left. Meetings
		over several days keep who was held, for hosts' days may differ.
		"""
		rules = self.team.rules
		if self.assignment != "Round Robin" or rules is None or rules.days > 1:
			return self.free_hosts(start, dates)
		members = [replace(member, host=self._without_holds_at(member, start)) for member in self.team.members]
		return replace(self, team=self.team.with_members(members)).free_hosts(start, dates)

	def _without_holds_at(self, member: engine.Member, start: int) -> engine.Host:
		"""The host without others' holds of this very meeting."""
		slot = start, start + member.rules.seconds
		kept = [
			item for item in member.host.booked if not (item.is_hold and item.counts and (item.start, item.end) == slot)
		]
		return replace(member.host, booked=kept)

	def _in_session(self, user: str, start: int) -> bool:
		member = self.member(user)
		return start in engine.joinable_sessions(member.rules, member.host)

	def member(self, user: str) -> engine.Member:
		return next(member for member in self.team.members if member.host.name == user)

	def host(self, user: str) -> TypeHost:
		return next(host for host in self.hosts if host.user == user)

	def slot(self, start: int) -> Slot:
		"""The slot at the bookable `start`, on each of its days."""
		# A start that can be booked has a host.
		rules = self.team.members[0].rules
		return Slot(start, start + rules.seconds, parts=tuple(self.team.parts(start)) if rules.days > 1 else ())

	def nearest(self, start: int, count: int = 3) -> list[Slot]:
		"""The bookable slots nearest to `start`; of two equally near, the earlier first."""
		return [self.slot(free) for free in self.team.nearest(start, count, within_days=SUGGESTION_DAYS)]


def make_offer(
	bookable: Bookable, request: SlotRequest, first: int, last: int, now: int, *, lock: bool = False
) -> Offer:
	"""The offer for starts in `[first, last)`. `lock` as for `load_members`."""
	hosts, meeting_type = bookable.hosts, bookable.meeting_type
	members = load_members(meeting_type, hosts, request, first, last, now, lock=lock) if hosts else []
	together = meeting_type.assignment == "Collective"
	team = engine.HostPool(members, now, together=together, dates_in=bookable.page.timezone)
	return Offer(meeting_type.assignment, tuple(hosts), team)
