"""Plans the messages about a change of a booking, and the actions of automations, as tasks of the outbox."""

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.changes import Change, Fields, Kind
from scheduler_integration.meetings.policy import is_given_back
from scheduler_integration.notifications.automations.plan import automated_tasks
from scheduler_integration.notifications.messages import (
	GUEST_REMOVED,
	HOST_REMOVED,
	message_id,
	readers_of,
	template_of,
)
from scheduler_integration.notifications.readers import attendee_of, hosts_of
from scheduler_integration.notifications.rules import is_switched_off
from scheduler_integration.notifications.templates import TEMPLATES
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.tasks import SENDING, SENT, Planned, plan, skip_open
from scheduler_integration.platform.language import for_later

EMAIL = "email"
HOUR = 3600
# These changes don't change the invitation, and nobody gets a message about them.
_SILENT = frozenset({Kind.COMPLETED, Kind.NO_SHOW, Kind.UNDONE})


def plan_notifications(change: Change) -> Fields:
	"""Plan messages and automated actions, together: a new booking stores them with one statement."""
	tasks = [*messages(change), *automated_tasks(change)]
	plan(change.booking.name, tasks, change.now, is_new=change.kind is Kind.BOOKED)
	return {}


def messages(change: Change) -> list[Planned]:
	"""Return the messages for the change. They replace messages about earlier changes that haven't been sent yet."""
	if change.kind in _SILENT:
		return []
	if (change.booking.sequence and change.kind is not Kind.RESCHEDULE_ASKED) or change.releases_time:
		_skip_earlier(change, change.booking.name)
	if change.moved_from:
		_skip_earlier(change, change.moved_from.name)
		_tell_the_session_left(change, change.moved_from)
	return _planned_for(change, change.booking, readers_of(change))


def were_told(booking: Document) -> bool:
	"""Whether somebody got the message about the booking's present state, or gets it right now."""
	readers = [("attendee_confirmed", attendee_of(booking)), *(("host_confirmed", host) for host in hosts_of(booking))]
	keys = [message_id(booking, purpose, reader) for purpose, reader in readers]
	return bool(frappe.db.exists("Outbox Task", {"key": ["in", keys], "status": ["in", [SENDING, SENT]]}))


def _planned_for(change: Change, booking: Document, readers: list[tuple[str, Reader]]) -> list[Planned]:
	wanted = [(purpose, reader) for purpose, reader in readers if not is_switched_off(template_of(purpose))]
	return [_planned(change, booking, purpose, reader) for purpose, reader in wanted]


def _tell_the_session_left(change: Change, left: Document) -> None:
	"""Tell the hosts of a session that the attendee left for another time.

	If the whole session was moved, its entry in the hosts' calendars moves too, and these messages aren't needed.
	"""
	if left.session and not is_given_back(left) and left.session_uid != change.booking.session_uid:
		tasks = _planned_for(change, left, [("host_cancelled", host) for host in hosts_of(left)])
		plan(left.name, tasks, change.now)


def _skip_earlier(change: Change, name: str) -> None:
	now, reason = change.now, for_later("A later change has a message of its own.")
	skip_open(name, now, reason, kinds=(EMAIL,), purposes=TEMPLATES)
	if change.added_guests:
		# A guest who was removed and now comes back needs no message about the removal.
		skip_open(name, now, reason, kinds=(EMAIL,), purposes=(GUEST_REMOVED,), targets=change.added_guests)
	if change.leaving:
		# A host who was replaced and now comes back needs no message about the replacement.
		present = [host.email for host in hosts_of(change.booking)]
		skip_open(name, now, reason, kinds=(EMAIL,), purposes=(HOST_REMOVED,), targets=present)


def _planned(change: Change, booking: Document, purpose: str, reader: Reader) -> Planned:
	return Planned(
		kind=EMAIL,
		purpose=purpose,
		target=reader.email,
		key=message_id(booking, purpose, reader),
		due_at=change.now,
		expires_at=max(booking.ends_at, change.now + HOUR),
		payload={
			"role": reader.role,
			"user": reader.user,
			"sequence": booking.sequence,
			"is_reassigned": change.leaving is not None,
			"is_link": change.kind is Kind.LINKED,
			"is_guests_changed": change.kind is Kind.GUESTS_CHANGED,
		},
	)
