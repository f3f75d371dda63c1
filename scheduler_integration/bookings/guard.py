"""The guard against double booking: a lock, and a unique index under it.

1. `lock_hosts` takes the hosts' rows in Host Calendar, in name order, as the booking's first lock. Whoever books one of
   these hosts waits here. Reads that decide must follow it and be locking reads themselves: InnoDB's repeatable read
   shows an ordinary read made after the wait the state from before it.
2. `hold_time` stores one row for each five minutes of each host, unique on host and bucket. Code that forgets the lock
   still can't store two live meetings on the same time. Of a session with seats the rows belong to all its bookings
   together, and its seats are numbered (see bookings/seats.py).
"""

from collections.abc import Iterable

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.defaults import insert_host_calendar
from scheduler_integration.bookings.seats import (
	give_seats_back,
	insert_unique,
	others_in_session,
	release_seats_before,
	take_seats,
	unique_or_taken,
)
from scheduler_integration.catalogue.durations import GRID_MINUTES

BUCKET_SECONDS = GRID_MINUTES * 60


def lock_hosts(users: Iterable[str]) -> None:
	"""Waits until nobody else books these hosts, and keeps others out until the transaction ends."""
	wanted = sorted(set(users))
	if not wanted:
		return
	frappe.flags.scheduling_hosts = wanted
	missing = set(wanted) - set(_lock(wanted))
	if missing:
		for user in sorted(missing):
			insert_host_calendar(user)
		_lock(wanted)


def lock_again() -> None:
	"""Waits for the hosts that were wanted last, as the first thing of a transaction that repeats its work."""
	lock_hosts(frappe.flags.scheduling_hosts or ())


def forget_wanted() -> None:
	"""New work begins, which may want other hosts."""
	frappe.flags.scheduling_hosts = None


def hold_time(booking: Document) -> None:
	"""Makes the held buckets those of the booking as it is now. Raises SlotTaken where another meeting holds one."""
	take_seats(booking)
	wanted = set(_buckets_of(booking)) if booking.is_live() or others_in_session(booking) else set()
	held = _held_by(booking)
	if wanted == held:
		return
	if held:
		# Deleting rows that aren't there would lock the gap in which other hosts' rows go.
		frappe.db.delete("Booking Slot", _holder(booking))
	_insert_buckets(booking, sorted(wanted))


def release_time(booking: Document) -> None:
	"""Gives up all the time and the seats that the booking holds; a session keeps what its others hold."""
	if booking.session:
		give_seats_back(booking)
	if not others_in_session(booking):
		frappe.db.delete("Booking Slot", _holder(booking))


def move_session(session: str, new: str, leaving: str, coming: str, since: int) -> None:
	"""Lets the time and the seats of a session be those of `new`, a key, from the instant `since` on with the host `coming`
	instead of `leaving`.

	Raises SlotTaken where the new host's time is held.
	"""
	slot, seat = frappe.qb.DocType("Booking Slot"), frappe.qb.DocType("Booking Seat")
	hosts = frappe.qb.update(slot).set(slot.host, coming).where((slot.session == session) & (slot.host == leaving))
	hosts = hosts.where(slot.bucket >= since // BUCKET_SECONDS)
	with unique_or_taken():
		hosts.run()
	frappe.qb.update(slot).set(slot.session, new).where(slot.session == session).run()
	frappe.qb.update(seat).set(seat.session, new).where(seat.session == session).run()


def release_before(instant: int) -> None:
	"""Drops the buckets, and the seats of sessions, that lie wholly in the past: nobody can book there any more."""
	frappe.db.delete("Booking Slot", {"bucket": ("<", instant // BUCKET_SECONDS)})
	release_seats_before(instant)


def _lock(users: list[str]) -> list[str]:
	calendar = frappe.qb.DocType("Host Calendar")
	query = frappe.qb.from_(calendar).select(calendar.user).where(calendar.user.isin(users))
	return query.orderby(calendar.user).for_update().run(pluck=True)


def _buckets_of(booking: Document) -> Iterable[tuple[str, int]]:
	return (
		(row.user, bucket)
		for row in booking.hosts
		for bucket in range(row.starts_at // BUCKET_SECONDS, -(-row.ends_at // BUCKET_SECONDS))
	)


def _holder(booking: Document) -> dict[str, str]:
	"""Whose the buckets are: the bookings of one session hold them together."""
	return {"session": booking.session} if booking.session else {"booking": booking.name}


def _held_by(booking: Document) -> set[tuple[str, int]]:
	"""The rows of a session may be another's of a moment ago, so they are read as they are now. Of a booking they are its
	own, and a locking read of rows that aren't there would lock the gap in which other hosts' rows go.
	"""
	is_shared = bool(booking.session)
	rows = frappe.db.get_values("Booking Slot", _holder(booking), ["host", "bucket"], for_update=is_shared)
	return {(host, bucket) for host, bucket in rows}


def _insert_buckets(booking: Document, buckets: list[tuple[str, int]]) -> None:
	"""Inserts in a fixed order, so that two bookings that race wait for each other instead of deadlocking."""
	if not buckets:
		return
	insert_unique(
		"Booking Slot",
		["name", "host", "bucket", "booking", "session"],
		[
			(frappe.generate_hash(length=10), host, bucket, booking.name, booking.session or None)
			for host, bucket in buckets
		],
	)
