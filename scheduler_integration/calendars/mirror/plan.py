"""Plans the outbox tasks that write a booking into its hosts' calendars: one for each host.

A task names the host and the meeting. The event is written by the booking's state at the time at which the task runs.
"""

import hashlib
from collections.abc import Iterable

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.changes import Change, Fields, Kind
from scheduler_integration.meetings.destinations import destination_of
from scheduler_integration.meetings.sessions import host_uid
from scheduler_integration.outbox.tasks import Planned, plan
from scheduler_integration.outbox.wake import wake

KIND = "calendar_event"
PURPOSE = "mirror"
# If a calendar can't be reached, the event of a cancelled meeting is still removed until this long after the meeting's
# end.
WEEK = 7 * 86400


def plan_events(change: Change) -> Fields:
	"""Plan the tasks of the change for the calendars of the booking's hosts, also of one who was replaced."""
	users = dict.fromkeys([row.user for row in change.booking.hosts])
	if change.leaving:
		users[change.leaving] = None
	if change.moved_from:
		_plan_former(change.moved_from, change.booking, users, change.now)
	# The meeting of a new booking is in no calendar yet, unless it joins a session.
	is_new = change.kind is Kind.BOOKED and not change.booking.session
	_plan(change.booking, users, change.now, is_new=is_new)
	return {}


def _plan_former(former: Document, booking: Document, users: Iterable[str], now: int) -> None:
	"""Plan the rest of a rescheduled booking: another host's event, or the session that the attendee left."""
	staying = {host_uid(booking, user) for user in users}
	gone = [row.user for row in former.hosts if row.user not in users or host_uid(former, row.user) not in staying]
	_plan(former, dict.fromkeys(gone), now)


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
		# `outbox.tasks.plan` needs a lock on the booking's row, so that nobody else plans the same keys.
		booking = frappe.get_doc("Booking", name, for_update=True)
		_plan(booking, [user], now)
	if rows:
		wake()
	return len(rows)


def _plan(booking: Document, users: Iterable[str], now: int, *, is_new: bool = False) -> None:
	tasks = [task for user in users if (task := _task(booking, user, now, is_new))]
	plan(booking.name, tasks, now, is_new=is_new)


def _task(booking: Document, user: str, now: int, is_new: bool) -> Planned | None:
	uid = host_uid(booking, user)
	target = _target(user, uid, is_new)
	if not target:
		return None
	key = f"calendar:{hashlib.sha256(f'{uid} {user}'.encode()).hexdigest()[:40]}"
	return Planned(
		kind=KIND,
		purpose=PURPOSE,
		target=target,
		key=key,
		due_at=now,
		expires_at=max(booking.ends_at, now) + WEEK,
		generation=0 if is_new else _next_generation(key),
		# A booking that is rescheduled has a successor with the same UID, and so with the same task.
		payload={"booking": booking.name, "user": user, "uid": uid, "session": booking.session or ""},
	)


def _target(user: str, uid: str, is_new: bool) -> str | None:
	"""Return the connection that gets the event, or else one from which it must be removed, or None."""
	found = destination_of(user)
	if found:
		return found.connection
	if is_new:
		return None
	stored = {"subject": uid, "user": user, "state": ("!=", "Removed")}
	# Without an order: with one, MariaDB may read the whole table, newest rows first.
	return frappe.db.get_value("Mirrored Event", stored, "connection", order_by=None)


def _next_generation(key: str) -> int:
	"""Return a generation that makes a known task due again."""
	known = frappe.db.get_value("Outbox Task", {"key": key}, "generation")
	return (known or 0) + 1 if known is not None else 0
