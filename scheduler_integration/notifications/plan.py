"""Plans the messages for a change of a booking as tasks of the outbox."""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.meetings.changes import Change, Fields, Kind
from scheduler_integration.notifications.messages import HOST_REMOVED, message_id, readers_of
from scheduler_integration.notifications.readers import attendee_of, hosts_of
from scheduler_integration.notifications.templates import TEMPLATES
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.tasks import SENDING, SENT, Planned, plan, skip_open

EMAIL = "email"
HOUR = 3600


def plan_messages(change: Change) -> Fields:
	"""Plan the messages for the change, in place of those for earlier changes that nobody has got yet."""
	if change.booking.sequence:
		_skip_earlier(change)
	messages = [_planned(change, purpose, reader) for purpose, reader in readers_of(change)]
	plan(change.booking.name, messages, change.now)
	return {}


def were_told(booking: Document) -> bool:
	"""Whether somebody got the message about the booking's present state, or gets it right now."""
	readers = [("attendee_confirmed", attendee_of(booking)), *(("host_confirmed", host) for host in hosts_of(booking))]
	keys = [message_id(booking, purpose, reader) for purpose, reader in readers]
	return bool(frappe.db.exists("Outbox Task", {"key": ["in", keys], "status": ["in", [SENDING, SENT]]}))


def _skip_earlier(change: Change) -> None:
	name, now, reason = change.booking.name, change.now, _("A later change has a message of its own.")
	skip_open(name, now, reason, kinds=(EMAIL,), purposes=TEMPLATES)
	if change.leaving:
		# A host who was replaced and now comes back needn't know that they were away.
		present = [host.email for host in hosts_of(change.booking)]
		skip_open(name, now, reason, kinds=(EMAIL,), purposes=(HOST_REMOVED,), targets=present)


def _planned(change: Change, purpose: str, reader: Reader) -> Planned:
	booking = change.booking
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
		},
	)
