"""The table of handlers: what runs the outbox's tasks, by their kind."""

from scheduler_integration.calendars.mirror import handler as mirror
from scheduler_integration.conferencing import handler as video
from scheduler_integration.notifications.deliver import deliver_email
from scheduler_integration.outbox.handlers import Handler, Handlers

HANDLERS: Handlers = {
	"email": Handler(deliver_email),
	"calendar_event": Handler(mirror.run, one_at_a_time=True),
	"video_meeting": Handler(video.run, one_at_a_time=True),
}
