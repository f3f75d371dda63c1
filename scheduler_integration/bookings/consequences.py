"""What each command brings about, beside the change of the booking itself.

All of it belongs to the booking's own transaction: it is stored together with the booking or not at all. To add a
consequence, write a function in the room that it belongs to and add it to the list.
"""

from collections.abc import Callable

from scheduler_integration.bookings import turns
from scheduler_integration.crm.follow import keep_activity, keep_contact
from scheduler_integration.meetings.changes import Change, Fields
from scheduler_integration.notifications.plan import plan_messages

# Each returns the fields of the booking that it wants set: bookings/ is the one writer of Booking.
Consequence = Callable[[Change], Fields]

# In this order. The activity names the contact; the messages tell the state that all others left behind.
CONSEQUENCES: tuple[Consequence, ...] = (
	keep_contact,
	turns.keep_ledger,
	keep_activity,
	plan_messages,
)


def bring_about(change: Change) -> None:
	"""Lets everything follow the change, and stores with one statement what it says about the booking."""
	stored: Fields = {}
	for consequence in CONSEQUENCES:
		fields = consequence(change)
		change.booking.update(fields)
		stored |= fields
	if stored:
		change.booking.db_set(stored, update_modified=False)
