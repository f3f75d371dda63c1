"""The table of handlers: for each kind of task of the outbox, the handler that runs it."""

from scheduler_integration.calendars.mirror import handler as mirror
from scheduler_integration.conferencing import handler as video
from scheduler_integration.notifications.automations.act import act
from scheduler_integration.notifications.channels import BY_KIND
from scheduler_integration.notifications.deliver import deliver_email
from scheduler_integration.outbox.handlers import Handler, Handlers
from scheduler_integration.outbox.outcomes import Outcome
from scheduler_integration.outbox.tasks import Task


def _send(task: Task, now: int) -> Outcome:
	"""Send a message about a change, or carry out the action of an automation."""
	return act(task, now) if task.payload.get("automation") else deliver_email(task, now)


HANDLERS: Handlers = {
	**dict.fromkeys(BY_KIND, Handler(_send)),
	"calendar_event": Handler(mirror.run, one_at_a_time=True, keeps_trying=True),
	"video_meeting": Handler(video.run, one_at_a_time=True, keeps_trying=True),
}
