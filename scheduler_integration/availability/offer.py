"""Says when a meeting type can be booked, with all its hosts.

A round robin offers a start if any host is free, a collective meeting if every required host is, and enough of the
others. Listing and booking use the same engine with the same calendars, so a listed slot can be booked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from scheduler_integration import engine
from scheduler_integration.availability.holds import OFFER, held_dates
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


class Candidate(NamedTuple):
	"""A host who could take the meeting: their entry in the meeting type, and their rules and calendar."""

	host: TypeHost
	member: engine.Member

	@property
	def user(self) -> str:
		return self.host.user


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

	def candidates(self, users: Iterable[str]) -> list[Candidate]:
		"""Return these users, who are hosts of this offer."""
		return [Candidate(next(host for host in self.hosts if host.user == user), self.member(user)) for user in users]

	def free_hosts(self, start: int, dates: Sequence[int] = ()) -> list[Candidate]:
		"""Return the hosts who can take a meeting at `start`, in the page's order. See `is_bookable` for `dates`.

		If some of these hosts have a session at `start` with seats left, only they are returned, so that sessions fill up
		first. For a collective meeting all are returned, because all required hosts take it.
		"""
		free = self.candidates(self.pool.free_hosts(start, dates))
		if self.assignment == "Collective":
			return free
		return [each for each in free if engine.session_to_join(each.member, start)] or free

	def assignable_hosts(self, start: int, dates: Sequence[int] = ()) -> list[Candidate]:
		"""Return the hosts who may be assigned a booking at the bookable `start`, in the page's order.

		In a round robin a hold reserves one host's time, but not that particular host. Example: Jane and Tom are free
		at 10:00, and a visitor holds Jane's time. Somebody else's booking still goes to Jane if it is her turn, and the
		visitor gets Tom. A hold of a multi-day meeting does reserve its host, because another host's days may differ. So does
		an offer of a waitlist: the others would be booked one after the other, and nobody were left for who has the offer.
		"""
		rules = self.pool.rules
		if self.assignment != "Round Robin" or rules is None or rules.days > 1:
			return self.free_hosts(start, dates)
		members = [replace(member, host=self._without_holds_at(member, start)) for member in self.pool.members]
		return replace(self, pool=self.pool.with_members(members)).free_hosts(start, dates)

	def takers_of(self, starts: Sequence[int], dates: Sequence[int] = ()) -> list[list[Candidate]]:
		"""Return for each of the starts the hosts who may take it; empty if nobody can take them all. See `is_bookable` for `dates`.

		For a single meeting, `assignable_hosts` decides. Several starts are the dates of a series: each date counts in the
		limits for the later ones, and one host takes all of them, or all hosts of a collective meeting do.
		"""
		if len(starts) == 1:
			return [self.assignable_hosts(starts[0], dates)]
		if self.assignment == "Collective":
			return [self.candidates(hosts) for hosts in engine.hosts_in_turn(self.pool, starts)]
		everybody = self.candidates(member.host.name for member in self.pool.members)
		able = [each for each in everybody if engine.hosts_in_turn(self.only(each.user).pool, starts)]
		return [able] * len(starts) if able else []

	def _without_holds_at(self, member: engine.Member, start: int) -> engine.Host:
		"""Return the host without other visitors' holds of this meeting type at exactly this slot."""
		slot = start, start + member.rules.seconds
		kept = [
			item
			for item in member.host.booked
			if not (item.is_hold and item.counts and (item.start, item.end) == slot) or item.label == OFFER
		]
		return replace(member.host, booked=kept)

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

	def check_bookable(
		self,
		start: int,
		duration: int,
		zone: str,
		*,
		dates: Sequence[int] = (),
		any_start: bool = False,
		besides: int | None = None,
	) -> None:
		"""Raise SlotTaken, with the nearest bookable slots, if the meeting can't be booked at `start` (epoch seconds).

		`duration` is in minutes, `zone` is the attendee's. See `is_bookable` for `dates`, and `with_any_start` for
		`any_start`. The slot at `besides` isn't suggested.
		"""
		if (self.with_any_start() if any_start else self).is_bookable(start, dates):
			return
		busy, slots = self._busy_within(start, start + duration * 60), self.nearest(start, besides=besides)
		raise SlotTaken(busy, slots, zone)

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


def offer_around(bookable: Bookable, request: SlotRequest, start: int, now: int, *, lock: bool = False) -> Offer:
	"""Return the offer for `start` (epoch seconds) and for what may be suggested instead. See `make_offer`."""
	margin = SUGGESTION_DAYS * DAY
	return make_offer(bookable, request, start - margin, start + margin, now, lock=lock)


def make_offer(
	bookable: Bookable, request: SlotRequest, first: int, last: int, now: int, *, lock: bool = False
) -> Offer:
	"""Return the offer for starts in `[first, last)`, epoch seconds. See `load_members` for `lock`."""
	hosts, meeting_type = bookable.takers, bookable.meeting_type
	if bookable.link and bookable.link.starts is not None:
		request = replace(request, given_starts=bookable.link.starts)
	members = load_members(meeting_type, hosts, request, first, last, now, lock=lock) if hosts else []
	together, at_least = meeting_type.assignment == "Collective", bookable.at_least
	pool = engine.HostPool(members, now, together=together, at_least=at_least, dates_in=bookable.page.timezone)
	return Offer(meeting_type.assignment, tuple(hosts), pool, at_least)
