"""The ledger of the round robins: each host's credit, by meeting type. Only this module writes Round Robin Turn.

A new booking reads and changes the ledger after the guard has locked all hosts of the type. The booking keeps its
shares in `turn_shares`, so that a cancellation can revert them exactly.

Example: Ann has weight 3 and Ben has weight 1. Credits in millionths of a booking, beginning at 0:

                                    Ann                     Ben
    Ann gets a booking              + 750,000 - 1,000,000   + 250,000
    credit                          - 250,000                 250,000
    it is reassigned to Ben         + 1,000,000             - 1,000,000
    credit                            750,000               - 750,000
    it is cancelled                 - 750,000               - 250,000 + 1,000,000
    credit                                  0                       0

A session counts as one booking. The booking that opens it has the shares above. A booking that joins it gives the host
1,000,000, and the host pays 1,000,000: nothing changes. If the attendee who opened the session cancels, a booking that
stays takes over the shares of 750,000 and 250,000. They are reverted when the last attendee cancels.

docs/round_robin.md has the rule that uses the credits.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

import frappe
from frappe.model.document import Document
from frappe.query_builder import Case, DocType

from scheduler_integration.engine import BOOKING, Turn
from scheduler_integration.meetings.changes import Change, Fields, Kind
from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.platform.sql import insert_rows
from scheduler_integration.platform.transactions import newest


class Owed(NamedTuple):
	"""`credit` in millionths of a booking, `last_turn` in epoch seconds. Both are 0 for a host who never took part."""

	credit: int = 0
	last_turn: int = 0


def owed_to(meeting_type: str, users: Iterable[str]) -> dict[str, Owed]:
	"""Return each user's credit and last turn. The caller has locked all these users."""
	row = DocType("Round Robin Turn")
	query = frappe.qb.from_(row).select(row.user, row.credit, row.last_turn_at)
	query = query.where((row.meeting_type == meeting_type) & row.user.isin(list(users)))
	found = {user: Owed(credit, last_turn) for user, credit, last_turn in newest(query).run()}
	return {user: found.get(user, Owed()) for user in users}


def keep_ledger(change: Change) -> Fields:
	"""Update the ledger for a booking that was assigned by turn, cancelled, declined, given back or reassigned.

	Returns the booking's new `turn_shares`, if they change.
	"""
	if change.turn:
		return _enter(change.booking.meeting_type, change.turn, change.now)
	if change.releases_time:
		settled = _settle(change.booking)
		# If the attendee chooses another time, the next booking of the chain makes the same entries again.
		return {} if change.kind is Kind.RESCHEDULE_ASKED and not change.booking.session else settled
	if change.former_host:
		return _charge_another(change.booking, change.former_host, change.now)
	return {}


def take_back(booking: Document) -> None:
	"""Revert the entries of a booking that another one replaces, and clear its shares."""
	if fields := _settle(booking):
		booking.db_set(fields, update_modified=False)


def enter_again(booking: Document) -> None:
	"""Repeat the entries of a booking whose time was given back, for the booking that replaces it."""
	_change(booking.meeting_type, _turn(booking.host, booking.turn_shares).changes())


def _enter(meeting_type: str, turn: Turn, now: int) -> Fields:
	_insert_missing(meeting_type, turn.shares)
	_change(meeting_type, turn.changes())
	_note_turn(meeting_type, turn.host, now)
	return {"turn_shares": _stored(turn.shares)}


def _settle(booking: Document) -> Fields:
	"""Revert the booking's entries: the shares it brought, and the whole booking that its host paid.

	If the attendee who opened a session cancels, the turn stays with the session: the booking swaps its shares with a
	booking that stays.
	"""
	shares = booking.turn_shares
	sharing = live_rows(booking.session, "turn_shares", for_update=True)
	staying = [other for other in sharing if other.name != booking.name]
	if staying and shares and not _is_even(booking.host, shares):
		shares = staying[0].turn_shares
		frappe.db.set_value("Booking", staying[0].name, "turn_shares", booking.turn_shares, update_modified=False)
	if shares:
		changes = _turn(booking.host, shares).changes()
		_change(booking.meeting_type, {user: -change for user, change in changes.items()})
	return {"turn_shares": None} if booking.turn_shares else {}


def _charge_another(booking: Document, former: str, now: int) -> Fields:
	"""Let the booking's host pay for it instead of the `former` host."""
	if not booking.turn_shares or booking.host == former:
		return {}
	if booking.session and _is_even(former, booking.turn_shares):
		# The booking joined a session, which counts as one booking. So it gives its host as much credit as the host pays.
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
	"""Return the shares as JSON, by Host Calendar name: it stays the same if a user is renamed.

	Every host has a Host Calendar, because `guard.lock_hosts` makes the missing ones.
	"""
	return json.dumps({calendar: shares[user] for calendar, user in _host_calendars("user", shares)})


def _host_calendars(field: str, values: Iterable[str]) -> list[tuple[str, str]]:
	calendar = DocType("Host Calendar")
	query = frappe.qb.from_(calendar).select(calendar.name, calendar.user)
	# Another transaction may have made a Host Calendar after this one's first read.
	return newest(query.where(calendar[field].isin(list(values)))).run()


def _is_even(host: str, stored: str) -> bool:
	"""Whether the booking changes no credit, because `host` got all its shares and paid for it."""
	return not any(_turn(host, stored).changes().values())


def forget_turns(meeting_type: str) -> None:
	"""Clear the ledger of a meeting type. Its bookings lose their shares, so that cancelling them reverts nothing."""
	frappe.db.delete("Round Robin Turn", {"meeting_type": meeting_type})
	booking = DocType("Booking")
	query = frappe.qb.update(booking).set(booking.turn_shares, None)
	query.where((booking.meeting_type == meeting_type) & booking.turn_shares.isnotnull()).run()


def _insert_missing(meeting_type: str, users: Iterable[str]) -> None:
	"""Insert the missing rows. The hosts are locked, so no other transaction inserts them at the same time."""
	row = DocType("Round Robin Turn")
	query = frappe.qb.from_(row).select(row.user).where((row.meeting_type == meeting_type) & row.user.isin(list(users)))
	missing = sorted(set(users) - set(newest(query).run(pluck=True)))
	if missing:
		values = [(frappe.generate_hash(length=10), meeting_type, user, 0, 0) for user in missing]
		insert_rows("Round Robin Turn", ("name", "meeting_type", "user", "credit", "last_turn_at"), values)


def _change(meeting_type: str, changes: dict[str, int]) -> None:
	"""Add to the credits within the database.

	A cancellation locks only its own hosts, so two cancellations may change one credit at the same time. If both read
	500,000 and stored a sum of their own, one change would be lost.
	"""
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
