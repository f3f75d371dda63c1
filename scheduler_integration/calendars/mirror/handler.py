"""The outbox handler that makes a host's calendar match the booking as it is now.

The handler may run twice for one task, or die between any two steps. Each event has a record before it is written, and a
key that is the same at each try. The handler compares the event that was written with the event that is wanted. The
tasks never fail: they wait until the calendar can be written, however long that takes.
"""

from dataclasses import replace

import frappe
from frappe import _

from scheduler_integration.calendars import health
from scheduler_integration.calendars.accounts import open_connection
from scheduler_integration.calendars.mirror import rows
from scheduler_integration.calendars.mirror.desired import Meeting, event_of, meeting_of
from scheduler_integration.calendars.provider import OutgoingEvent, Provider, Stored
from scheduler_integration.exceptions import AccessRevoked, CalendarGone, EventChanged, OutsideError
from scheduler_integration.meetings.calls import conference_of
from scheduler_integration.meetings.destinations import Destination, destination_of
from scheduler_integration.outbox.outcomes import Again, Done, Down, NotNeeded, Outcome, down_by
from scheduler_integration.outbox.results import patient
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.platform.records import picked

# If the provider is still making the link, the task runs again after this many seconds, and later after more.
SOON = 5


def run(task: Task, now: int) -> Outcome:
	"""Write, change and remove the events of the task's host. `now` is in epoch seconds. Commits."""
	frappe.db.commit()
	if not frappe.db.exists("Booking", task.payload["booking"]):
		return NotNeeded(_("The booking was deleted."))
	booking = frappe.get_doc("Booking", task.payload["booking"])
	user, uid = task.payload["user"], task.payload["uid"]
	meeting = meeting_of(booking, user, uid, task.payload["session"])
	destination = destination_of(user)
	if destination and not destination.works:
		return Down(destination.connection, _("The host's calendar must be connected again."))
	if not rows.rows_of(uid, user) and all(end <= now for _start, end in meeting.days):
		return NotNeeded(_("The meeting is over, or takes place without this host."))
	try:
		return _serve(meeting, destination, task, now)
	except OutsideError as error:
		if not destination or not error.stops_account:
			raise
		return _down(destination.connection, error, now)


def _down(connection: str, error: OutsideError, now: int) -> Down:
	"""Return that the account of this connection is down. If it refuses access, that is stored on the connection."""
	if isinstance(error, AccessRevoked):
		health.failed(connection, error, now)
		frappe.db.commit()
	return down_by(connection, error)


def _serve(meeting: Meeting, destination: Destination | None, task: Task, now: int) -> Outcome:
	stored = rows.rows_of(meeting.uid, meeting.user)
	days = meeting.days if destination else []
	kept = [row for row in stored if destination and row.calendar == destination.calendar and row.day < len(days)]
	providers = _Providers()
	try:
		written = [
			_write_day(providers, meeting, day, [row for row in kept if row.day == day], destination, now)
			for day in range(len(days))
			if destination
		]
		leftover = [down for row in stored if row not in kept and (down := _remove(providers, row, now))]
	finally:
		providers.close()
	outcome = _outcome(meeting, written, task, now) if written else Done()
	if leftover and isinstance(outcome, Done):
		return replace(leftover[0], fields=outcome.fields)
	return outcome if written or stored else NotNeeded(_("The host has no calendar for bookings."))


def _outcome(meeting: Meeting, written: list[Stored | None], task: Task, now: int) -> Outcome:
	"""Return the event's id, and the link of the video call if one is wanted. Runs again later for a pending link."""
	first = written[0]
	done = Done(next((each.id for each in written if each), None))
	if not first or not conference_of(meeting.bookings[0], meeting.user):
		return done
	if first.is_pending:
		return Again(now + SOON * 2 ** (patient(task) - 1), _("The provider is still making the link."))
	return replace(done, fields={"meeting_link": first.join_url}) if first.join_url else done


def _write_day(
	providers: "_Providers",
	meeting: Meeting,
	day: int,
	earlier: list[frappe._dict],
	destination: Destination,
	now: int,
) -> Stored | None:
	"""Make the event of one day match the booking. Returns the stored event, or None if the host deleted it there."""
	row = earlier[-1] if earlier else None
	start, end = meeting.days[day]
	if row and row.state == rows.DELETED:
		if (row.starts_at, row.ends_at) == (start, end):
			# The host doesn't want to see the event. The meeting takes place all the same.
			return None
		row = None
	is_over = end <= now
	if is_over and not (
		row
		# If an answer was lost, only the provider knows whether the event was written.
		and (row.external_id or providers.of(row.connection).find(row.calendar_id, row.key) is not None)
	):
		# The account was down until the meeting was over. Nobody needs the event any more.
		return None
	row = row or rows.new_row(meeting, day, rows.next_generation(meeting, day), destination)
	provider = providers.of(row.connection)
	invites = destination.invites and provider.kind.can_invite and meeting.user == meeting.bookings[0].host
	event = replace(event_of(meeting, day, row.key, invites=invites), is_over=is_over)
	stored = _put(provider, row, event, meeting.bookings[0].meeting_link or "")
	if stored is None:
		rows.change(row, state=rows.DELETED, starts_at=row.starts_at or start, ends_at=row.ends_at or end)
		return _write_day(providers, meeting, day, [row], destination, now)
	rows.note_stored(row, stored, (start, end), meeting.bookings[0].name, now)
	return stored


def _put(provider: Provider, row: frappe._dict, event: OutgoingEvent, link: str) -> Stored | None:
	"""Write the event, also if the host changed it there: the booking's time counts. None if the host deleted it.

	`link` is the link of the video call, if it is known.
	"""
	stored = rows.stored_of(row)
	if stored and event.conference:
		# As long as the link isn't known, the provider may itself have changed the event after it was written.
		stored = replace(stored, join_url=link, is_pending=not link)
	try:
		return provider.put(row.calendar_id, event, stored)
	except EventChanged:
		remote = provider.find(row.calendar_id, row.key, stored)
		if remote is None:
			return None
		return provider.put(row.calendar_id, event, Stored(**picked(remote, "id", "etag", "uid")))


def _remove(providers: "_Providers", row: frappe._dict, now: int) -> Down | None:
	"""Remove an event that isn't wanted any more. Returns that its account is down, if it is, and None otherwise.

	The event may be in another account than the one that is written now. If access is refused, that is stored on that
	account's connection. If that account was disconnected or its calendar no longer exists, the event counts as removed.
	"""
	try:
		# Nobody needs a mail about a meeting that is over.
		notify = (row.ends_at or now) >= now
		providers.of(row.connection).remove(row.calendar_id, row.key, rows.stored_of(row), notify=notify)
	except CalendarGone:
		pass
	except OutsideError as error:
		if not error.stops_account:
			raise
		is_active = frappe.db.get_value("Calendar Connection", row.connection, "is_active")
		if is_active or not isinstance(error, AccessRevoked):
			return _down(row.connection, error, now)
	rows.change(row, state=rows.REMOVED)
	return None


class _Providers:
	"""The providers that one task needs, each opened once."""

	def __init__(self) -> None:
		self._open: dict[str, Provider] = {}

	def of(self, connection: str) -> Provider:
		if connection not in self._open:
			if not frappe.db.exists("Calendar Connection", connection):
				raise AccessRevoked()
			self._open[connection] = open_connection(connection)
		return self._open[connection]

	def close(self) -> None:
		for provider in self._open.values():
			provider.close()
