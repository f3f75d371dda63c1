"""The commands: book, hold, confirm, decline, cancel, reassign.

Only this room writes Booking records, and it guards the hosts' time against double booking. Other rooms import from
here, never from a module inside.
"""

from scheduler_integration.bookings.book import book
from scheduler_integration.bookings.cancel import cancel_by_host, cancel_by_token, decline
from scheduler_integration.bookings.confirm import confirm
from scheduler_integration.bookings.guard import release_before, release_buckets, store_buckets
from scheduler_integration.bookings.hold import HeldSlot, hold_slot, release_slot
from scheduler_integration.bookings.ledger import forget_turns
from scheduler_integration.bookings.outbox import run_due_tasks, run_tasks_of
from scheduler_integration.bookings.reassign import reassign
from scheduler_integration.bookings.transaction import retried

__all__ = [
	"HeldSlot",
	"book",
	"cancel_by_host",
	"cancel_by_token",
	"confirm",
	"decline",
	"forget_turns",
	"hold_slot",
	"reassign",
	"release_before",
	"release_buckets",
	"release_slot",
	"retried",
	"run_due_tasks",
	"run_tasks_of",
	"store_buckets",
]
