"""Runs due tasks: claims them, calls their handlers, stores the outcomes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import frappe
from frappe import _

from scheduler_integration.meetings.changes import Fields
from scheduler_integration.outbox import claims
from scheduler_integration.outbox.handlers import Handlers
from scheduler_integration.outbox.outcomes import Done, Never, NotNeeded, Outcome, Unavailable
from scheduler_integration.outbox.results import MAX_ATTEMPTS, outcome_of_error, overdue, store_outcome
from scheduler_integration.outbox.tasks import Task

BATCH = 200
# A worker that still has tasks after this gives them back. Their lease is far from over then.
BATCH_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Runner:
	"""Runs tasks with these handlers.

	- `now` returns the time in epoch seconds. It is asked again for each task, since a run can take a minute.
	- `store` sets fields of the task's booking, in the transaction that stores the outcome.
	- `tell` is called with a task that failed for good and the reason.
	"""

	handlers: Handlers
	now: Callable[[], int]
	store: Callable[[Task, Fields], None]
	tell: Callable[[Task, str], None]

	def run_booking(self, booking: str) -> int:
		"""Run the booking's due tasks and return how many ran. Waits some seconds for a task that others need."""
		count, deadline = 0, time.monotonic() + claims.PATIENCE + 1
		while True:
			count += self._run_batches(booking, deadline + BATCH_SECONDS)
			if time.monotonic() > deadline or not claims.waits_for_earlier_stage(booking, self.now()):
				return count
			frappe.db.commit()
			time.sleep(1)

	def run_all(self, seconds: float) -> int:
		"""Run due tasks of all bookings until none is left, or for about `seconds`. Returns how many ran."""
		return self._run_batches(None, time.monotonic() + seconds)

	def _run_batches(self, booking: str | None, deadline: float) -> int:
		count, unavailable = 0, set[str]()
		serial = [kind for kind, handler in self.handlers.items() if handler.one_at_a_time]
		while time.monotonic() < deadline:
			tasks = claims.claim(self.now(), BATCH, claims.Wanted(booking, serial, unavailable))
			if not tasks:
				break
			count += self._run_batch(tasks, unavailable, min(deadline, time.monotonic() + BATCH_SECONDS))
		return count

	def _run_batch(self, tasks: list[Task], unavailable: set[str], deadline: float) -> int:
		"""Run the tasks and return how many ran. Adds the kinds that can't be reached to `unavailable`.

		Tasks of these kinds are given back, and those for which no time is left.
		"""
		returned = []
		for task in tasks:
			if task.kind in unavailable or time.monotonic() > deadline:
				returned.append(task)
			elif isinstance(self._run_one(task), Unavailable):
				unavailable.add(task.kind)
		claims.give_back(returned)
		return len(tasks) - len(returned)

	def _run_one(self, task: Task) -> Exception | None:
		"""Run one task and store its outcome. Returns the exception of its handler."""
		error = None
		try:
			outcome = self._outcome(task)
		except Exception as raised:
			error = raised
			frappe.db.rollback()
			outcome = outcome_of_error(task, raised, self.now())
			if task.attempts == 1 or isinstance(outcome, Never):
				# Not Frappe's own text: it shows the variables of each function, and some of them hold access tokens.
				frappe.log_error(f"Outbox Task {task.name}: {task.kind} for {task.booking}", frappe.get_traceback())
		self._settle(task, outcome)
		return error

	def _outcome(self, task: Task) -> Outcome:
		now = self.now()
		if task.expires_at and now >= task.expires_at:
			return overdue(task)
		if task.kind not in self.handlers:
			return NotNeeded(_("Nothing here handles “{0}”.").format(task.kind))
		if task.attempts > MAX_ATTEMPTS:
			# A handler that kills its worker never gets to say that it failed.
			return Never(_("The worker ended unexpectedly {0} times.").format(MAX_ATTEMPTS))
		return self.handlers[task.kind].run(task, now)

	def _settle(self, task: Task, outcome: Outcome) -> None:
		if isinstance(outcome, Done) and outcome.fields:
			self.store(task, outcome.fields)
		store_outcome(task, outcome, self.now())
		if isinstance(outcome, Never):
			self.tell(task, outcome.reason)
		frappe.db.commit()
