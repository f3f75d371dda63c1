"""Plans the messages about a change of a booking, and the actions of automations, as tasks of the outbox."""

from collections.abc import Sequence

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.changes import Change, Changes, Fields, Kind, moved_from
from scheduler_integration.meetings.policy import is_given_back
from scheduler_integration.meetings.series import once_per_series
from scheduler_integration.notifications.automations.plan import automated_tasks
from scheduler_integration.notifications.email import KIND
from scheduler_integration.notifications.hook_tasks import subscribed_tasks
from scheduler_integration.notifications.messages import (
	ABOUT_MONEY,
	GUEST_REMOVED,
	HOST_REMOVED,
	REFUNDED,
	acting_user,
	message_id,
	readers_of,
	still_asked,
)
from scheduler_integration.notifications.readers import attendee_of, hosts_of, share_hosts
from scheduler_integration.notifications.rules import is_switched_off
from scheduler_integration.notifications.templates import QUESTIONS, TEMPLATES
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.tasks import SENDING, SENT, Planned, plan_all, skip_open
from scheduler_integration.platform.language import for_later
from scheduler_integration.platform.records import picked

HOUR = 3600
# These changes don't change the invitation, and nobody gets a message about them.
_SILENT = frozenset({Kind.PAID_BY_HAND, Kind.CORRECTED, Kind.COMPLETED, Kind.NO_SHOW, Kind.UNDONE})


def plan_notifications(changes: Changes) -> dict[str, Fields]:
	"""Plan messages, automated actions and webhooks, together: they are stored with one statement."""
	share_hosts([booking for change in changes for booking in (change.booking, change.moved_from) if booking])
	tasks = [*messages(changes), *automated_tasks(changes), *subscribed_tasks(changes)]
	plan_all(tasks, changes[0].now, is_new=changes[0].kind is Kind.BOOKED)
	return {}


def messages(changes: Changes) -> list[tuple[str, Planned]]:
	"""Return the messages for the changes, each with its booking's name.

	They replace messages about earlier changes that haven't been sent yet.
	"""
	if changes[0].kind in _SILENT:
		return []
	if changes[0].kind is Kind.PLACED and changes[0].booking.video_status == "Waiting":
		# The link of the call comes with a message of its own.
		return []
	_skip_earlier(changes)
	planned = []
	for change in changes:
		if change.moved_from:
			planned += _to_the_session_left(change, change.moved_from)
	for change, dates in once_per_series(changes):
		planned += _planned_for(change, change.booking, readers_of(change, change is changes[0]), dates)
	for change in still_asked(changes):
		planned += _planned_for(change, change.booking, [("attendee_asked", attendee_of(change.booking))])
	return planned


def were_told(booking: Document) -> bool:
	"""Whether somebody got the message about the booking's present state, or gets it right now."""
	readers = [("attendee_confirmed", attendee_of(booking)), *(("host_confirmed", host) for host in hosts_of(booking))]
	keys = [message_id(booking, purpose, reader) for purpose, reader in readers]
	return bool(frappe.db.exists("Outbox Task", {"key": ["in", keys], "status": ["in", [SENDING, SENT]]}))


def _planned_for(
	change: Change, booking: Document, readers: list[tuple[str, Reader]], dates: Sequence[Document] = ()
) -> list[tuple[str, Planned]]:
	"""Return the messages about the booking; `dates` are all bookings of its series that the command changed."""
	actor = acting_user(change)
	about = {
		"sequence": booking.sequence,
		"is_reassigned": change.leaving is not None,
		"is_link": change.kind in (Kind.LINKED, Kind.PLACED),
		"is_guests_changed": change.kind is Kind.GUESTS_CHANGED,
		"is_confirmed": change.kind is Kind.CONFIRMED,
		"was_confirmed": change.was_confirmed,
		**({"dates": [each.name for each in dates]} if len(dates) > 1 else {}),
	}
	return [
		(
			booking.name,
			Planned(
				kind=KIND,
				purpose=purpose,
				target=reader.email,
				key=message_id(booking, purpose, reader, change.now),
				due_at=change.now,
				expires_at=None if purpose in ABOUT_MONEY else max(booking.ends_at, change.now + HOUR),
				payload={**picked(reader, "role", "user"), **about},
			),
		)
		for purpose, reader in readers
		if not is_switched_off(purpose) and (not actor or reader.user != actor)
	]


def _to_the_session_left(change: Change, left: Document) -> list[tuple[str, Planned]]:
	"""Return the messages to the hosts of a session that the attendee left for another time.

	If the whole session was moved, its entry in the hosts' calendars moves too, and these messages aren't needed.
	"""
	if left.session and not is_given_back(left) and left.session_uid != change.booking.session_uid:
		return _planned_for(change, left, [("host_cancelled", host) for host in hosts_of(left)])
	return []


def _skip_earlier(changes: Changes) -> None:
	change = changes[0]
	if change.kind in (Kind.ADDRESS_CONFIRMED, Kind.REFUNDED, Kind.REFUND_FAILED):
		# Nothing of what the others were told has changed.
		return
	now, reason = change.now, for_later("A later change has a message of its own.")
	if change.kind is Kind.ASK_WITHDRAWN:
		skip_open([change.booking.name], now, reason, kinds=(KIND,), purposes=("attendee_asked",))
		return
	asks = change.kind is Kind.RESCHEDULE_ASKED
	outdated = [each.booking.name for each in changes if (each.booking.sequence and not asks) or each.releases_time]
	outdated += [each.name for each in moved_from(changes)]
	if not outdated:
		return
	stale = {*TEMPLATES, *QUESTIONS} - {REFUNDED, GUEST_REMOVED, HOST_REMOVED}
	skip_open(outdated, now, reason, kinds=(KIND,), purposes=stale)
	if change.added_guests:
		# A guest who was removed and now comes back needs no message about the removal.
		skip_open(outdated, now, reason, kinds=(KIND,), purposes=(GUEST_REMOVED,), targets=change.added_guests)
	if change.leaving:
		# A host who was replaced and now comes back needs no message about the replacement.
		present = [host.email for host in hosts_of(change.booking)]
		skip_open(outdated, now, reason, kinds=(KIND,), purposes=(HOST_REMOVED,), targets=present)
