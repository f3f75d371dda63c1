"""Describes the handler of a kind of task, for the runner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scheduler_integration.outbox.outcomes import Outcome
from scheduler_integration.outbox.tasks import Task


@dataclass(frozen=True, slots=True)
class Handler:
	"""Runs the tasks of one kind.

	`run` takes the task and `now` (epoch seconds). It reads the booking's present state, so a late task never reports an
	old state. It may run twice for one task, so it must find out whether the first run succeeded. Any exception that
	it raises means: try again later.

	With `one_at_a_time`, two tasks with the same target, such as one calendar account, never run at the same time.

	With `keeps_trying`, the tasks bring about a state that the bookings describe, such as an event. They never fail: they
	are tried again until they succeed or nobody needs them. Messages fail after some attempts, or are overdue one day.
	"""

	run: Callable[[Task, int], Outcome]
	one_at_a_time: bool = False
	keeps_trying: bool = False


# By `kind`.
Handlers = Mapping[str, Handler]
