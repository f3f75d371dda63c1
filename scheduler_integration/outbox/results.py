"""Stores the outcome of a claimed task, and decides when a failed one is tried again."""

import random
from html import unescape

import frappe
from frappe import _
from frappe.utils import strip_html
from pypika import Case

from scheduler_integration.exceptions import Deferred
from scheduler_integration.outbox.outages import accounts_of
from scheduler_integration.outbox.outcomes import Again, Done, Down, Never, Outcome
from scheduler_integration.outbox.tasks import FAILED, PENDING, SENDING, SENT, SKIPPED, Task
from scheduler_integration.platform.clock import to_site_time

# The wait doubles after each attempt: 1, 2, 4 ... 512 minutes. Ten waits make 1023 minutes, so the last of 11 attempts
# comes about 17 hours after the first.
MAX_ATTEMPTS = 11
FIRST_WAIT = 60
# If a task keeps trying, or waits for an account, the number of attempts stays here, so that an hour is the longest wait.
# The attempts that are left are for errors that count, and for workers that die.
PATIENT_ATTEMPTS = 7
LONGEST_ERROR = 500


def store_outcome(task: Task, outcome: Outcome, now: int) -> None:
	"""Store the outcome, unless another worker has claimed the task since. `now` is in epoch seconds.

	If the booking was changed while the handler ran, the task has a higher generation now and is due again.
	"""
	over = {"done_at": now, "done_on": to_site_time(now)}
	if isinstance(outcome, Done):
		status, fields = (
			SENT,
			{"error": None, **({"external_id": outcome.external_id} if outcome.external_id else {}), **over},
		)
	elif isinstance(outcome, Again):
		attempts = task.attempts if outcome.counts else patient(task)
		again = {"due_at": outcome.at, "due_on": to_site_time(outcome.at), "error": outcome.reason or None}
		status, fields = PENDING, {**again, "attempts": attempts}
	elif isinstance(outcome, Down):
		# Its time stays. The task is due as soon as the account works.
		target = task.target if outcome.account in accounts_of(task) else outcome.account
		status, fields = PENDING, {"target": target, "attempts": patient(task), "error": outcome.reason}
	elif isinstance(outcome, Never):
		status, fields = FAILED, {"error": outcome.reason, **over}
	else:
		status, fields = SKIPPED, {"error": outcome.reason, **over}
	row = frappe.qb.DocType("Outbox Task")
	query = frappe.qb.update(row).where((row.name == task.name) & (row.lease == task.lease) & (row.status == SENDING))
	# The status comes last: MariaDB sets the columns from left to right, and the others don't need it.
	for field, value in {**fields, "lease": None, "lease_until": None}.items():
		query = query.set(row[field], value)
	query.set(row.status, Case().when(row.generation == task.generation, status).else_(PENDING)).run()


def outcome_of_error(task: Task, error: Exception, now: int, *, keeps_trying: bool) -> Outcome:
	"""Return when to try again after an exception of the handler, or Never after the last attempt.

	There is a last attempt unless the task keeps trying, or the other system has only deferred it (Deferred). The wait is drawn between half and all of the doubled time, so that tasks that failed together don't come back
	together.
	"""
	reason = describe(error)
	counts = not (keeps_trying or isinstance(error, Deferred))
	if counts and task.attempts >= MAX_ATTEMPTS:
		return Never(reason)
	doubled = FIRST_WAIT * 2 ** ((task.attempts if counts else patient(task)) - 1)
	return Again(now + random.randint(doubled // 2, doubled), reason, counts)


def outcome_of_deaths(now: int, *, keeps_trying: bool) -> Outcome:
	"""Return the outcome of a task whose workers died so often that the task itself may be the reason."""
	reason = _("The worker ended unexpectedly, again and again.")
	return Again(now + FIRST_WAIT * 2**PATIENT_ATTEMPTS, reason) if keeps_trying else Never(reason)


def patient(task: Task) -> int:
	"""Return the number of attempts, as it is stored if the task is tried again without end."""
	return min(task.attempts, PATIENT_ATTEMPTS)


def describe(error: Exception) -> str:
	"""Return the error's message as one line for people, or its class if it has none.

	For a broken template, Frappe's message is a page with a traceback. The last line of that says what is wrong.
	"""
	text = str(error)
	if "Traceback" in text:
		text = strip_html(text).strip().rpartition("\n")[2]
	return (" ".join(unescape(text).split()) or type(error).__name__)[:LONGEST_ERROR]
