"""The commands: book, hold, confirm, cancel, reassign. The one writer of Booking records, and the guard of the hosts' time.

Other rooms use what is listed here and nothing below it.
"""

from scheduler_integration.bookings.book import book
from scheduler_integration.bookings.cancel import cancel_by_host, cancel_by_token, decline
from scheduler_integration.bookings.confirm import confirm
from scheduler_integration.bookings.delivery import deliver_messages
from scheduler_integration.bookings.guard import hold_time, release_before, release_time
from scheduler_integration.bookings.hold import HeldSlot, hold_slot, release_slot
from scheduler_integration.bookings.reassign import reassign
from scheduler_integration.bookings.transaction import retried
from scheduler_integration.bookings.turns import forget_turns

__all__ = [
	"HeldSlot",
	"book",
	"cancel_by_host",
	"cancel_by_token",
	"confirm",
	"decline",
	"deliver_messages",
	"forget_turns",
	"hold_slot",
	"hold_time",
	"reassign",
	"release_before",
	"release_slot",
	"release_time",
	"retried",
]
