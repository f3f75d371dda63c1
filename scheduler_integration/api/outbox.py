"""Methods for hosts and managers: list the outbox tasks of a booking, try one again, or stop it."""

from typing import Annotated, Any

from frappe import _

from scheduler_integration.api.as_json import Like, instant, made, shown
from scheduler_integration.api.door import Who, door
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.outbox import steer
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.kinds import BookingId, TaskId
from scheduler_integration.platform import clock
from scheduler_integration.platform.jobs_run import do_jobs_run

shown(
	steer.TaskSummary,
	"name kind purpose target status",
	instant("due_at done_at"),
	"attempts is_late",
	# Jobs store their reasons in English.
	made("error", lambda task: _(task.error) if task.error else None, str | None),
	"automation",
)
Tasks = Annotated[dict[str, Any], Like(tasks=[steer.TaskSummary], jobs_run=bool)]


@door("GET", who=Who.USERS)
def list(booking: BookingId) -> Tasks:
	"""Return the tasks of one booking."""
	return _tasks(find_for_host(parse_name(booking), "read").name)


@door("POST", who=Who.USERS)
def try_again(name: TaskId) -> Tasks:
	"""Make a task due now that failed, waits or was skipped. Return the tasks of its booking."""
	return _tasks(steer.try_again(parse_name(name), clock.now()))


@door("POST", who=Who.USERS)
def stop(name: TaskId) -> Tasks:
	"""Skip a task that waits or failed. Return the tasks of its booking."""
	return _tasks(steer.stop(parse_name(name), clock.now()))


def _tasks(booking: str) -> Tasks:
	return {"tasks": steer.tasks_of(booking, clock.now()), "jobs_run": do_jobs_run()}
