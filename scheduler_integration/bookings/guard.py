"""The guard against double booking: a lock, and a unique index under it.

1. `lock_hosts` locks the hosts' rows in Host Calendar, in name order. It is the first lock of a new booking, and
   everybody else who books one of these hosts waits here. Reads that decide come after it, and must show the newest
   state: see platform/transactions.py.
2. `store_buckets` stores one row for each host and bucket of five minutes, unique in the database. Even code that forgets
   the lock can't store two live meetings at the same time. The rows of a session belong to all its bookings together,
   and its seats are numbered (see bookings/seats.py).

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
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.defaults import insert_host_calendar
from scheduler_integration.bookings.seats import (
	insert_unique,
	others_in_session,
	release_seats,
	release_seats_before,
	take_seats,
	unique_or_taken,
)
from scheduler_integration.catalogue.durations import GRID_MINUTES
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.platform.sql import value
from scheduler_integration.platform.transactions import current_attempt, require_locked

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
	users = sorted({host.user for host in bookable.takers})
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
		require_locked(user for booking in bookings for user in booking.host_users())
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
	return list(frappe.db.sql(_lock_query(frappe.db.db_type), {"users": tuple(users)}, pluck=True))


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
