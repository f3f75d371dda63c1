"""The consequences of a command, from the contact to the messages.

They are stored in the booking's own transaction, so either the booking and all consequences are stored or nothing is.
To add a consequence, write a function in the room that it belongs to and add it to CONSEQUENCES.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import frappe

from scheduler_integration.bookings import ledger
from scheduler_integration.bookings.timeline import note_on_timeline
from scheduler_integration.calendars.mirror.plan import plan_events
from scheduler_integration.conferencing.plan import plan_call
from scheduler_integration.crm.follow import keep_activity, keep_contact
from scheduler_integration.engagement.follow import keep_engagement
from scheduler_integration.insights.stat_days import note_changes
from scheduler_integration.meetings.changes import Change, Changes, Fields
from scheduler_integration.meetings.payment import NOT_PAID
from scheduler_integration.notifications.plan import plan_notifications
from scheduler_integration.outbox.pace import rest_after_response
from scheduler_integration.outbox.wake import wake
from scheduler_integration.payments.follow import keep_payments
from scheduler_integration.waitlist.plan import plan_look

# A consequence gets all changes of the command, so that a session takes as many statements as one booking. It returns
# fields by the booking's name, which `run_consequences` stores, because only bookings/ writes Booking.
Consequence = Callable[[Changes], dict[str, Fields]]

# The order matters: the activity needs the contact, and the messages tell the state after all other consequences.
CONSEQUENCES: tuple[Consequence, ...] = (
	keep_contact,
	ledger.keep_ledger,
	keep_payments,
	keep_activity,
	keep_engagement,
	plan_call,
	plan_events,
	note_on_timeline,
	note_changes,
	plan_look,
	plan_notifications,
)

# What follows from a change of a booking that isn't paid for: its time is taken or free, and nobody hears of it.
WITHOUT_PAYMENT: tuple[Consequence, ...] = (ledger.keep_ledger, keep_payments, note_changes, plan_look)


def run_consequences(*changes: Change) -> None:
	"""Run every consequence of a command's changes, and store the fields that they return.

	The tasks that they planned run right after the commit.
	"""
	unpaid = [change for change in changes if change.booking.payment_status in NOT_PAID]
	if unpaid:
		_run(unpaid, WITHOUT_PAYMENT)
	if others := [change for change in changes if change not in unpaid] if unpaid else changes:
		_run(others, CONSEQUENCES)


def run_once_paid(*changes: Change) -> None:
	"""Run the consequences of new bookings that waited until their attendee had paid. The changes are of the kind BOOKED."""
	_run(changes, [each for each in CONSEQUENCES if each not in WITHOUT_PAYMENT or changes[0].turn])


def run_for_money(*changes: Change) -> None:
	"""Note payments by hand or refunds on the bookings' timelines, count their days again, and tell the attendee."""
	_run(changes, (note_on_timeline, note_changes, plan_notifications))


def _run(changes: Changes, consequences: Sequence[Consequence]) -> None:
	bookings = {change.booking.name: change.booking for change in changes}
	stored: dict[str, Fields] = {name: {} for name in bookings}
	meetings = _by_session(changes)
	for consequence in consequences:
		# People pay once, and get one message, for all dates of a series. Everything else belongs to the meetings.
		for together in [changes] if consequence in (keep_payments, plan_notifications) else meetings:
			for name, fields in consequence(together).items():
				bookings[name].update(fields)
				stored[name] |= fields
	store_fields(stored)
	wake()
	rest_after_response()


def _by_session(changes: Changes) -> list[Changes]:
	"""Return the changes, those of one session together. The dates of a series that aren't shared are together too."""
	groups = defaultdict(list)
	for change in changes:
		groups[change.booking.session or ""].append(change)
	return list(groups.values())


def store_fields(stored: Mapping[str, Fields]) -> None:
	"""Store the fields of bookings, by name, with one statement for all bookings that get the same."""
	alike = defaultdict(list)
	for name, fields in stored.items():
		alike[tuple(fields.items())].append(name)
	for values, names in alike.items():
		if values:
			# Not `db_set`, which loads the whole booking again to compare it.
			frappe.db.set_value("Booking", {"name": ["in", names]}, dict(values), update_modified=False)
