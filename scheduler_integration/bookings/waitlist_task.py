"""Runs the outbox's tasks for waitlists: a look at the lists, after a host became free."""

from scheduler_integration.bookings.waitlist import look_for
from scheduler_integration.outbox.outcomes import Done, Outcome
from scheduler_integration.outbox.tasks import Task


def run(task: Task, now: int) -> Outcome:
	"""Look at the waitlists of the hosts who became free. Commits."""
	look_for(task.payload["users"], now)
	return Done()
