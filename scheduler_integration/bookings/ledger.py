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

docs/explanation/round_robin.md has the rule that uses the credits.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import frappe
from frappe.model.document import Document
from frappe.query_builder import Case, DocType

from scheduler_integration.engine import BOOKING, Turn
from scheduler_integration.meetings.changes import Changes, Fields, Kind, bookings_of
from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.platform.sql import insert_rows
from scheduler_integration.platform.transactions import newest


class Owed(NamedTuple):
	"""`credit` in millionths of a booking, `last_turn` in epoch seconds. Both are 0 for a host who never took part."""

	credit: int = 0
	last_turn: int = 0


def owed_to(meeting_type: str, users: Collection[str]) -> dict[str, Owed]:
	"""Return each user's credit and last turn. The caller has locked all these users."""
	row = DocType("Round Robin Turn")
	query = frappe.qb.from_(row).select(row.user, row.credit, row.last_turn_at)
	query = query.where((row.meeting_type == meeting_type) & row.user.isin(list(users)))
	owed = {user: Owed(credit, last_turn) for user, credit, last_turn in newest(query, users).run()}
	return {user: owed.get(user, Owed()) for user in users}


def owed_now(meeting_types: Collection[str]) -> dict[str, dict[str, Owed]]:
	"""Return the same of all users of these meeting types, for showing only: nobody is locked."""
	row = DocType("Round Robin Turn")
	query = frappe.qb.from_(row).select(row.meeting_type, row.user, row.credit, row.last_turn_at)
	owed: dict[str, dict[str, Owed]] = {name: {} for name in meeting_types}
	for meeting_type, user, credit, last_turn in query.where(row.meeting_type.isin(list(meeting_types))).run():
		owed[meeting_type][user] = Owed(credit, last_turn)
	return owed


def keep_ledger(changes: Changes) -> dict[str, Fields]:
	"""Update the ledger for bookings that were assigned by turn, cancelled, declined, given back or reassigned.

	Returns each booking's new `turn_shares`, if they change.
	"""
	change, bookings = changes[0], bookings_of(changes)
	if change.turn:
		return _enter(changes)
	if change.releases_time:
		settled = _settle(bookings)
		# If the attendee chooses another time, the next booking of the chain makes the same entries again.
		return {} if change.kind is Kind.RESCHEDULE_ASKED and not change.booking.session else settled
	if change.former_host:
		return _charge_another(bookings, change.former_host, change.now)
	return {}


def take_back(booking: Document) -> None:
	"""Revert the entries of a booking that another one replaces, and clear its shares."""
	for fields in _settle([booking]).values():
		booking.db_set(fields, update_modified=False)


def enter_again(booking: Document) -> None:
	"""Repeat the entries of a booking whose time was given back, for the booking that replaces it."""
	_change(booking.meeting_type, _changes(booking.host, booking.turn_shares, _users_in([booking.turn_shares])))


def _enter(changes: Changes) -> dict[str, Fields]:
	"""Enter the turns of new bookings of one host: of one booking, or of the dates of a series."""
	meeting_type, now = changes[0].booking.meeting_type, changes[0].now
	turns = {each.booking.name: each.turn for each in changes if each.turn}
	considered, credits = {user for turn in turns.values() for user in turn.shares}, Counter[str]()
	for turn in turns.values():
		credits.update(turn.changes())
	_insert_missing(meeting_type, considered)
	_change(meeting_type, credits)
	_note_turn(meeting_type, next(iter(turns.values())).host, now)
	stored = {shares: _stored(dict(shares)) for shares in {tuple(turn.shares.items()) for turn in turns.values()}}
	return {name: {"turn_shares": stored[tuple(turn.shares.items())]} for name, turn in turns.items()}


def _settle(bookings: list[Document]) -> dict[str, Fields]:
	"""Revert the entries of bookings of one meeting: the shares they brought, and the whole bookings their host paid.

	If the attendee who opened a session cancels, the turn stays with the session: the booking swaps its shares with a
	booking that stays.
	"""
	owing = [booking for booking in bookings if booking.turn_shares]
	if not owing:
		return {}
	names, first = {booking.name for booking in bookings}, bookings[0]
	sharing = live_rows(first.session, "turn_shares", hosts=first.host_users())
	heir = next((row for row in sharing if row.name not in names), None)
	users = _users_in([row.turn_shares for row in (*owing, heir) if row and row.turn_shares])
	settled: Counter[str] = Counter()
	for booking in owing:
		shares = booking.turn_shares
		if heir and any(_changes(booking.host, shares, users).values()):
			shares, heir.turn_shares = heir.turn_shares, shares
			frappe.db.set_value("Booking", heir.name, "turn_shares", heir.turn_shares, update_modified=False)
		if shares:
			settled.subtract(_changes(booking.host, shares, users))
	_change(first.meeting_type, settled)
	return {booking.name: {"turn_shares": None} for booking in owing}


def _charge_another(bookings: list[Document], former: str, now: int) -> dict[str, Fields]:
	"""Let the bookings' host pay for them instead of the `former` host."""
	host, meeting_type = bookings[0].host, bookings[0].meeting_type
	owing = [booking for booking in bookings if booking.turn_shares and host != former]
	users = _users_in([booking.turn_shares for booking in owing])
	# These joined a session, which counts as one booking. So each gives its host as much credit as the host pays.
	even = [each for each in owing if each.session and not any(_changes(former, each.turn_shares, users).values())]
	if paid := (len(owing) - len(even)) * BOOKING:
		_insert_missing(meeting_type, [host])
		_change(meeting_type, {former: paid, host: -paid})
		_note_turn(meeting_type, host, now)
	shares = {"turn_shares": _stored({host: BOOKING})} if even else {}
	return {booking.name: shares for booking in even}


def _changes(host: str, stored: str, users: Mapping[str, str]) -> dict[str, int]:
	"""Return the changes of the credits for a booking that `host` took, by user. `users` are those of the calendars.

	All are 0 if the host got all its shares and paid for it.
	"""
	shares = {users[calendar]: share for calendar, share in json.loads(stored).items() if calendar in users}
	return Turn(host, shares).changes()


def _users_in(stored: Iterable[str]) -> dict[str, str]:
	"""Return the users of all Host Calendars in these shares."""
	calendars = {calendar for shares in stored for calendar in json.loads(shares)}
	return dict(_host_calendars("name", calendars)) if calendars else {}


def _stored(shares: dict[str, int]) -> str:
	"""Return the shares as JSON, by Host Calendar name. It stays the same if a user is renamed.

	Every host has a Host Calendar, because `guard.lock_hosts` makes the missing ones.
	"""
	return json.dumps({calendar: shares[user] for calendar, user in _host_calendars("user", shares)})


def _host_calendars(field: str, values: Iterable[str]) -> list[tuple[str, str]]:
	calendar = DocType("Host Calendar")
	query = frappe.qb.from_(calendar).select(calendar.name, calendar.user)
	# Another transaction may have made a Host Calendar after this one's first read. The shares may be of hosts who aren't
	# locked, but their calendars' names never change.
	return list(newest(query.where(calendar[field].isin(list(values))), ()).run())


def forget_turns(meeting_type: str) -> None:
	"""Clear the ledger of a meeting type. Its bookings lose their shares, so that cancelling them reverts nothing."""
	frappe.db.delete("Round Robin Turn", {"meeting_type": meeting_type})
	booking = DocType("Booking")
	query = frappe.qb.update(booking).set(booking.turn_shares, None)
	query.where((booking.meeting_type == meeting_type) & booking.turn_shares.isnotnull()).run()


def _insert_missing(meeting_type: str, users: Collection[str]) -> None:
	"""Insert the missing rows. The hosts are locked, so no other transaction inserts them at the same time."""
	row = DocType("Round Robin Turn")
	query = frappe.qb.from_(row).select(row.user).where((row.meeting_type == meeting_type) & row.user.isin(list(users)))
	missing = sorted(set(users) - set(newest(query, users).run(pluck=True)))
	if missing:
		values = [(frappe.generate_hash(length=10), meeting_type, user, 0, 0) for user in missing]
		insert_rows("Round Robin Turn", ("name", "meeting_type", "user", "credit", "last_turn_at"), values)


def _change(meeting_type: str, changes: Mapping[str, int]) -> None:
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
