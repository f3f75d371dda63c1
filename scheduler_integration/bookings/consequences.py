"""The consequences of a command, from the contact to the messages.

They are stored in the booking's own transaction, so either the booking and all consequences are stored or nothing is.
To add a consequence, write a function in the room that it belongs to and add it to CONSEQUENCES.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import frappe

from scheduler_integration.bookings import ledger
from scheduler_integration.bookings.timeline import note_on_timeline
from scheduler_integration.calendars.mirror.plan import plan_events
from scheduler_integration.conferencing.plan import plan_call
from scheduler_integration.crm.follow import keep_activity, keep_contact
from scheduler_integration.crm.pipeline import plan_record
from scheduler_integration.engagement.follow import keep_engagement
from scheduler_integration.insights.stat_days import note_changes
from scheduler_integration.meetings.changes import Change, Changes, Fields
from scheduler_integration.meetings.payment import NOT_PAID
from scheduler_integration.notifications.plan import plan_notifications
from scheduler_integration.outbox.wake import wake
from scheduler_integration.payments.follow import keep_payments


class Consequence(NamedTuple):
	"""A change that follows from a command, in the same transaction.

	`follow` gets all changes of one meeting, so that a session takes as many statements as one booking. It returns fields by
	the booking's name, which `run_consequences` stores, because only bookings/ writes Booking. `also_unpaid`: it also
	follows for a booking that isn't paid for, of which nobody is told yet. `of_order`: it gets all dates of a series
	together. People pay once for all of them, and get one message.
	"""

	follow: Callable[[Changes], dict[str, Fields]]
	also_unpaid: bool = False
	of_order: bool = False


# The order matters: the activity needs the contact, and the messages tell the state after all other consequences.
CONSEQUENCES = (
	Consequence(keep_contact),
	Consequence(ledger.keep_ledger, also_unpaid=True),
	Consequence(keep_payments, also_unpaid=True, of_order=True),
	Consequence(keep_activity),
	Consequence(plan_record),
	Consequence(keep_engagement),
	Consequence(plan_call),
	Consequence(plan_events),
	Consequence(note_on_timeline),
	Consequence(note_changes, also_unpaid=True),
	Consequence(plan_notifications, of_order=True),
)


def all_consequences() -> list[Consequence]:
	"""Return all consequences. `hooks.py` names those of rooms above this one, which also follow for unpaid bookings."""
	above = frappe.get_hooks("booking_consequences")
	return [*CONSEQUENCES, *(Consequence(frappe.get_attr(path), also_unpaid=True) for path in above)]


def run_consequences(*changes: Change) -> None:
	"""Run every consequence of a command's changes, and store the fields that they return.

	The tasks that they planned run right after the commit.
	"""
	unpaid = [change for change in changes if change.booking.payment_status in NOT_PAID]
	if unpaid:
		_run(unpaid, [each for each in all_consequences() if each.also_unpaid])
	if others := [change for change in changes if change not in unpaid] if unpaid else changes:
		_run(others, all_consequences())


def run_once_paid(*changes: Change) -> None:
	"""Run the consequences of new bookings that waited until their attendee had paid. The changes are of the kind BOOKED.

	With a turn the booking's time is taken again, and everything follows.
	"""
	_run(changes, [each for each in all_consequences() if changes[0].turn or not each.also_unpaid])


def run_for_money(*changes: Change) -> None:
	"""Note payments by hand or refunds on the bookings' timelines, count their days again, and tell the attendee."""
	follow = note_on_timeline, note_changes, plan_notifications
	_run(changes, [each for each in CONSEQUENCES if each.follow in follow])


def _run(changes: Changes, consequences: Sequence[Consequence]) -> None:
	bookings = {change.booking.name: change.booking for change in changes}
	stored: dict[str, Fields] = {name: {} for name in bookings}
	# The changes of one session are together, and so are those of bookings without one, such as the dates of a series.
	meetings: dict[str, list[Change]] = defaultdict(list)
	for change in changes:
		meetings[change.booking.session or ""].append(change)
	for consequence in consequences:
		for together in [changes] if consequence.of_order else meetings.values():
			for name, fields in consequence.follow(together).items():
				bookings[name].update(fields)
				stored[name] |= fields
	store_fields(stored)
	wake()


def store_fields(stored: Mapping[str, Fields]) -> None:
	"""Store the fields of bookings, by name, with one statement for all bookings that get the same."""
	alike = defaultdict(list)
	for name, fields in stored.items():
		alike[tuple(fields.items())].append(name)
	for values, names in alike.items():
		if values:
			# Not `db_set`, which loads the whole booking again to compare it.
			frappe.db.set_value("Booking", {"name": ["in", names]}, dict(values), update_modified=False)
