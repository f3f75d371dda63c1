"""Runs due tasks: claims them, calls their handlers, stores the outcomes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import frappe
from frappe import _

from scheduler_integration.meetings.changes import Fields
from scheduler_integration.outbox import claims
from scheduler_integration.outbox.handlers import Handlers
from scheduler_integration.outbox.outcomes import Done, Never, NotNeeded, Outcome, Unavailable
from scheduler_integration.outbox.results import MAX_ATTEMPTS, outcome_of_error, overdue, store_outcome
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.outbox.wake import about_to_look, begin_to_look, wake_now

# A worker first claims FIRST_BATCH tasks, and later as many as it can run in BATCH_SECONDS, so that some are left for
# other workers. It never claims more than BATCH: the statements would be longer, and no time would be saved.
FIRST_BATCH = 5
BATCH = 200
BATCH_SECONDS = 2
# The tasks of a command that can be taken back wait for some seconds. A job that has just run stays for them.
SOON = 12
# Seconds between two looks for tasks.
PAUSE = 1


@dataclass(slots=True)
class Run:
	"""One job's run. It ends at `ends`, on the clock `time.monotonic()`.

	- `call_help` is called if so much is due that another worker should help.
	- `batch` is how many tasks are claimed next.
	- Tasks of the kinds in `unavailable` wait for another run.
	- `is_drained` says whether nothing was due any more at the last look.
	"""

	ends: float
	booking: str | None = None
	call_help: Callable[[], None] = lambda: None
	batch: int = FIRST_BATCH
	unavailable: set[str] = field(default_factory=set)
	is_drained: bool = False


@dataclass(frozen=True, slots=True)
class Runner:
	"""Runs tasks with these handlers.

	- `now` returns the time in epoch seconds. It is called for each task, because a run can take a minute.
	- `store` sets fields of the task's booking, in the transaction that stores the outcome.
	- `tell` is called with a task that failed for good and the reason.
	"""

	handlers: Handlers
	now: Callable[[], int]
	store: Callable[[Task, Fields], None]
	tell: Callable[[Task, str], None]

	def run_all(self, seconds: float, booking: str | None = None) -> int:
		"""Run due tasks until none is left, or for about `seconds`. Returns how many ran.

		Runs the tasks of all bookings, or of one only.
		"""
		return len(self._run_due(Run(time.monotonic() + seconds, booking)))

	def run_new(self, seconds: float) -> bool:
		"""Run due tasks of all bookings until no more come, or for about `seconds`.

		Looks again after a second if tasks of several bookings ran: more are likely to come, and another job would take
		more of the processor. Looks again too while a task waits for an earlier stage, or is due in some seconds. Returns
		whether nothing is left.
		"""
		run = Run(time.monotonic() + seconds, call_help=wake_now)
		begin_to_look()
		while True:
			bookings = {task.booking for task in self._run_due(run)}
			is_left = (
				not run.is_drained or claims.is_any_held_up(self.now()) or claims.is_any_due_within(SOON, self.now())
			)
			frappe.db.commit()
			if not is_left and len(bookings) < 2:
				return True
			if time.monotonic() + PAUSE >= run.ends:
				return not is_left
			with about_to_look():
				time.sleep(PAUSE)

	def _run_due(self, run: Run) -> list[Task]:
		"""Run due tasks until none is left or the time is over, and return those that ran."""
		began, ran = time.monotonic(), list[Task]()
		serial = [kind for kind, handler in self.handlers.items() if handler.one_at_a_time]
		run.is_drained = False
		while time.monotonic() < run.ends:
			tasks = claims.claim(self.now(), run.batch, claims.Wanted(run.booking, serial, run.unavailable))
			if not tasks:
				run.is_drained = True
				break
			if len(tasks) == run.batch and time.monotonic() - began > BATCH_SECONDS:
				run.call_help()
			ran += self._run_batch(tasks, run)
		return ran

	def _run_batch(self, tasks: list[Task], run: Run) -> list[Task]:
		"""Run the tasks and return those that ran. Adds the kinds that can't be reached to `run.unavailable`.

		Tasks of these kinds are given back, and so are tasks for which no time is left.
		"""
		began, ran, returned = time.monotonic(), list[Task](), list[Task]()
		for task in tasks:
			if task.kind in run.unavailable or time.monotonic() > run.ends:
				returned.append(task)
				continue
			ran.append(task)
			if isinstance(self._run_one(task), Unavailable):
				run.unavailable.add(task.kind)
		claims.give_back(returned)
		in_time = len(tasks) * BATCH_SECONDS / max(time.monotonic() - began, 0.001)
		run.batch = min(BATCH, max(1, int(in_time)))
		return ran

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
				# Not Frappe's own traceback: it shows the variables of each function, and some of them hold access tokens.
				title = f"Outbox Task {task.name}: {task.kind} for {task.booking}"
				frappe.log_error(title, frappe.get_traceback(), "Booking", task.booking)
		self._settle(task, outcome)
		return error

	def _outcome(self, task: Task) -> Outcome:
		now = self.now()
		if task.expires_at and now >= task.expires_at:
			return overdue(task)
		if task.kind not in self.handlers:
			return NotNeeded(_("Nothing here handles “{0}”.").format(task.kind))
		if task.attempts > MAX_ATTEMPTS:
			# A handler that kills its worker can't return that it failed.
			return Never(_("The worker ended unexpectedly {0} times.").format(MAX_ATTEMPTS))
		return self.handlers[task.kind].run(task, now)

	def _settle(self, task: Task, outcome: Outcome) -> None:
		if isinstance(outcome, Done) and outcome.fields:
			self.store(task, outcome.fields)
		store_outcome(task, outcome, self.now())
		if isinstance(outcome, Never):
			self.tell(task, outcome.reason)
		frappe.db.commit()
