"""Plans the outbox tasks that write a booking into its hosts' calendars: one for each host.

A task names the host and the meeting. The event is written by the booking's state at the time at which the task runs.
"""

import hashlib
from collections.abc import Iterable

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.changes import Change, Changes, Fields, Kind
from scheduler_integration.meetings.destinations import destination_of
from scheduler_integration.meetings.sessions import host_uid
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.tasks import Planned, generations_of, plan_all
from scheduler_integration.outbox.wake import wake

KIND = "calendar_event"
PURPOSE = "mirror"


def plan_events(changes: Changes) -> dict[str, Fields]:
	"""Plan the tasks of the changes for the calendars of the bookings' hosts, also of one who was replaced."""
	# From these calendars a rescheduled booking goes: its host is another one now, or it has left its session.
	former = []
	for change in changes:
		if earlier := change.moved_from:
			staying = {host_uid(change.booking, user) for user in _users(change)}
			hosts = dict.fromkeys(row.user for row in earlier.hosts)
			gone = [user for user in hosts if user not in _users(change) or host_uid(earlier, user) not in staying]
			former.append((earlier, gone))
	_plan(former, changes[0].now)
	# The meeting of a new booking is in no calendar yet, unless it joins a session.
	is_new = changes[0].kind is Kind.BOOKED and not changes[0].booking.session
	_plan([(change.booking, _users(change)) for change in changes], changes[0].now, is_new=is_new)
	return {}


def _users(change: Change) -> list[str]:
	"""Return the hosts of the booking, and one who was replaced."""
	return list(dict.fromkeys([*(row.user for row in change.booking.hosts), *filter(None, [change.leaving])]))


def plan_upcoming(user: str, now: int) -> int:
	"""Plan the events of the user's coming bookings, and return how many. For a calendar that was just chosen, or connected
	again."""
	host = frappe.qb.DocType("Booking Host")
	rows = (
		frappe.qb.from_(host)
		.select(host.parent)
		.distinct()
		.where((host.user == user) & (host.parenttype == "Booking") & (host.ends_at > now) & (host.is_live == 1))
		.run(pluck=True)
	)
	for name in rows:
		# `outbox.tasks.plan_all` needs a lock on the booking's row, so that nobody else plans the same keys.
		booking = frappe.get_doc("Booking", name, for_update=True)
		_plan([(booking, [user])], now)
	if rows:
		wake()
	if destination := destination_of(user):
		ask_soon(destination.connection, now)
	return len(rows)


def ask_soon(connection: str, now: int) -> None:
	"""Let tasks that wait for this account ask again, because the account was just read, or changed by its host."""
	if outages.ask_soon(KIND, [connection], now):
		wake()


def _plan(meetings: Iterable[tuple[Document, Iterable[str]]], now: int, *, is_new: bool = False) -> None:
	"""Plan a task for each meeting and each of its users. The bookings of a session are one meeting."""
	wanted = {(host_uid(booking, user), user): booking for booking, users in meetings for user in users}
	targets = {each: target for each in wanted if (target := _target(*each, is_new))}
	generations = {} if is_new else generations_of(_key(*target) for target in targets)
	tasks = []
	for (uid, user), target in targets.items():
		booking, key = wanted[uid, user], _key(uid, user)
		task = Planned(
			kind=KIND,
			purpose=PURPOSE,
			target=target,
			key=key,
			due_at=now,
			# A higher generation makes a known task due again.
			generation=generations.get(key, -1) + 1,
			# A booking that is rescheduled has a successor with the same UID, and so with the same task.
			payload={"booking": booking.name, "user": user, "uid": uid, "session": booking.session or ""},
		)
		tasks.append((booking.name, task))
	plan_all(tasks, now, is_new=is_new)


def _key(uid: str, user: str) -> str:
	return f"calendar:{hashlib.sha256(f'{uid} {user}'.encode()).hexdigest()[:40]}"


def _target(uid: str, user: str, is_new: bool) -> str | None:
	"""Return the connection that gets the event, or else one from which it must be removed, or None."""
	destination = destination_of(user)
	if destination:
		return destination.connection
	if is_new:
		return None
	stored = {"subject": uid, "user": user, "state": ("!=", "Removed")}
	# Without an order: with one, MariaDB may read the whole table, newest rows first.
	return frappe.db.get_value("Mirrored Event", stored, "connection", order_by=None)
