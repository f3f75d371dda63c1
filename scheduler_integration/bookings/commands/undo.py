"""Takes a host's command back before anybody was told of it.

`undoable` runs a command whose tasks the outbox keeps for SECONDS, and returns what it needs to take the command back:

    14:30:00  Jane cancels Ada's meeting: her time is free, and the e-mail to Ada is due at 14:30:10
    14:30:04  Jane undoes it. The booking is Scheduled again, the e-mail is skipped, and Ada's reminder waits again
    14:30:10  otherwise the e-mail is sent, and nothing can be undone any more

The command isn't run backwards. The booking gets the fields that it had, and `Kind.UNDONE` lets each consequence follow.
A booking that replaced another one (a moved meeting) is deleted, because nobody was told of it. A meeting that a host has
just booked for somebody is cancelled in silence, so that what was made for it, such as a contact, has its history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.bookings import guard, ledger
from scheduler_integration.bookings.commands.book import book
from scheduler_integration.bookings.commands.cancel import release
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.link_use import check_use_is_free
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.together import dates_in, with_unpaid_dates
from scheduler_integration.bookings.transaction import command
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.conferencing.plan import NO_CALL
from scheduler_integration.engine import BOOKING, Turn
from scheduler_integration.exceptions import BookingNotFound, ChangedMeanwhile, SlotTaken, TooLateToUndo
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.load import load_bookings, users_of
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.series import ALL, names_in_scope
from scheduler_integration.meetings.sessions import live_rows, others_in_session
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.meetings.tokens import is_booking
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.outbox import undo as tasks
from scheduler_integration.outbox.tasks import waiting
from scheduler_integration.parsing.booking_request import BookingRequest

SECONDS = tasks.SECONDS

# The fields that commands of hosts change. All other fields of a booking stay.
_FIELDS = (
	"status", "sequence", "host", "subject", "session", "session_uid", "seats", "turn_shares", "event", "cancelled_by",
	"cancelled_at", "cancel_reason", "reschedule_asked_at", "reschedule_message", "time_given_back",
	"address_status", "payment_status", "amount_paid", "amount_refunded", *NO_CALL,
)  # fmt: skip
_ROWS = {
	"hosts": ("user", "starts_at", "ends_at", "is_first_day", "buffer_before_minutes", "buffer_after_minutes"),
	"guests": ("email",),
}
Facts = dict[str, Any]


@command
def undoable(
	name: str, command: Callable[[], HostBooking], now: int, seconds: int = SECONDS
) -> tuple[HostBooking, Facts]:
	"""Run the command on the booking `name` and the others of its session or series. Its tasks wait for `seconds`.

	Returns the booking, and the facts for `undo` as JSON values. Raises the errors of the command.
	"""
	booking = find_for_host(name, "write", for_update=True)
	if booking.session:
		# Nobody changes the others between the look at them and the command.
		guard.lock_hosts(booking.host_users())
	concerned = [booking.name, *(row.name for row in live_rows(booking.session) if row.name != booking.name)]
	concerned += [name for name in names_in_scope(booking, ALL, now) if name not in concerned]
	# Bookings that wait for the same payment change together.
	loaded = with_unpaid_dates(load_bookings(concerned))
	concerned, images = [each.name for each in loaded], {each.name: _image(each) for each in loaded}
	stored = _stored(concerned)
	before = tasks.states_of(concerned)
	with waiting(seconds):
		done = command()
	successors = frappe.get_all("Booking", {"rescheduled_from": ["in", concerned]}, pluck="name")
	now_stored = _stored([*concerned, *successors])
	changed = [each for each in concerned if now_stored[each]["modified"] != stored[each]["modified"]]
	made = {each: row["rescheduled_from"] for each, row in now_stored.items() if row["rescheduled_from"] in changed}
	touched = [*changed, *made]
	return done, {
		"at": now,
		"until": now + seconds,
		"bookings": [
			{"name": each, "image": images[each], "modified": now_stored[each]["modified"]} for each in changed
		],
		"made": [
			{"name": each, "instead_of": former, "modified": now_stored[each]["modified"]}
			for each, former in made.items()
		],
		"tasks": tasks.compared(before, tasks.states_of(touched)),
	}


@command
def book_undoably(
	request: BookingRequest, bookable: Bookable, now: int, seconds: int = SECONDS
) -> tuple[Document, Facts]:
	"""Book as `book` does, for somebody. All messages wait for `seconds`. Returns the facts for `undo` too."""
	with waiting(seconds):
		booking = book(request, bookable, now)
	names = names_in_scope(booking, ALL, now)
	stored = _stored(names)
	facts = {
		"at": now,
		"until": now + seconds,
		"bookings": [],
		"made": [],
		"booked": [{"name": each, "modified": stored[each]["modified"]} for each in names],
		"tasks": tasks.compared({}, tasks.states_of(names)),
	}
	return booking, facts


@command
def undo(facts: Facts, now: int) -> None:
	"""Take back the command with these facts, as the signed-in host or manager. `now` is in epoch seconds.

	Raises TooLateToUndo if somebody was told already or somebody else has the time now, ChangedMeanwhile if a booking was
	changed since, and NotPermitted. The caller must roll back then.
	"""
	if booked := facts.get("booked"):
		_cancel_in_silence(booked, facts, now)
		return
	bookings = {each["name"]: _find(each) for each in facts["bookings"]}
	made = {each["name"]: find_for_host(each["name"], "write", for_update=True) for each in facts["made"]}
	_check_same([*bookings.values(), *made.values()], [*facts["bookings"], *facts["made"]])
	if not tasks.nobody_was_told(facts["tasks"]):
		raise TooLateToUndo
	users = users_of([*bookings.values(), *made.values()])
	users |= {row["user"] for booking in facts["bookings"] for row in booking["image"]["hosts"]}
	guard.lock_hosts(users)
	tasks.drop(facts["tasks"], now)
	for new in made.values():
		_close(new)
	former_of = {each["instead_of"]: made[each["name"]] for each in facts["made"]}
	_move_session_back(bookings, facts)
	for booking in facts["bookings"]:
		_restore(bookings[booking["name"]], booking["image"], former_of.get(booking["name"]), facts["at"], now)
	for former, new in former_of.items():
		tasks.hand_over(new.name, former)
		# No role may delete bookings by hand.
		frappe.delete_doc("Booking", new.name, force=True, ignore_permissions=True, delete_permanently=True)


@command
def tell_now(facts: Facts, now: int) -> None:
	"""Let the tasks of a command run now that wait only because the command could be taken back."""
	tasks.hasten(facts["tasks"], facts["until"], now)


def _find(changed: Facts) -> Document:
	"""Return the booking that the command changed. A host who handed it over may undo that, although no longer its host."""
	if frappe.session.user not in {row["user"] for row in changed["image"]["hosts"]}:
		return find_for_host(changed["name"], "write", for_update=True)
	if not is_booking(changed["name"]):
		raise BookingNotFound(_("There is no such meeting."))
	return frappe.get_doc("Booking", changed["name"], for_update=True)


def _cancel_in_silence(booked: list[Facts], facts: Facts, now: int) -> None:
	"""Cancel the meeting that was just booked, or all dates of its series."""
	first = find_for_host(booked[0]["name"], "write", for_update=True)
	dates = dates_in(first, ALL, now)
	_check_same(dates, booked)
	if not tasks.nobody_was_told(facts["tasks"]):
		raise TooLateToUndo
	tasks.drop(facts["tasks"], now)
	names = [each.name for each in dates]
	before = tasks.states_of(names)
	release(dates, "Cancelled", Actor.HOST, "", now)
	planned = tasks.compared(before, tasks.states_of(names))["planned"]
	tasks.drop({"planned": planned, "skipped": []}, now)


def _check_same(bookings: Iterable[Document], known: Iterable[Facts]) -> None:
	now = {booking.name: str(booking.modified) for booking in bookings}
	if now != {each["name"]: each["modified"] for each in known}:
		raise ChangedMeanwhile(_("The meeting was changed again since. Look at it before you change it back."))


def _move_session_back(bookings: dict[str, Document], facts: Facts) -> None:
	"""Move the time and seats of a session that was reassigned to the former host, before its bookings are saved."""
	for record in facts["bookings"]:
		booking, image = bookings[record["name"]], record["image"]
		if booking.session and booking.session != image["session"] and booking.status not in RELEASED:
			before = {row["user"] for row in image["hosts"]}
			coming = next(user for user in booking.host_users() if user not in before)
			leaving = next(user for user in before if user not in booking.host_users())
			guard.move_session_key(booking.session, image["session"], coming, leaving, 0)
			return


def _close(new: Document) -> None:
	"""Give back the time of a booking that is to be deleted, and its entries in the ledger."""
	# If the moved booking took over the entries of the former one, that one has them still.
	if new.turn_shares and new.turn_shares != frappe.db.get_value("Booking", new.rescheduled_from, "turn_shares"):
		ledger.take_back(new)
	new.update({"status": "Rescheduled", "rescheduled_from": None})
	save(new)


def _restore(booking: Document, image: Facts, new: Document | None, at: int, now: int) -> None:
	"""Give the booking the fields that it had, and let everything follow. `new` is the booking that took its place."""
	status, host, shares, users = booking.status, booking.host, booking.turn_shares, booking.host_users()
	booking.update({field: image[field] for field in _FIELDS})
	for table, _fields in _ROWS.items():
		booking.set(table, [dict(row) for row in image[table]])
	was_reassigned = host != image["host"] and status not in RELEASED and not new
	turn = None
	# A booking whose time was given back keeps its shares, although its entries were reverted.
	check_use_is_free(booking, status)
	was_settled = bool(image["turn_shares"]) and (not shares or (status in RELEASED and not new))
	try:
		save(booking)
	except SlotTaken as error:
		raise TooLateToUndo(_("Somebody booked this time meanwhile, so it can't be undone.")) from error
	if was_reassigned:
		# The ledger charges the former host by the entries that the command left.
		booking.turn_shares = shares
	if was_settled:
		if others_in_session(booking):
			# The turn stays with those who went on. The booking gives its host what the host pays.
			turn = Turn(booking.host, {booking.host: BOOKING})
		else:
			ledger.enter_again(booking)
	run_consequences(
		Change(
			Kind.UNDONE,
			booking,
			now,
			turn=turn,
			leaving=next((user for user in users if user not in booking.host_users()), None),
			former_host=host if was_reassigned else None,
			moved_from=new,
			status_before=status,
			undone_at=at,
		)
	)


def _image(booking: Document) -> Facts:
	rows = {
		table: [{field: row.get(field) for field in fields} for row in booking.get(table)]
		for table, fields in _ROWS.items()
	}
	return {**{field: booking.get(field) for field in _FIELDS}, **rows}


def _stored(names: list[str]) -> dict[str, Facts]:
	rows = frappe.get_all("Booking", {"name": ["in", names]}, ["name", "modified", "rescheduled_from"])
	return {row.name: {**row, "modified": str(row.modified)} for row in rows}
