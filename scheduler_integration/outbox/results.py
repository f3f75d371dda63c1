"""Stores the outcome of a claimed task, and decides when a failed one is tried again."""

import random
from html import unescape
from typing import Any

import frappe
from frappe import _
from frappe.utils import strip_html
from pypika import Case

from scheduler_integration.outbox.outcomes import Again, Done, Never, NotNeeded, Outcome, RetryLater
from scheduler_integration.outbox.tasks import FAILED, PENDING, SENDING, SENT, SKIPPED, Task
from scheduler_integration.platform.clock import to_site_time

# The wait doubles after each attempt: 1, 2, 4 ... 512 minutes. Ten waits make 1023 minutes, so the last of 11 attempts
# comes about 17 hours after the first.
MAX_ATTEMPTS = 11
FIRST_WAIT = 60
LONGEST_ERROR = 500


def store_outcome(task: Task, outcome: Outcome, now: int) -> None:
	"""Store the outcome, unless another worker has claimed the task since. `now` is in epoch seconds.

	If the booking was changed while the handler ran, the task has a higher generation now and is due again.
	"""
	status, fields = _fields(outcome, now)
	row = frappe.qb.DocType("Outbox Task")
	query = frappe.qb.update(row).where((row.name == task.name) & (row.lease == task.lease) & (row.status == SENDING))
	# The status comes last: MariaDB sets the columns from left to right, and the others don't need it.
	for field, value in {**fields, "lease": None, "lease_until": None}.items():
		query = query.set(row[field], value)
	query.set(row.status, Case().when(row.generation == task.generation, status).else_(PENDING)).run()


def outcome_of_error(task: Task, error: Exception, now: int) -> Outcome:
	"""Return when to try again after an exception, or Never after the last attempt.

	The wait is drawn between half and all of the doubled time, so that tasks that failed together don't come back
	together. If the other system asks for a longer wait (RetryLater), that counts.
	"""
	reason = describe(error)
	if task.attempts >= MAX_ATTEMPTS:
		return Never(reason)
	doubled = FIRST_WAIT * 2 ** (task.attempts - 1)
	wait = random.randint(doubled // 2, doubled)
	if isinstance(error, RetryLater):
		wait = max(wait, error.seconds)
	return Again(now + wait, reason)


def describe(error: Exception) -> str:
	"""Return the error's message as one line for people, or its class if it has none.

	For a broken template, Frappe's message is a page with a traceback. The last line of that says what is wrong.
	"""
	text = str(error)
	if "Traceback" in text:
		text = strip_html(text).strip().rpartition("\n")[2]
	return (" ".join(unescape(text).split()) or type(error).__name__)[:LONGEST_ERROR]


def overdue(task: Task) -> NotNeeded:
	"""Return the outcome of a task whose moment has passed."""
	return NotNeeded(_("Its moment has passed."))


def _fields(outcome: Outcome, now: int) -> tuple[str, dict[str, Any]]:
	over = {"done_at": now, "done_on": to_site_time(now)}
	if isinstance(outcome, Done):
		return SENT, {"error": None, **({"external_id": outcome.external_id} if outcome.external_id else {}), **over}
	if isinstance(outcome, Again):
		return PENDING, {"due_at": outcome.at, "due_on": to_site_time(outcome.at), "error": outcome.reason}
	if isinstance(outcome, Never):
		return FAILED, {"error": outcome.reason, **over}
	return SKIPPED, {"error": outcome.reason, **over}
