"""The guard against double booking: a lock, and a unique index under it.

1. `lock_hosts` takes the hosts' rows in Host Calendar, in name order, as the booking's first lock. Whoever books one of
   these hosts waits here. Reads that decide must follow it and be locking reads themselves: InnoDB's repeatable read
   shows an ordinary read made after the wait the state from before it.
2. `hold_time` stores one row for each five minutes of each host, unique on host and bucket. Code that forgets the lock
   still can't store two live meetings on the same time.
"""

from collections.abc import Iterable

import frappe
from frappe.model.document import Document

from scheduler_integration.catalogue.durations import GRID_MINUTES
from scheduler_integration.exceptions import SlotTaken

BUCKET_SECONDS = GRID_MINUTES * 60


def lock_hosts(users: Iterable[str]) -> None:
	"""Waits until nobody else books these hosts, and keeps others out until the transaction ends."""
	wanted = sorted(set(users))
	if not wanted:
		return
	missing = set(wanted) - set(_lock(wanted))
	if missing:
		_insert_calendars(sorted(missing))
		_lock(wanted)


def hold_time(booking: Document) -> None:
	"""Makes the held buckets those of the booking as it is now. Raises SlotTaken where another meeting holds one."""
	wanted = set(_buckets_of(booking)) if booking.is_live() else set()
	held = _held_by(booking.name)
	if wanted == held:
		return
	if held:
		# Deleting rows that aren't there would lock the gap in which other hosts' rows go.
		release_time(booking)
	_insert_buckets(booking.name, sorted(wanted))


def release_time(booking: Document) -> None:
	"""Gives up all the time that the booking holds."""
	frappe.db.delete("Booking Slot", {"booking": booking.name})


def release_before(instant: int) -> None:
	"""Drops the buckets that lie wholly in the past: nobody can book there any more."""
	frappe.db.delete("Booking Slot", {"bucket": ("<", instant // BUCKET_SECONDS)})


def _lock(users: list[str]) -> list[str]:
	calendar = frappe.qb.DocType("Host Calendar")
	# By `user` and not by `name`: a renamed user keeps the old name there.
	query = frappe.qb.from_(calendar).select(calendar.user).where(calendar.user.isin(users))
	return query.orderby(calendar.user).for_update().run(pluck=True)


def _insert_calendars(users: list[str]) -> None:
	for user in users:
		frappe.get_doc({"doctype": "Host Calendar", "user": user}).insert(
			ignore_permissions=True, ignore_if_duplicate=True
		)


def _buckets_of(booking: Document) -> Iterable[tuple[str, int]]:
	first = booking.starts_at // BUCKET_SECONDS
	end = -(-booking.ends_at // BUCKET_SECONDS)
	return ((row.user, bucket) for row in booking.hosts for bucket in range(first, end))


def _held_by(booking: str) -> set[tuple[str, int]]:
	slot = frappe.qb.DocType("Booking Slot")
	rows = frappe.qb.from_(slot).select(slot.host, slot.bucket).where(slot.booking == booking).run()
	return {(host, bucket) for host, bucket in rows}


def _insert_buckets(booking: str, buckets: list[tuple[str, int]]) -> None:
	"""Inserts in a fixed order, so that two bookings that race wait for each other instead of deadlocking."""
	if not buckets:
		return
	rows = [(frappe.generate_hash(length=10), host, bucket, booking) for host, bucket in buckets]
	try:
		frappe.db.bulk_insert("Booking Slot", ["name", "host", "bucket", "booking"], rows)
	except Exception as error:
		if frappe.db.is_unique_key_violation(error):
			raise SlotTaken from error
		raise
