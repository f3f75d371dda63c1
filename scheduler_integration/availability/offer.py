"""Says when a meeting type can be booked, with all its hosts.

A round robin offers a start if any host is free, a collective meeting if every required host is, and enough of the
others. Listing and booking use the same engine with the same calendars, so a listed slot can be booked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from scheduler_integration import engine
from scheduler_integration.availability.holds import held_dates
from scheduler_integration.availability.load import load_members
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.durations import GRID_MINUTES
from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.exceptions import SlotTaken
from scheduler_integration.times import Slot

DAY = 86400
# If a start is taken, suggestions come from this many days before and after it.
SUGGESTION_DAYS = 14


class Dated(Protocol):
	"""A request for a slot: its start, its parts if the attendee was shown them, and the attendee's hold."""

	@property
	def start(self) -> int: ...

	@property
	def parts(self) -> tuple[int, ...]: ...

	@property
	def hold(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Offer:
	"""A meeting type's hosts, and the engine's HostPool (`pool`) that decides when they can be booked.

	Instants are epoch seconds. `at_least` is how many of the hosts who aren't required a collective meeting needs; 0 lets
	all of them join who are free.
	"""

	assignment: str
	hosts: tuple[TypeHost, ...]
	pool: engine.HostPool
	at_least: int = 0

	def is_bookable(self, start: int, dates: Sequence[int] = ()) -> bool:
		"""Return whether the meeting can be booked at `start`.

		If `dates` (starts of the parts that the visitor was shown) are given, a host must be free at all of them.
		"""
		return bool(self.pool.free_hosts(start, dates)) if dates else self.pool.is_bookable(start)

	def free_hosts(self, start: int, dates: Sequence[int] = ()) -> list[str]:
		"""Return the users who can take a meeting at `start`, in the page's order. See `is_bookable` for `dates`.

		If some of these hosts have a session at `start` with seats left, only they are returned, so that sessions fill up
		first. For a collective meeting all are returned, because all required hosts take it.
		"""
		free = self.pool.free_hosts(start, dates)
		in_session = [] if self.assignment == "Collective" else [user for user in free if self._in_session(user, start)]
		return in_session or free

	def assignable_hosts(self, start: int, dates: Sequence[int] = ()) -> list[str]:
		"""Return the users who may be assigned a booking at the bookable `start`, in the page's order.

		In a round robin a hold reserves one host's time, but not that particular host. Example: Jane and Tom are free
		at 10:00, and a visitor holds Jane's time. Somebody else's booking still goes to Jane if it is her turn, and the
		visitor gets Tom. A hold of a multi-day meeting does reserve its host, because another host's days may differ.
		"""
		rules = self.pool.rules
		if self.assignment != "Round Robin" or rules is None or rules.days > 1:
			return self.free_hosts(start, dates)
		members = [replace(member, host=self._without_holds_at(member, start)) for member in self.pool.members]
		return replace(self, pool=self.pool.with_members(members)).free_hosts(start, dates)

	def taking_part(
		self, start: int, dates: Sequence[int] = (), loads: Callable[[list[str]], Mapping[str, int]] | None = None
	) -> list[str]:
		"""Return the users who take a collective meeting at the bookable `start`: the required ones, then the others.

		If `at_least` of the others are needed, so many take part: first those of a session at `start`, then those with a
		higher priority, then those with the smaller of the `loads`, in the page's order. Otherwise all who are free do.
		"""
		free = self.free_hosts(start, dates)
		required = [user for user in free if self.host(user).is_required]
		others = [user for user in free if user not in required]
		if not 0 < self.at_least < len(others):
			return [*required, *others]
		sessions = {user: self._session(user, start) for user in free}
		joined = next(filter(None, sessions.values()), None)
		load = loads(others) if loads else {}
		others.sort(
			key=lambda user: (sessions[user] != joined, -self.host(user).priority, load.get(user, 0), free.index(user))
		)
		return [*required, *others[: self.at_least]]

	def _without_holds_at(self, member: engine.Member, start: int) -> engine.Host:
		"""Return the host without other visitors' holds of this meeting type at exactly this slot."""
		slot = start, start + member.rules.seconds
		kept = [
			item for item in member.host.booked if not (item.is_hold and item.counts and (item.start, item.end) == slot)
		]
		return replace(member.host, booked=kept)

	def _in_session(self, user: str, start: int) -> bool:
		return self._session(user, start) is not None

	def _session(self, user: str, start: int) -> str | None:
		"""Return the key of the user's session at `start` if it has enough seats left, or None."""
		member = self.member(user)
		return engine.joinable_sessions(member.rules, member.host).get(start)

	def with_any_start(self) -> Offer:
		"""Return the same offer without the meeting type's grid: a meeting may start at every five minutes of the hours."""
		members = [
			replace(each, rules=replace(each.rules, slot_interval=GRID_MINUTES, slot_offset=0, first_slot_only=False))
			for each in self.pool.members
		]
		return replace(self, pool=self.pool.with_members(members)) if members else self

	def only(self, user: str) -> Offer:
		"""Return the offer of one of the hosts alone."""
		return replace(self, pool=self.pool.with_members([self.member(user)]))

	def member(self, user: str) -> engine.Member:
		return next(member for member in self.pool.members if member.host.name == user)

	def host(self, user: str) -> TypeHost:
		return next(host for host in self.hosts if host.user == user)

	def slot(self, start: int) -> Slot:
		"""Return the slot at the bookable `start`. A multi-day meeting has a part for each of its days."""
		# There is a first host, because the start can be booked.
		rules = self.pool.members[0].rules
		return Slot(start, start + rules.seconds, parts=tuple(self.pool.parts(start)) if rules.days > 1 else ())

	def nearest(self, start: int, count: int = 3, *, besides: int | None = None) -> list[Slot]:
		"""Return up to `count` bookable slots other than those at `start` and `besides`, nearest first.

		If two are equally near, the earlier comes first.
		"""
		starts = self.pool.nearest(start, count + (besides is not None), within_days=SUGGESTION_DAYS)
		return [self.slot(free) for free in starts if free != besides][:count]

	def held_parts(self, request: Dated, meeting_type: str, now: int) -> tuple[int, ...]:
		"""Return the starts of the days of a multi-day meeting: those that the request names, or else that are held.

		`meeting_type` is a record's name. A hold covers only the first few days. If the meeting has more days, the result is
		empty, because the hold doesn't have all of them.
		"""
		rules = self.pool.rules
		if request.parts or not request.hold or not rules or rules.days == 1:
			return request.parts
		held = held_dates(request.hold, meeting_type, request.start, now)
		return held if len(held) == rules.days else ()

	def slot_taken(self, start: int, duration: int, zone: str, besides: int | None = None) -> SlotTaken:
		"""Return the error for a `start` (epoch seconds) that isn't bookable, with the nearest slots that are.

		`duration` is in minutes, `zone` is the attendee's. The slot at `besides` isn't suggested.
		"""
		return SlotTaken(self._busy_within(start, start + duration * 60), self.nearest(start, besides=besides), zone)

	def _busy_within(self, start: int, end: int) -> list[engine.Interval]:
		"""Return the hosts' busy times in `[start, end)` if only calendars are in the way, otherwise nothing.

		Anybody can ask about any instant. Without this rule they could read a host's nights, past or vacation.
		"""
		rules = self.pool.rules
		refusals = [refusal for of_host in self.pool.refusals(start).values() for refusal in of_host]
		# If only the first slot of a date is offered, later slots aren't offered even with an empty calendar.
		in_calendars = {refusal.reason for refusal in refusals} <= {engine.Reason.BUSY, engine.Reason.BUFFER}
		if not (rules and refusals) or rules.first_slot_only or not in_calendars:
			return []
		busy = engine.merge((item.start, item.end) for refusal in refusals for item in refusal.conflicts)
		return engine.clip(busy, start, end)


def make_offer(
	bookable: Bookable, request: SlotRequest, first: int, last: int, now: int, *, lock: bool = False
) -> Offer:
	"""Return the offer for starts in `[first, last)`, epoch seconds. See `load_members` for `lock`."""
	hosts, meeting_type = bookable.takers, bookable.meeting_type
	members = load_members(meeting_type, hosts, request, first, last, now, lock=lock) if hosts else []
	together, at_least = meeting_type.assignment == "Collective", bookable.at_least
	pool = engine.HostPool(members, now, together=together, at_least=at_least, dates_in=bookable.page.timezone)
	return Offer(meeting_type.assignment, tuple(hosts), pool, at_least)
