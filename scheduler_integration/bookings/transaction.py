"""Repeats a transaction that lost a race against another one.

The database rolls a transaction back if it and another one wait for each other, or if it waits too long for a lock. The
request isn't wrong then: the same work succeeds when it is done again.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

import frappe

from scheduler_integration.bookings import guard
from scheduler_integration.exceptions import Busy
from scheduler_integration.platform.transactions import limit_waits, read_committed

T = TypeVar("T")

# Nobody waits longer for a page, and a waiting worker can't serve anybody else.
DEADLINE_SECONDS = 10
# If the cause isn't a race, the work fails each time. Then it shouldn't be repeated for ten seconds.
ATTEMPTS = 30
LONGEST_PAUSE = 0.3
# - QueryDeadlockError: InnoDB rolls back one of two transactions that wait for each other.
# - QueryTimeoutError: a lock wasn't released in time.
# - DuplicateEntryError: two transactions chose one name for a new record, such as the Contacts of two people called
#   alike.
# - UniqueValidationError: two requests with the same idempotency key are stored at the same moment.
# - TimestampMismatchError: another transaction changed a record after this one read it.
LOST_RACES = (
	frappe.QueryDeadlockError,
	frappe.QueryTimeoutError,
	frappe.DuplicateEntryError,
	frappe.UniqueValidationError,
	frappe.TimestampMismatchError,
)
# MariaDB from 11.6 on, with innodb_snapshot_isolation, refuses a locking read of rows that changed since the snapshot
# (ER_CHECKREAD). Frappe 16 raises QueryDeadlockError for it, Frappe 15 the driver's own error.
ER_CHECKREAD = 1020


def retried(work: Callable[[], T]) -> T:
	"""Run `work`, again if it lost a race, and return its result. The caller commits.

	`work` must be all that the transaction does: a rollback also undoes everything the transaction did before it.
	Raises Busy if the work still loses after DEADLINE_SECONDS or ATTEMPTS. Other errors aren't caught.

	The pause after an attempt is random, and its upper limit doubles: 10 ms after the first attempt, then 20, 40, 80
	and 160 ms, then always 300 ms. Two transactions that stopped each other rarely wait equally long, so they don't
	meet again.
	"""
	guard.forget_locked_hosts()
	read_committed(wait=DEADLINE_SECONDS)
	deadline = time.monotonic() + DEADLINE_SECONDS
	lost: Exception | None = None
	for attempt in range(ATTEMPTS):
		try:
			if attempt:
				limit_waits(deadline - time.monotonic())
				# Lock before anything is read: InnoDB shows a transaction the state at its first ordinary read, which should
				# come after the wait for the lock.
				guard.lock_same_hosts()
			return work()
		except Exception as error:
			if not is_lost_race(error):
				raise
			lost = error
			frappe.db.rollback()
			frappe.clear_messages()
		pause = random.uniform(0, min(LONGEST_PAUSE, 0.01 * 2**attempt))
		if time.monotonic() + pause >= deadline:
			break
		time.sleep(pause)
	raise Busy from lost


def is_lost_race(error: Exception) -> bool:
	"""Whether the error comes from a race, so that the same work can succeed when it is done again."""
	return isinstance(error, LOST_RACES) or error.args[:1] == (ER_CHECKREAD,)
