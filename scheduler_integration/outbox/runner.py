"""Runs due tasks: claims them, calls their handlers, stores the outcomes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import frappe
from frappe import _

from scheduler_integration.outbox import claims, outages
from scheduler_integration.outbox.handlers import Handlers
from scheduler_integration.outbox.outcomes import Done, Down, Never, NotNeeded, Outcome
from scheduler_integration.outbox.pace import say_how_late
from scheduler_integration.outbox.results import (
	MAX_ATTEMPTS,
	outcome_of_deaths,
	outcome_of_error,
	store_outcome,
)
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.outbox.wake import about_to_look, begin_to_look, wake_now
from scheduler_integration.platform.records import Fields
from scheduler_integration.platform.transactions import roll_back

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
	- `is_drained` says whether nothing was due any more at the last look.
	"""

	ends: float
	booking: str | None = None
	call_help: Callable[[], None] = lambda: None
	batch: int = FIRST_BATCH
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
			tasks = claims.claim(self.now(), run.batch, claims.Wanted(run.booking, serial))
			say_how_late(self.now() - tasks[0].due_at if tasks and not tasks[0].was_planned_for_later else 0)
			if not tasks:
				run.is_drained = True
				break
			if len(tasks) == run.batch and time.monotonic() - began > BATCH_SECONDS:
				run.call_help()
			ran += self._run_batch(tasks, run)
		return ran

	def _run_batch(self, tasks: list[Task], run: Run) -> list[Task]:
		"""Run the tasks and return those that ran. Gives back tasks for which no time is left, or whose account is down."""
		began, ran, returned = time.monotonic(), list[Task](), list[Task]()
		accounts_down, down = outages.of_tasks(tasks), set[tuple[str, str]]()
		for task in tasks:
			accounts = {(task.kind, account) for account in outages.accounts_of(task)}
			if time.monotonic() > run.ends or (accounts & down and not self._is_overdue(task)):
				returned.append(task)
				continue
			ran.append(task)
			outcome = self._run_one(task)
			if isinstance(outcome, Down):
				down.add((task.kind, outcome.account))
			elif isinstance(outcome, Done):
				ended = accounts & accounts_down
				for kind, account in ended:
					outages.end(kind, account)
				if ended:
					frappe.db.commit()
		claims.give_back(returned)
		in_time = len(tasks) * BATCH_SECONDS / max(time.monotonic() - began, 0.001)
		run.batch = min(BATCH, max(1, int(in_time)))
		return ran

	def _run_one(self, task: Task) -> Outcome:
		"""Run one task, store its outcome and return it.

		In a Galera cluster the commit can fail. Then what the handler has stored is gone too, and the task runs again.
		"""
		outcome: Outcome
		try:
			if self._is_overdue(task):
				outcome = NotNeeded(_("Its moment has passed."))
			elif task.kind not in self.handlers:
				outcome = NotNeeded(_("Nothing here handles “{0}”.").format(task.kind))
			elif task.attempts > MAX_ATTEMPTS:
				# A handler that kills its worker can't return that it failed.
				outcome = outcome_of_deaths(self.now(), keeps_trying=self._keeps_trying(task))
			else:
				outcome = self.handlers[task.kind].run(task, self.now())
			self._settle(task, outcome)
			frappe.db.commit()
		except Exception as raised:
			error = frappe.get_traceback()
			roll_back()
			outcome = outcome_of_error(task, raised, self.now(), keeps_trying=self._keeps_trying(task))
			if self._settle(task, outcome):
				# Not Frappe's own traceback: it shows the variables of each function, and some of them hold access tokens.
				title = f"Outbox Task {task.name}: {task.kind} for {task.booking}"
				frappe.log_error(title, error, "Booking", task.booking)
			frappe.db.commit()
		return outcome

	def _keeps_trying(self, task: Task) -> bool:
		return self.handlers[task.kind].keeps_trying

	def _is_overdue(self, task: Task) -> bool:
		return bool(task.expires_at and self.now() >= task.expires_at)

	def _settle(self, task: Task, outcome: Outcome) -> bool:
		"""Store the outcome. Returns whether an error is news, and no repetition."""
		if isinstance(outcome, Done | Down) and outcome.fields:
			self.store(task, outcome.fields)
		store_outcome(task, outcome, self.now())
		if isinstance(outcome, Never):
			self.tell(task, outcome.reason)
			return True
		if isinstance(outcome, Down):
			return outages.note(task.kind, outcome, self.now())
		return task.attempts == 1
