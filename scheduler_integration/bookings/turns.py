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
from scheduler_integration.meetings.changes import Change, Fields
from scheduler_integration.meetings.sessions import live_in_session


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


def keep_ledger(change: Change) -> Fields:
	"""Lets the ledger follow a meeting that is given to its host in turn, doesn't take place, or goes to another host."""
	if change.turn:
		return _enter(change.booking.meeting_type, change.turn, change.now)
	if change.gives_time_back:
		return _settle(change.booking)
	if change.former_host:
		return _charge_another(change.booking, change.former_host, change.now)
	return {}


def _enter(meeting_type: str, turn: Turn, now: int) -> Fields:
	_insert_missing(meeting_type, turn.shares)
	_change(meeting_type, turn.changes())
	_note_turn(meeting_type, turn.host, now)
	return {"turn_shares": _stored(turn.shares)}


def _settle(booking: Document) -> Fields:
	"""Reverts the booking's entries: the shares it was given, and what its host paid.

	If the attendee who opened a session leaves, the session's turn stays with the session: it swaps its shares with the
	booking of one who stays.
	"""
	shares = booking.turn_shares
	staying = [other for other in live_in_session(booking.session, for_update=True) if other.name != booking.name]
	if staying and shares and not _is_even(booking.host, shares):
		shares = staying[0].turn_shares
		staying[0].db_set("turn_shares", booking.turn_shares, update_modified=False)
	if shares:
		changes = _turn(booking.host, shares).changes()
		_change(booking.meeting_type, {user: -change for user, change in changes.items()})
	return {"turn_shares": None} if booking.turn_shares else {}


def _charge_another(booking: Document, former: str, now: int) -> Fields:
	"""Lets the booking's host pay for it instead of the `former` one."""
	if not booking.turn_shares or booking.host == former:
		return {}
	if booking.session and _is_even(former, booking.turn_shares):
		# It joined an existing session, which counts as one meeting.
		return {"turn_shares": _stored({booking.host: BOOKING})}
	_insert_missing(booking.meeting_type, [booking.host])
	_change(booking.meeting_type, {former: BOOKING, booking.host: -BOOKING})
	_note_turn(booking.meeting_type, booking.host, now)
	return {}


def _turn(host: str, stored: str) -> Turn:
	calendars = json.loads(stored)
	users = dict(_host_calendars("name", calendars))
	return Turn(host, {users[calendar]: share for calendar, share in calendars.items() if calendar in users})


def _stored(shares: dict[str, int]) -> str:
	"""The shares by the names of the Host Calendars, which stay when a user is renamed. The guard has made them."""
	return json.dumps({calendar: shares[user] for calendar, user in _host_calendars("user", shares)})


def _host_calendars(field: str, values: Iterable[str]) -> list[tuple[str, str]]:
	calendar = DocType("Host Calendar")
	query = frappe.qb.from_(calendar).select(calendar.name, calendar.user)
	# As they are now: the guard may have made one since this transaction's first read.
	return query.where(calendar[field].isin(list(values))).for_update().run()


def _is_even(host: str, stored: str) -> bool:
	"""Whether `host` paid for all the shares that the booking was given."""
	return not any(_turn(host, stored).changes().values())


def forget_turns(meeting_type: str) -> None:
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
