"""What to do when the database gives a transaction up in favour of another, or makes it wait."""

import math
import random
import time
from collections.abc import Callable
from typing import TypeVar

import frappe

from scheduler_integration.bookings import guard
from scheduler_integration.exceptions import Busy

T = TypeVar("T")

# Nobody looks at a form for longer, and a worker that waits serves nobody else.
DEADLINE_SECONDS = 10
# Work that is refused each time, and not by a race, shouldn't be done over and over until the deadline.
ATTEMPTS = 30
LONGEST_PAUSE = 0.3
# InnoDB rolls back one of two that wait for each other; SQLite refuses to wait for a lock any longer; two people of one
# name who come at the same moment are given the same name for their contact; one key sent twice is stored once; and what somebody
# else has changed since it was read isn't saved.
LOST_RACES = (
	frappe.QueryDeadlockError,
	frappe.QueryTimeoutError,
	frappe.DuplicateEntryError,
	frappe.UniqueValidationError,
	frappe.TimestampMismatchError,
)
# MariaDB from 11.6 on, with innodb_snapshot_isolation, refuses a locking read of what changed since the snapshot
# (ER_CHECKREAD). Frappe 16 takes it for a deadlock, Frappe 15 hands it on as it is.
ER_CHECKREAD = 1020


def retried(work: Callable[[], T]) -> T:
	"""Runs a whole transaction's work, again if it lost a race. Raises Busy if it keeps losing until the deadline.

	`work` must be all that the transaction does: what came before it is rolled back too.
	"""
	guard.forget_wanted()
	deadline = time.monotonic() + DEADLINE_SECONDS
	for attempt in range(ATTEMPTS):
		try:
			limit_waits(deadline - time.monotonic())
			if attempt:
				# Before anything is read: InnoDB shows a transaction everything as it was at its first ordinary read.
				guard.lock_again()
			return work()
		except Exception as error:
			if not is_lost_race(error):
				raise
			frappe.db.rollback()
			frappe.clear_messages()
		# Waits of different lengths, so that the same two don't meet again.
		pause = random.uniform(0, min(LONGEST_PAUSE, 0.01 * 2**attempt))
		if time.monotonic() + pause >= deadline:
			break
		time.sleep(pause)
	raise Busy


def is_lost_race(error: Exception) -> bool:
	"""Whether the same work may well succeed when it is done again."""
	return isinstance(error, LOST_RACES) or error.args[:1] == (ER_CHECKREAD,)


def limit_waits(seconds: float) -> None:
	"""From now on this connection waits at most so long for one lock, a table's included. MariaDB counts whole seconds."""
	if frappe.db.db_type == "sqlite":
		frappe.db.sql(f"pragma busy_timeout = {max(1, int(seconds * 1000))}")
	else:
		whole = max(1, math.ceil(seconds))
		frappe.db.sql("set session innodb_lock_wait_timeout = %s, lock_wait_timeout = %s", (whole, whole))
