"""The free times of a meeting type, while they are given away one after the other to those on its waitlist."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from scheduler_integration import engine
from scheduler_integration.availability.holds import OFFER, Hold, as_booked
from scheduler_integration.availability.offer import Offer
from scheduler_integration.bookings import hosts_to_hold
from scheduler_integration.waitlist.hours import LEAST_SECONDS
from scheduler_integration.waitlist.rows import Entry, Held

# Offers to strangers together hold at most one part in so many of the times of a date, as their holds do: whoever joins
# under a hundred addresses must not close a calendar. So many times they get on any date.
SHARE_OF_DATE, LEAST_TIMES = 3, 2


class FreeTimes:
	"""The times that can be booked from `now` to `last` (epoch seconds), for those who wait.

	`offers` are by duration in minutes and number of seats. `moving` are the hosts' users with whom the meeting of an entry can
	be moved, by the entry's name; None means all. `seats` are those of these meetings. `for_strangers` are the starts that
	strangers are offered already.
	"""

	def __init__(
		self,
		offers: Mapping[tuple[int, int], Offer],
		now: int,
		last: int,
		moving: Mapping[str, set[str] | None],
		seats: Mapping[str, int],
		for_strangers: Iterable[int] = (),
	):
		self._for_strangers = Counter(map(_date, for_strangers))
		self._offers, self._now, self._last, self._moving, self._seats = dict(offers), now, last, moving, seats
		self._starts: dict[tuple[int, int, str], list[int]] = {}
		self.held: list[Held] = []

	def shared_by(self, entry: Entry, start: int) -> Callable[[Entry], bool]:
		"""Return a function that says of others whether the hold of the free time at `start` for this person is for them too.

		They want as much time, and can meet whom it holds.
		"""
		size, users = self._size(entry), {*self.hold(entry, start).users}

		def is_shared(other: Entry) -> bool:
			hosts = self._moving.get(other.name)
			return self._size(other) == size and (hosts is None or users <= hosts)

		return is_shared

	def starts(self, entry: Entry) -> list[int]:
		"""Return the starts that the entry can be offered, ascending. Those are left out that soon can't be booked any more."""
		key = *self._size(entry), entry.name if entry.booking else ""
		if key not in self._starts:
			starts = self.offer_for(entry).pool.starts(self._now, self._last)
			earliest = self._now + self._notice(entry) + LEAST_SECONDS
			self._starts[key] = [start for start in starts if start >= earliest]
		return self._left_to_strangers(entry, self._starts[key]) if entry.is_stranger else self._starts[key]

	def latest(self, entry: Entry, start: int) -> int:
		"""Return until when the time at `start` can be booked, in epoch seconds."""
		return start - self._notice(entry)

	def _notice(self, entry: Entry) -> int:
		rules = self._offers[self._size(entry)].pool.rules
		return rules.minimum_notice * 60 if rules else 0

	def _left_to_strangers(self, entry: Entry, starts: list[int]) -> list[int]:
		"""Return those of the starts on whose date strangers hold less than their share. Seats of sessions close nothing."""
		rules = self.offer_for(entry).pool.rules
		if not rules or rules.seats > 1:
			return starts
		free, ends = Counter[int](), 0
		for start in starts:
			if start >= ends:
				free[_date(start)] += 1
				ends = start + entry.duration * 60
		held = self._for_strangers
		return [
			start
			for start in starts
			if held[day := _date(start)] < max(LEAST_TIMES, (free[day] + held[day]) // SHARE_OF_DATE)
		]

	def _size(self, entry: Entry) -> tuple[int, int]:
		return entry.duration, self._seats.get(entry.name, 1)

	def take(self, entry: Entry, start: int) -> None:
		"""Let the time at `start` be free no longer. Its hosts and parts are the last item of `held` then."""
		held = self.hold(entry, start)
		self.held.append(held)
		self._for_strangers[_date(start)] += entry.is_stranger
		items = [
			engine.Booked(
				first,
				last,
				held.buffer_before,
				held.buffer_after,
				True,
				seats=held.seats,
				is_first_day=not index,
				is_hold=True,
			)
			for index, (first, last) in enumerate(held.parts)
		]
		self._offers = {size: _with_booked(offer, held.users, items) for size, offer in self._offers.items()}
		self._starts.clear()

	def hold(self, entry: Entry, start: int) -> Held:
		"""Return what is held for this person if the time at `start`, which must be free, is offered to them."""
		# The time that a hold takes for a meeting of so many seats at the bookable `start`.
		offer = self.offer_for(entry)
		seats = self._size(entry)[1]
		hosts = hosts_to_hold(offer, start)
		rules = [each.member.rules for each in hosts]
		return Held(
			tuple(each.user for each in hosts),
			tuple(offer.pool.parts(start, hosts[0].user)),
			max(rule.buffer_before for rule in rules),
			max(rule.buffer_after for rule in rules),
			max(rule.minimum_notice for rule in rules),
			seats,
		)

	def offer_for(self, entry: Entry) -> Offer:
		"""Return what is free for this person. The time of the meeting that they want to move counts as free."""
		offer = self._offers[self._size(entry)]
		if not entry.booking or not offer.pool.members:
			return offer
		users = self._moving.get(entry.name)
		members = [
			replace(
				each, host=replace(each.host, booked=[item for item in each.host.booked if item.label != entry.booking])
			)
			for each in offer.pool.members
			if users is None or each.host.name in users
		]
		return replace(offer, pool=offer.pool.with_members(members))


def with_promised(offer: Offer, promised: Iterable[Hold], meeting_type: str) -> Offer:
	"""Return the offer with exactly these holds as the time that waitlists' offers hold. `meeting_type` is a record's name."""
	booked: dict[str, list[engine.Booked]] = defaultdict(list)
	for hold in promised:
		for user in hold.users:
			booked[user] += as_booked(hold, hold.meeting_type == meeting_type)
	members = []
	for each in offer.pool.members:
		without = [item for item in each.host.booked if item.label != OFFER]
		members.append(replace(each, host=replace(each.host, booked=[*without, *booked[each.host.name]])))
	return replace(offer, pool=offer.pool.with_members(members)) if members else offer


def _date(start: int) -> int:
	"""Return the number of the date in UTC: which one it is by a wall clock doesn't matter for a share."""
	return start // 86400


def _with_booked(offer: Offer, users: tuple[str, ...], items: list[engine.Booked]) -> Offer:
	members = [
		replace(each, host=replace(each.host, booked=[*each.host.booked, *items])) if each.host.name in users else each
		for each in offer.pool.members
	]
	return replace(offer, pool=offer.pool.with_members(members))
