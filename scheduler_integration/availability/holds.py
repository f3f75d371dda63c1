"""Slots that a guest is about to book, kept from others for some minutes.

A hold is a courtesy, never the guard: what is booked is decided under the lock. So holds live in the site's cache,
where they cost a reader no query and nobody has to clear them away, and a cache that was emptied loses nothing but
some courtesy.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import frappe

from scheduler_integration import engine

CACHE_KEY = "scheduler_integration_holds"
# How many slots one address may keep from others at a time: the eldest goes first.
MOST_OF_ONE_ADDRESS = 5


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


def held_slots(
	users: Iterable[str], meeting_type: str | None, now: int, own: str | None = None
) -> dict[str, list[engine.Booked]]:
	"""The time of these users that is held at `now`, but for what `own`, a key, holds."""
	wanted = set(users)
	found: dict[str, list[engine.Booked]] = defaultdict(list)
	for hold in _live(now):
		if hold.key != own:
			for user in wanted.intersection(hold.users):
				found[user] += _booked(hold, hold.meeting_type == meeting_type)
	return found


def put_hold(hold: Hold, now: int) -> None:
	"""Stores the hold, and forgets those that are over and the eldest of an address that has too many."""
	mine = [known for known in _live(now) if known.address == hold.address and known.key != hold.key]
	mine.sort(key=lambda known: known.expires_at)
	surplus = mine[: max(0, len(mine) + 1 - MOST_OF_ONE_ADDRESS)]
	_forget([known.key for known in surplus] + _expired(now))
	frappe.cache.hset(CACHE_KEY, hold.key, asdict(hold))


def release_hold(key: str) -> None:
	"""Gives the slot back; nothing happens where there is no such hold."""
	_forget([key])


def address_hash(address: str | None) -> str:
	"""Tells addresses apart without keeping them."""
	return hashlib.sha256(f"{frappe.local.site}{address or ''}".encode()).hexdigest()[:16]


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
