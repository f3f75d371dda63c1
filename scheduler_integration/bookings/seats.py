"""The seats of a session, numbered, and unique in the database: the last one can't be sold twice.

All of it runs under the hosts' lock (see bookings/guard.py); the unique index on session and number is the net below.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.model.document import Document

from scheduler_integration.exceptions import SlotTaken


def take_seats(booking: Document) -> None:
	"""Makes the seats held those that the booking has now. Raises SlotTaken where the session has too few left."""
	if not booking.session:
		return
	held = frappe.db.get_values("Booking Seat", {"booking": booking.name}, "seat")
	wanted = booking.seats if booking.is_live() else 0
	if len(held) == wanted:
		return
	if held:
		give_seats_back(booking)
	if wanted:
		_insert_seats(booking, _free_numbers(booking)[:wanted])


def give_seats_back(booking: Document) -> None:
	frappe.db.delete("Booking Seat", {"booking": booking.name})


def release_seats_before(instant: int) -> None:
	"""Drops the numbers of sessions that are over: nobody can join them any more."""
	seat, booking = frappe.qb.DocType("Booking Seat"), frappe.qb.DocType("Booking")
	over = frappe.qb.from_(booking).select(booking.name).where((booking.ends_at < instant) & (booking.session != ""))
	frappe.qb.from_(seat).delete().where(seat.booking.isin(over)).run()


def others_in_session(booking: Document) -> bool:
	"""Whether the session goes on without this booking."""
	if not booking.session:
		return False
	seat = frappe.qb.DocType("Booking Seat")
	query = frappe.qb.from_(seat).select(seat.name).where(seat.session == booking.session)
	# A locking read, as below: of two who leave at once, the second must see that the first is gone.
	return bool(query.where(seat.booking != booking.name).limit(1).for_update().run())


def insert_unique(doctype: str, fields: list[str], rows: list[tuple]) -> None:
	"""Inserts the rows together. Raises SlotTaken where another has what one of them stands for."""
	with unique_or_taken():
		frappe.db.bulk_insert(doctype, fields, rows)


@contextmanager
def unique_or_taken() -> Iterator[None]:
	"""Raises SlotTaken for what a unique index refuses."""
	try:
		yield
	except Exception as error:
		if frappe.db.is_unique_key_violation(error):
			raise SlotTaken from error
		raise


def _free_numbers(booking: Document) -> list[int]:
	seat = frappe.qb.DocType("Booking Seat")
	query = frappe.qb.from_(seat).select(seat.seat).where(seat.session == booking.session)
	# A locking read: an ordinary one may show the seats as they were before the wait for the hosts' lock.
	taken = set(query.for_update().run(pluck=True))
	seats = frappe.get_cached_value("Meeting Type", booking.meeting_type, "seats") or 1
	free = [number for number in range(seats) if number not in taken]
	if len(free) < booking.seats:
		raise SlotTaken
	return free


def _insert_seats(booking: Document, numbers: list[int]) -> None:
	rows = [(frappe.generate_hash(length=10), booking.session, number, booking.name) for number in numbers]
	insert_unique("Booking Seat", ["name", "session", "seat", "booking"], rows)
