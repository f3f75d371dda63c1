"""The guard against double booking: a lock, and a unique index under it.

1. `lock_hosts` locks the hosts' rows in Host Calendar, in name order. It is the first lock of a new booking, and
   everybody else who books one of these hosts waits here. Reads that decide come after it, and must show the newest
   state: see platform/transactions.py.
2. `store_buckets` stores one row for each host and bucket of five minutes, unique in the database. Even code that forgets
   the lock can't store two live meetings at the same time. The rows of a session belong to all its bookings together,
   and its seats are numbered (see bookings/guard.py).

Two people book Jane from 09:00 to 09:30 at the same moment:

    first request                           second request
    lock_hosts: gets Jane's row             lock_hosts: waits for Jane's row
    reads: 09:00 is free                    .
    stores the booking and six buckets      .
    commits                                 gets Jane's row
                                            reads the newest state: 09:00 is taken, raises SlotTaken
                                            (a read of the state before the wait would say that 09:00 is free)

A bucket's number is its epoch seconds divided by 300. On 23 November 2026, 09:00 UTC is 1795424400, so these six are
5984748 (09:00 to 09:05) to 5984753 (09:25 to 09:30). A meeting from 09:30 begins with 5984754 and is no conflict.
Buffers have no buckets: only the check under the lock keeps them free.

The seats of a session are numbered and unique in the database, so that the last one can't be booked twice. A workshop has 10
seats, numbered 0 to 9. If 0 to 7 are taken, a party of two gets 8 and 9. If 8 is taken too, the party gets SlotTaken, and one
person alone can still book. The seats of a cancelled booking are used again, the lowest number first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.defaults import insert_host_calendar
from scheduler_integration.catalogue.durations import GRID_MINUTES
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.exceptions import SlotTaken
from scheduler_integration.meetings.load import users_of
from scheduler_integration.platform.sql import insert_rows, value
from scheduler_integration.platform.transactions import current_attempt, is_cluster, require_locked

BUCKET_SECONDS = GRID_MINUTES * 60
# A host's user and the number of a bucket.
Bucket = tuple[str, int]


def lock_hosts(users: Iterable[str]) -> None:
	"""Wait until nobody else is booking these hosts, and make others wait until the transaction ends.

	Makes the missing Host Calendars. Raises DuplicateEntryError if another transaction makes one at the same moment;
	the command is repeated then. Raises HostsNotLocked outside of a command.
	"""
	attempt, wanted = require_locked(()), sorted(set(users))
	if wanted and (missing := sorted(set(wanted) - set(_lock(wanted)))):
		for user in missing:
			insert_host_calendar(user)
		_lock(missing)
	attempt.hosts.update(wanted)
	attempt.lock_again = partial(lock_hosts, tuple(attempt.hosts))


def lock_takers(bookable: Bookable) -> list[str]:
	"""Lock everybody who can host the meeting, and return their users, sorted. Locks the meeting type's waitlist too."""
	users = sorted(bookable.users)
	lock_hosts(users)
	return users


def lock_further_hosts(users: Iterable[str]) -> None:
	"""Lock those of the users who aren't locked yet: hosts of whom a command hears only after its first lock."""
	if missing := set(users) - require_locked(()).hosts:
		lock_hosts(missing)


def store_buckets(*bookings: Document) -> None:
	"""Make the stored buckets and seats those of the bookings as they are now: of a session, a series, or of one booking.

	A cancelled booking loses its rows; the buckets of its session stay while others attend it. Raises SlotTaken if another
	meeting has one of the buckets, or if the session has too few seats left, and HostsNotLocked in a command that forgets
	the lock.
	"""
	if current_attempt():
		require_locked(users_of(bookings))
	for together in by_session(bookings):
		take_seats(together)
		wanted, first = _wanted_by(together), together[0]
		# A new booking holds nothing. If it joins a session, the session's buckets are there already.
		held = _held_by(together) if first.session or not first.flags.in_insert else set()
		if {bucket for bucket, _booking in wanted} == held:
			continue
		if held:
			# Only if there are rows: in InnoDB, a DELETE that finds no row locks a gap, and other hosts' bookings couldn't insert
			# there.
			frappe.db.delete("Booking Slot", _holder(together))
		_insert_buckets(first.session or None, wanted)


def by_session(bookings: Sequence[Document]) -> list[list[Document]]:
	"""Return the bookings, those of one session together, and those without a session together."""
	groups: dict[str, list[Document]] = defaultdict(list)
	for booking in bookings:
		groups[booking.session or ""].append(booking)
	return list(groups.values())


def release_buckets(booking: Document) -> None:
	"""Delete the booking's buckets and seats. The buckets of a session stay while others attend it."""
	if booking.session:
		release_seats([booking])
	if not others_in_session([booking]):
		frappe.db.delete("Booking Slot", _holder([booking]))


def move_session_key(session: str, new: str, leaving: str, coming: str, since: int) -> None:
	"""Move a session's buckets and seats from the key `session` to the key `new`.

	Buckets of the host `leaving` go to the host `coming`, from the instant `since` (epoch seconds) on. Earlier days of
	a multi-day meeting stay with `leaving`. Raises SlotTaken if another meeting has one of these buckets of `coming`.
	"""
	slot, seat = frappe.qb.DocType("Booking Slot"), frappe.qb.DocType("Booking Seat")
	hosts = frappe.qb.update(slot).set(slot.host, coming).where((slot.session == session) & (slot.host == leaving))
	hosts = hosts.where(slot.bucket >= since // BUCKET_SECONDS)
	with unique_or_taken():
		hosts.run()
	frappe.qb.update(slot).set(slot.session, new).where(slot.session == session).run()
	frappe.qb.update(seat).set(seat.session, new).where(seat.session == session).run()


def release_before(instant: int) -> None:
	"""Delete the buckets and the sessions' seats that ended before `instant` (epoch seconds): nobody can book them."""
	frappe.db.delete("Booking Slot", {"bucket": ("<", instant // BUCKET_SECONDS)})
	release_seats_before(instant)


def _lock(users: list[str]) -> list[str]:
	"""Lock the rows of these hosts, and return the users whose rows there are.

	The locks of a Galera cluster are those of one node. There the rows change too: of two commands for one host on two nodes
	the second to commit fails then, and is repeated, also if only a buffer or a limit forbids them both. `idx` is Frappe's
	number of a row within its parent, and a Host Calendar has none.
	"""
	found = list(frappe.db.sql(_lock_query(frappe.db.db_type), {"users": tuple(users)}, pluck=True))
	if found and is_cluster():
		calendar = frappe.qb.DocType("Host Calendar")
		query = frappe.qb.update(calendar).set(calendar.idx, calendar.idx + 1)
		query.where(calendar.user.isin(found)).run()
	return found


@lru_cache
def _lock_query(database: str) -> str:
	calendar = frappe.qb.DocType("Host Calendar")
	query = frappe.qb.from_(calendar).select(calendar.user).where(calendar.user.isin(value("users")))
	if database == "mariadb":
		# Without the hint, MariaDB reads a small table as a whole, and so waits for the locked rows of other hosts.
		query = query.force_index("user")
	sql: str = query.orderby(calendar.user).for_update().get_sql()
	return sql


def _buckets_of(booking: Document) -> Iterable[Bucket]:
	return (
		(row.user, bucket)
		for row in booking.hosts
		for bucket in range(row.starts_at // BUCKET_SECONDS, -(-row.ends_at // BUCKET_SECONDS))
	)


def _wanted_by(together: Sequence[Document]) -> list[tuple[Bucket, str]]:
	"""Return the buckets that the bookings need, each with the name of its booking. One that two need occurs twice."""
	live: Sequence[Document] = [booking for booking in together if booking.is_live()]
	if together[0].session:
		live = live[:1] or (together[:1] if others_in_session(together) else [])
	return [(bucket, booking.name) for booking in live for bucket in _buckets_of(booking)]


def _holder(together: Sequence[Document]) -> dict[str, Any]:
	"""Return the filter for the bookings' buckets. Bookings of one session share their buckets."""
	first = together[0]
	return {"session": first.session} if first.session else {"booking": ["in", [each.name for each in together]]}


def _held_by(together: Sequence[Document]) -> set[Bucket]:
	"""Return the stored buckets of the bookings or their session, as (host, bucket)."""
	# Another booking may have just stored the rows of a session, so they need a locking read. A booking's own rows
	# don't: in InnoDB a locking read that finds no row locks a gap, and other hosts' bookings couldn't insert there.
	is_shared = bool(together[0].session)
	rows = frappe.db.get_values("Booking Slot", _holder(together), ["host", "bucket"], for_update=is_shared)
	return {(host, bucket) for host, bucket in rows}


def _insert_buckets(session: str | None, buckets: Sequence[tuple[Bucket, str]]) -> None:
	"""Insert the buckets of these bookings, sorted: two bookings that insert in the same order can't deadlock."""
	if not buckets:
		return
	insert_unique(
		"Booking Slot",
		["name", "host", "bucket", "booking", "session"],
		[
			(frappe.generate_hash(length=10), host, bucket, booking, session)
			for (host, bucket), booking in sorted(buckets)
		],
	)


def take_seats(bookings: Sequence[Document]) -> None:
	"""Make the stored seats those of the bookings of one session, as they are now.

	Raises SlotTaken if too few are left in the session.
	"""
	if not bookings[0].session:
		return
	names = [booking.name for booking in bookings]
	held = Counter(frappe.get_all("Booking Seat", {"booking": ["in", names]}, pluck="booking"))
	changed = [booking for booking in bookings if held[booking.name] != (booking.seats if booking.is_live() else 0)]
	release_seats([each for each in changed if held[each.name]])
	_insert_seats([each for each in changed if each.is_live()])


def release_seats(bookings: Sequence[Document]) -> None:
	"""Delete the bookings' seats, so that others can take them."""
	if bookings:
		frappe.db.delete("Booking Seat", {"booking": ["in", [booking.name for booking in bookings]]})


def release_seats_before(instant: int) -> None:
	"""Delete the seats of sessions that ended before `instant` (epoch seconds). Nobody can join them any more."""
	seat, booking = frappe.qb.DocType("Booking Seat"), frappe.qb.DocType("Booking")
	over = frappe.qb.from_(booking).select(booking.name).where((booking.ends_at < instant) & (booking.session != ""))
	frappe.qb.from_(seat).delete().where(seat.booking.isin(over)).run()


def others_in_session(bookings: Sequence[Document]) -> bool:
	"""Whether other bookings have seats in the session of these, so that it takes place without them."""
	if not bookings[0].session:
		return False
	seat = frappe.qb.DocType("Booking Seat")
	query = frappe.qb.from_(seat).select(seat.name).where(seat.session == bookings[0].session)
	# A locking read. If the last two attendees cancel at once, the second must see that the first one is gone.
	# Otherwise neither of them would release the hosts' time.
	names = [booking.name for booking in bookings]
	return bool(query.where(seat.booking.notin(names)).limit(1).for_update().run())


def insert_unique(doctype: str, fields: list[str], rows: list[tuple[Any, ...]]) -> None:
	"""Insert all rows with one statement. Raises SlotTaken if a unique index refuses one of them."""
	with unique_or_taken():
		insert_rows(doctype, fields, rows)


@contextmanager
def unique_or_taken() -> Iterator[None]:
	"""Turn the error of a unique index into SlotTaken."""
	try:
		yield
	except Exception as error:
		if frappe.db.is_unique_key_violation(error):
			raise SlotTaken from error
		raise


def _insert_seats(bookings: Sequence[Document]) -> None:
	if not bookings:
		return
	takers = [booking for booking in bookings for _each in range(booking.seats)]
	rows = [
		(frappe.generate_hash(length=10), booking.session, number, booking.name)
		for booking, number in zip(takers, _free_numbers(bookings[0], len(takers)), strict=True)
	]
	insert_unique("Booking Seat", ["name", "session", "seat", "booking"], rows)


def _free_numbers(booking: Document, wanted: int) -> list[int]:
	seat = frappe.qb.DocType("Booking Seat")
	query = frappe.qb.from_(seat).select(seat.seat).where(seat.session == booking.session)
	# A locking read. An ordinary one may show the seats from before the wait for the hosts' lock.
	taken = set(query.for_update().run(pluck=True))
	seats = frappe.get_cached_value("Meeting Type", booking.meeting_type, "seats") or 1
	free = [number for number in range(seats) if number not in taken]
	if len(free) < wanted:
		raise SlotTaken
	return free[:wanted]
