"""What to do when the database gives a transaction up in favour of another."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

import frappe

from scheduler_integration.exceptions import Busy

T = TypeVar("T")

ATTEMPTS = 6
# InnoDB rolls back one of two that wait for each other; SQLite refuses to wait for a lock any longer; and two people of
# one name who come at the same moment are given the same name for their contact.
LOST_RACES = (frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.DuplicateEntryError)


def retried(work: Callable[[], T]) -> T:
	"""Runs a whole transaction's work, again where it lost a race. Raises Busy when it keeps losing.

	`work` must be all that the transaction does: what came before it is rolled back too.
	"""
	for attempt in range(ATTEMPTS):
		try:
			return work()
		except LOST_RACES:
			frappe.db.rollback()
			frappe.clear_messages()
			# Waits of different lengths, so that the same two don't meet again.
			time.sleep(random.uniform(0, 0.02 * 2**attempt))
	raise Busy
