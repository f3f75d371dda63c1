"""The consequences of a command, from the contact to the messages.

They are stored in the booking's own transaction, so either the booking and all consequences are stored or nothing is.
To add a consequence, write a function in the room that it belongs to and add it to CONSEQUENCES.
"""

from collections.abc import Callable

import frappe

from scheduler_integration.bookings import ledger
from scheduler_integration.bookings.timeline import note_on_timeline
from scheduler_integration.calendars.mirror.plan import plan_events
from scheduler_integration.conferencing.plan import plan_call
from scheduler_integration.crm.follow import keep_activity, keep_contact
from scheduler_integration.engagement.follow import keep_engagement
from scheduler_integration.meetings.changes import Change, Fields
from scheduler_integration.notifications.plan import plan_notifications
from scheduler_integration.outbox.wake import wake

# A consequence returns fields of the booking, which `run_consequences` stores, because only bookings/ writes Booking.
Consequence = Callable[[Change], Fields]

# The order matters: the activity needs the contact, and the messages tell the state after all other consequences.
CONSEQUENCES: tuple[Consequence, ...] = (
	keep_contact,
	ledger.keep_ledger,
	keep_activity,
	keep_engagement,
	plan_call,
	plan_events,
	note_on_timeline,
	plan_notifications,
)


def run_consequences(change: Change) -> None:
	"""Run every consequence of the change, and store the fields that they return with one statement.

	The tasks that they planned run right after the commit.
	"""
	stored: Fields = {}
	for consequence in CONSEQUENCES:
		fields = consequence(change)
		change.booking.update(fields)
		stored |= fields
	if stored:
		# Not `db_set`, which loads the whole booking again to compare it.
		frappe.db.set_value("Booking", change.booking.name, stored, update_modified=False)
	wake()
