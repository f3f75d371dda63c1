"""Slots that a guest is about to book, kept from others for some minutes.

A hold is a courtesy, never the guard: what is booked is decided under the lock. So holds live in the site's cache,
where they cost a reader no query and nobody has to clear them away, and a cache that was emptied loses nothing but
some courtesy.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

import frappe

from scheduler_integration import engine

CACHE_KEY = "scheduler_integration_holds"
SINCE_KEY = "scheduler_integration_held_since"
# How many slots, or dates of longer meetings, one address may keep from others at a time: the eldest hold goes first.
MOST_OF_ONE_ADDRESS = 5
# For how many times its length a hold may be renewed in all, and then for how many nobody at that address gets it again.
MOST_LENGTHS = 2
REST_LENGTHS = 1


@dataclass(frozen=True, slots=True)
class Hold:
	"""Held times are epoch seconds, buffers minutes; `key` is its holder's secret, `address` a hash."""

	key: str
	meeting_type: str
	users: tuple[str, ...]
	parts: tuple[engine.Interval, ...]
	buffer_before: int
	buffer_after: int
	expires_at: int
	address: str = ""
	began_at: int = 0

	def outranks(self, other: "Hold") -> bool:
		"""Whether this hold goes first where both keep the same time: they can't both be booked, and one has to be."""
		return self.overlaps(other) and (self.began_at, self.key) < (other.began_at, other.key)

	def overlaps(self, other: "Hold") -> bool:
		"""Whether both keep some time of one host."""
		return not {*self.users}.isdisjoint(other.users) and any(
			start < other_end and other_start < end
			for start, end in self.parts
			for other_start, other_end in other.parts
		)


def held_slots(
	users: Iterable[str], meeting_type: str | None, now: int, own: str | None = None
) -> dict[str, list[engine.Booked]]:
	"""The time of these users that is held at `now`, but for what `own`, a key, holds.

	Of two guests who held the same time at the same moment, the first isn't kept from it by the second.
	"""
	wanted, live = set(users), _live(now)
	mine = [hold for hold in live if hold.key == own]
	found: dict[str, list[engine.Booked]] = defaultdict(list)
	for hold in live:
		if hold.key != own and not any(each.outranks(hold) for each in mine):
			for user in wanted.intersection(hold.users):
				found[user] += _booked(hold, hold.meeting_type == meeting_type)
	return found


def put_hold(hold: Hold, now: int) -> None:
	"""Stores the hold, and forgets those that are over and the eldest of an address that has too many.

	Of a meeting over more dates than an address may hold, the first ones are held.
	"""
	hold = replace(hold, parts=hold.parts[:MOST_OF_ONE_ADDRESS])
	mine = [known for known in _live(now) if known.address == hold.address and known.key != hold.key]
	_forget(_expired(now) + _surplus(mine, MOST_OF_ONE_ADDRESS - len(hold.parts)))
	frappe.cache.hset(CACHE_KEY, hold.key, asdict(hold))


def held_dates(key: str, meeting_type: str, start: int, now: int) -> tuple[int, ...]:
	"""The starts of the parts that `key` holds of a meeting at `start`; none where it holds no such meeting."""
	mine = (hold for hold in _live(now) if (hold.key, hold.meeting_type) == (key, meeting_type))
	return next((tuple(part[0] for part in hold.parts) for hold in mine if hold.parts[0][0] == start), ())


def held_until(address: str, user: str, start: int, now: int, seconds: int) -> int:
	"""When a hold of `seconds` lapses that `address`, a hash, begins or renews on this user's `start`; remembers when it began.

	Not after `now` where the address had it for as long as it may, by whatever key: it rests for a while.
	"""
	key = f"{SINCE_KEY}:{address}:{user}:{start}"
	remembered = (MOST_LENGTHS + REST_LENGTHS) * seconds
	since = frappe.cache.get_value(key, expires=True)
	if since is None or not since <= now < since + remembered:
		since = now
		frappe.cache.set_value(key, since, expires_in_sec=remembered)
	return min(now, since + (MOST_LENGTHS - 1) * seconds) + seconds


def release_hold(key: str) -> None:
	"""Gives the slot back; nothing happens where there is no such hold."""
	_forget([key])


def address_hash(address: str | None) -> str:
	"""Tells the networks that guests come from apart without keeping them."""
	return hashlib.sha256(f"{frappe.local.site}{address or ''}".encode()).hexdigest()[:16]


def _surplus(holds: list[Hold], room: int) -> list[str]:
	"""The keys of the eldest holds that have to go for the others' parts to find room."""
	kept = sum(len(hold.parts) for hold in holds)
	surplus = []
	for hold in sorted(holds, key=lambda hold: hold.expires_at):
		if kept > room:
			surplus.append(hold.key)
			kept -= len(hold.parts)
	return surplus


def _live(now: int) -> list[Hold]:
	return [hold for hold in _all() if hold.expires_at > now]


def _expired(now: int) -> list[str]:
	return [hold.key for hold in _all() if hold.expires_at <= now]


def _all() -> list[Hold]:
	return [Hold(**stored) for stored in (frappe.cache.hgetall(CACHE_KEY) or {}).values()]


def _forget(keys: list[str]) -> None:
	for key in keys:
		frappe.cache.hdel(CACHE_KEY, key)


def _booked(hold: Hold, counts: bool) -> list[engine.Booked]:
	return [
		engine.Booked(
			start,
			end,
			hold.buffer_before,
			hold.buffer_after,
			counts=counts,
			label="",
			is_first_day=not index,
			is_hold=True,
		)
		for index, (start, end) in enumerate(hold.parts)
	]
