"""The ledger of the round robins: what each host is owed, by meeting type. The only writer of Round Robin Turn.

A booking reads and writes it after the guard has locked all hosts of the type, and keeps the shares that it was given,
so that they can be taken back when it is cancelled.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

import frappe
from frappe.model.document import Document
from frappe.query_builder import Case, DocType

from scheduler_integration.engine import BOOKING, Turn


class Owed(NamedTuple):
	"""`credit` in millionths of a booking, `last_turn` in epoch seconds; both 0 for who never took part."""

	credit: int = 0
	last_turn: int = 0


def owed_to(meeting_type: str, users: Iterable[str]) -> dict[str, Owed]:
	"""What these users are owed, as it is at this moment."""
	row = DocType("Round Robin Turn")
	query = frappe.qb.from_(row).select(row.user, row.credit, row.last_turn_at)
	query = query.where((row.meeting_type == meeting_type) & row.user.isin(list(users))).for_update()
	found = {user: Owed(credit, last_turn) for user, credit, last_turn in query.run()}
	return {user: found.get(user, Owed()) for user in users}


def take(booking: Document, turn: Turn | None, now: int) -> None:
	"""Enters the turn by which the unsaved booking was given to its host; None for one that was nobody's turn."""
	if not turn:
		return
	booking.turn_shares = _stored(turn.shares)
	_insert_missing(booking.meeting_type, turn.shares)
	_change(booking.meeting_type, turn.changes())
	_note_turn(booking.meeting_type, turn.host, now)


def give_back(booking: Document) -> None:
	"""Takes the turn of a booking back that won't take place: its shares, and what its host paid."""
	if not booking.turn_shares:
		return
	changes = _turn(booking).changes()
	_change(booking.meeting_type, {user: -change for user, change in changes.items()})
	booking.turn_shares = None


def pass_on(booking: Document, heir: Document) -> None:
	"""Lets a session's turn stay with the session when the attendee who opened it leaves: `heir` is one who stays."""
	if booking.turn_shares and not _is_even(booking):
		shares, booking.turn_shares = booking.turn_shares, heir.turn_shares
		heir.db_set("turn_shares", shares, update_modified=False)


def hand_over(booking: Document, user: str, now: int) -> None:
	"""Lets `user` pay for the booking instead of its host. The booking's `host` is for the caller to change."""
	if not booking.turn_shares or user == booking.host:
		return
	if booking.session and _is_even(booking):
		# It joined a session, which counts as one meeting.
		booking.turn_shares = _stored({user: BOOKING})
		return
	_insert_missing(booking.meeting_type, [user])
	_change(booking.meeting_type, {booking.host: BOOKING, user: -BOOKING})
	_note_turn(booking.meeting_type, user, now)


def _turn(booking: Document) -> Turn:
	calendars = json.loads(booking.turn_shares)
	users = dict(_host_calendars("name", calendars))
	return Turn(booking.host, {users[calendar]: share for calendar, share in calendars.items() if calendar in users})


def _stored(shares: dict[str, int]) -> str:
	"""The shares by the names of the Host Calendars, which stay when a user is renamed. The guard has made them."""
	return json.dumps({calendar: shares[user] for calendar, user in _host_calendars("user", shares)})


def _host_calendars(field: str, values: Iterable[str]) -> list[tuple[str, str]]:
	calendar = DocType("Host Calendar")
	query = frappe.qb.from_(calendar).select(calendar.name, calendar.user)
	# As they are now: the guard may have made one since this transaction's first read.
	return query.where(calendar[field].isin(list(values))).for_update().run()


def _is_even(booking: Document) -> bool:
	"""Whether the booking's host paid for it all that it was given."""
	return not any(_turn(booking).changes().values())


def forget(meeting_type: str) -> None:
	"""Clears the ledger of a meeting type, and what its bookings were given: none of it is to be given back."""
	frappe.db.delete("Round Robin Turn", {"meeting_type": meeting_type})
	booking = DocType("Booking")
	query = frappe.qb.update(booking).set(booking.turn_shares, None)
	query.where((booking.meeting_type == meeting_type) & booking.turn_shares.isnotnull()).run()


def _insert_missing(meeting_type: str, users: Iterable[str]) -> None:
	"""Makes the rows that aren't there. Its hosts' locks keep others from making them at the same time."""
	row = DocType("Round Robin Turn")
	query = frappe.qb.from_(row).select(row.user).where((row.meeting_type == meeting_type) & row.user.isin(list(users)))
	missing = sorted(set(users) - set(query.for_update().run(pluck=True)))
	if missing:
		values = [(frappe.generate_hash(length=10), meeting_type, user, 0, 0) for user in missing]
		frappe.db.bulk_insert("Round Robin Turn", ["name", "meeting_type", "user", "credit", "last_turn_at"], values)


def _change(meeting_type: str, changes: dict[str, int]) -> None:
	"""Adds to the credits, in the database: who gives a turn back has locked its own host alone."""
	changes = {user: change for user, change in changes.items() if change}
	if not changes:
		return
	row = DocType("Round Robin Turn")
	change = Case()
	for user, millionths in changes.items():
		change = change.when(row.user == user, millionths)
	query = frappe.qb.update(row).set(row.credit, row.credit + change.else_(0))
	query.where((row.meeting_type == meeting_type) & row.user.isin(list(changes))).run()


def _note_turn(meeting_type: str, user: str, now: int) -> None:
	frappe.db.set_value(
		"Round Robin Turn", {"meeting_type": meeting_type, "user": user}, "last_turn_at", now, update_modified=False
	)
