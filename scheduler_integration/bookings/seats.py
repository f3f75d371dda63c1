"""The seats of a session. They are numbered and unique in the database, so that the last seat can't be booked twice.

Callers have locked the hosts (see bookings/guard.py). The unique index on session and seat number also protects a
session from code that forgets the lock.

Example: a workshop has 10 seats, numbered 0 to 9. If 0 to 7 are taken, a party of two gets 8 and 9. If 8 is taken too,
the party gets SlotTaken, and one person alone can still book. The seats of a cancelled booking are used again, the
lowest number first.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.exceptions import SlotTaken
from scheduler_integration.platform.sql import insert_rows


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
