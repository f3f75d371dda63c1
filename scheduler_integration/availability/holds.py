"""Holds: slots that a visitor is about to book, hidden from others for some minutes.

A hold is a courtesy. It never protects a booking: the lock row and the unique index do that. So holds are kept in the
site's cache. Reading them takes no query, and if the cache is emptied, no booking is lost.

All holds are in one hash. The name of an entry says whose time it is, until when and for whom, so a request reads the names
and then only the holds of its own hosts:

    "1795424400 5f2c… 9ab1… jane@hosts.example"    expiry, visitor's address, visitor's key, host
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import NamedTuple

import frappe

from scheduler_integration import engine

CACHE_KEY = "scheduler_integration_holds"
SINCE_KEY = "scheduler_integration_held_since"
# One address may hold this many slots at a time; each date of a multi-day meeting counts as one.
MOST_OF_ONE_ADDRESS = 5
# A slot may be held for MOST_LENGTHS times the length of a hold in total. Then the address can't hold it for
# REST_LENGTHS times that length. See `held_until`.
MOST_LENGTHS = 2
REST_LENGTHS = 1
# The label of time that a waitlist's offer holds.
OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Hold:
	"""Time of the `users` that a visitor holds.

	`parts`, `expires_at` and `began_at` are epoch seconds, buffers are minutes. `key` is the visitor's secret, and
	`address` is a hash of the visitor's network address. The hold of a waitlist's offer has its key as address too. `seats`
	are those that it takes in a session.
	"""

	key: str
	meeting_type: str
	users: tuple[str, ...]
	parts: tuple[engine.Interval, ...]
	buffer_before: int
	buffer_after: int
	expires_at: int
	address: str = ""
	began_at: int = 0
	seats: int = 1

	@property
	def is_offer(self) -> bool:
		"""Whether a waitlist's offer holds the time."""
		return self.address == self.key

	def outranks(self, other: "Hold") -> bool:
		"""Return whether the two holds overlap and this one began first. The key decides if both began in one second.

		Exactly one of two overlapping holds outranks the other, so one of the two visitors can always book.
		"""
		return self.overlaps(other) and (self.began_at, self.key) < (other.began_at, other.key)

	def overlaps(self, other: "Hold") -> bool:
		"""Return whether both hold some of the same time of the same host, without buffers."""
		return not {*self.users}.isdisjoint(other.users) and any(
			start < other_end and other_start < end
			for start, end in self.parts
			for other_start, other_end in other.parts
		)


def held_slots(
	users: Iterable[str], meeting_type: str | None, now: int, own: str | None = None
) -> dict[str, list[engine.Booked]]:
	"""Return the time of each user that is held at `now`, without the hold whose key is `own`.

	Holds that this hold outranks are left out too. If two visitors hold the same time, the first can still book it:

		10:00:00   Ann holds 14:00        held for Ann: nothing
		10:00:01   Ben holds 14:00        held for Ben: Ann's hold
	"""
	wanted = set(users)
	live = _holds([each for each in _entries() if each.expires_at > now and (each.user in wanted or each.key == own)])
	mine = [hold for hold in live if hold.key == own]
	booked: dict[str, list[engine.Booked]] = defaultdict(list)
	for hold in live:
		if hold.key != own and not any(each.outranks(hold) for each in mine):
			for user in wanted.intersection(hold.users):
				booked[user] += as_booked(hold, hold.meeting_type == meeting_type)
	return booked


def put_hold(hold: Hold, now: int) -> None:
	"""Store the hold. Remove expired holds, and the oldest holds of the same address if it has too many.

	A multi-day meeting is held on its first MOST_OF_ONE_ADDRESS dates.
	"""
	hold = _limited(hold)
	entries = _entries()
	mine = [each for each in entries if each.expires_at > now and each.address == hold.address and each.key != hold.key]
	gone = {hold.key, *_surplus(_holds(mine), MOST_OF_ONE_ADDRESS - len(hold.parts))}
	names = [_name(hold, user) for user in hold.users]
	for name in names:
		frappe.cache.hset(CACHE_KEY, name, asdict(hold))
	# A hold that is repeated is there all the time.
	_forget(entry for entry in entries if (entry.expires_at <= now or entry.key in gone) and entry.name not in names)


def held_dates(key: str, meeting_type: str, start: int, now: int) -> tuple[int, ...]:
	"""Return the starts of the parts that `key` holds for a meeting at `start`; empty without such a hold."""
	mine = _holds([entry for entry in _entries() if entry.key == key and entry.expires_at > now])
	mine = [hold for hold in mine if (hold.meeting_type, hold.parts[0][0]) == (meeting_type, start)]
	return tuple(part[0] for hold in mine for part in hold.parts)


def held_until(address: str, user: str, start: int, now: int, seconds: int) -> int:
	"""Return when a hold of `seconds` expires that `address` (a hash) begins or renews at this user's `start`.

	Returns `now` or earlier if the address has held the slot for as long as it may. The cache remembers by address when
	the first hold began, so a new key doesn't help. With holds of 10 minutes:

		12:00   begins     until 12:10
		12:05   renews     until 12:15
		12:15   renews     until 12:20, 20 minutes in total
		12:25   refused    12:20 is over
		12:30   begins     until 12:40
	"""
	key = f"{SINCE_KEY}:{address}:{user}:{start}"
	remembered = (MOST_LENGTHS + REST_LENGTHS) * seconds
	since: int | None = frappe.cache.get_value(key, expires=True)
	if since is None or not since <= now < since + remembered:
		since = now
		frappe.cache.set_value(key, since, expires_in_sec=remembered)
	return min(now, since + (MOST_LENGTHS - 1) * seconds) + seconds


def release_hold(*keys: str) -> None:
	"""Remove the holds with these keys. An unknown key changes nothing."""
	_forget(entry for entry in _entries() if entry.key in keys)


def release_after_commit(*keys: str | None) -> None:
	"""Remove the holds with these keys once the transaction is committed. None is no key.

	Holds are in the cache, which has no rollback. If the command fails, the person keeps the hold.
	"""
	if given := [key for key in keys if key]:
		frappe.db.after_commit.add(partial(release_hold, *given))


def put_offers(holds: Iterable[Hold]) -> None:
	"""Store the holds of new offers. They are the first of their keys, so nothing is removed and the cache isn't read."""
	for hold in holds:
		for user in hold.users:
			frappe.cache.hset(CACHE_KEY, _name(hold, user), asdict(_limited(hold)))


def keep_offers(users: Iterable[str], offers: Iterable[Hold]) -> None:
	"""Let these be the only holds of waitlists' offers that take the time of one of the users.

	The cache is read once, however many there are, and only what is missing is written: a look at a waitlist does this each
	time.
	"""
	wanted, missing = set(users), {_name(hold, user): hold for hold in offers for user in hold.users}
	gone = []
	for entry in _entries():
		is_kept = missing.pop(entry.name, None)
		if entry.user in wanted and entry.address == entry.key and not is_kept:
			gone.append(entry)
	for name, hold in missing.items():
		frappe.cache.hset(CACHE_KEY, name, asdict(_limited(hold)))
	_forget(gone)


def as_booked(hold: Hold, counts: bool) -> list[engine.Booked]:
	"""Return the parts of the hold as they are in a host's calendar. `counts` if it is of the meeting type that is asked for."""
	return [
		engine.Booked(
			start,
			end,
			hold.buffer_before,
			hold.buffer_after,
			counts=counts,
			label=OFFER if hold.is_offer else "",
			seats=hold.seats,
			is_first_day=not index,
			is_hold=True,
		)
		for index, (start, end) in enumerate(hold.parts)
	]


def address_hash(address: str | None) -> str:
	"""Return a hash of a visitor's network address, so that the address itself isn't stored."""
	return hashlib.sha256(f"{frappe.local.site}{address or ''}".encode()).hexdigest()[:16]


def _name(hold: Hold, user: str) -> str:
	return f"{hold.expires_at} {hold.address} {hold.key} {user}"


def _limited(hold: Hold) -> Hold:
	return replace(hold, parts=hold.parts[:MOST_OF_ONE_ADDRESS])


def _surplus(holds: list[Hold], room: int) -> list[str]:
	"""Return the keys of the holds to remove, those that expire first, so that at most `room` parts are left."""
	kept = sum(len(hold.parts) for hold in holds)
	surplus = []
	for hold in sorted(holds, key=lambda hold: hold.expires_at):
		if kept > room:
			surplus.append(hold.key)
			kept -= len(hold.parts)
	return surplus


class _Entry(NamedTuple):
	expires_at: int
	address: str
	key: str
	user: str
	name: str


def _entries() -> list[_Entry]:
	entries = []
	for name in map(bytes.decode, frappe.cache.hkeys(CACHE_KEY)):
		until, address, key, user = name.split(" ", 3)
		entries.append(_Entry(int(until), address, key, user, name))
	return entries


def _holds(entries: Iterable[_Entry]) -> list[Hold]:
	"""Return the holds of these entries. A hold of several hosts has an entry for each of them."""
	names = {entry.key: entry.name for entry in entries}
	stored = [frappe.cache.hget(CACHE_KEY, name) for name in names.values()]
	# An entry may have been removed since its name was read.
	return [Hold(**fields) for fields in stored if fields]


def _forget(entries: Iterable[_Entry]) -> None:
	for entry in entries:
		frappe.cache.hdel(CACHE_KEY, entry.name)
