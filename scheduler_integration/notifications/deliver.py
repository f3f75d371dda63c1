"""The outbox's handler for e-mails: hands one message to the mail server, through Frappe's Email Queue.

The row in the Email Queue is what makes it safe to run twice: it has the task's key as its message id. What happened to
the row is what happened to the task, so a task that is Sent was accepted by the mail server.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.notifications.email import EmailRow, find_row, queue_email, send_row
from scheduler_integration.notifications.messages import GUEST_REMOVED, HOST_REMOVED, Message, message_to
from scheduler_integration.notifications.readers import reader_of
from scheduler_integration.outbox.outcomes import Again, Done, Never, NotNeeded, Outcome
from scheduler_integration.outbox.tasks import SENDING, SENT, Task, statuses_of

# While the site's e-mail is switched off.
MUTED_WAIT = 3600
# While another worker sends a message that decides whether this one is needed.
MOMENT = 30


def deliver_email(task: Task, now: int) -> Outcome:
	"""Send the message of the task. `now` is in epoch seconds.

	Raises the mail server's error, or Unavailable if the server can't be reached: the outbox tries again later.
	"""
	row = find_row(task.key, task.booking)
	if row and row.status == "Sent":
		return Done(row.name)
	if not frappe.db.exists("Booking", task.booking):
		return NotNeeded(_("The booking was deleted."))
	booking = frappe.get_doc("Booking", task.booking)
	if task.purpose == HOST_REMOVED and SENDING in _news_of_the_meeting(task):
		return Again(now + MOMENT, _("The host is being told of the meeting at this moment."))
	if reason := _not_needed(booking, task):
		return NotNeeded(reason)
	row = row or _queue(booking, task, now)
	if not row:
		return NotNeeded(_("This reader unsubscribed from all messages of the site."))
	return _send(row, now)


def _not_needed(booking: Document, task: Task) -> str | None:
	"""Return why nobody needs this message any more, or None."""
	if task.purpose == HOST_REMOVED:
		return _host_needs_no_removal(booking, task)
	if task.purpose == GUEST_REMOVED:
		return _guest_needs_no_removal(booking, task)
	if booking.sequence != task.payload["sequence"]:
		return _("A later change has a message of its own.")
	return None


def _host_needs_no_removal(booking: Document, task: Task) -> str | None:
	if task.payload["user"] in booking.host_users() and booking.status not in RELEASED:
		return _("This host hosts the meeting again.")
	known = _news_of_the_meeting(task)
	if known and SENT not in known:
		return _("This host never knew of the meeting.")
	return None


def _news_of_the_meeting(task: Task) -> list[str]:
	"""Return the statuses of the tasks that told the host of the meeting."""
	return statuses_of(task.booking, task.target, "host_confirmed")


def _guest_needs_no_removal(booking: Document, task: Task) -> str | None:
	if task.target in [row.email for row in booking.guests]:
		return _("This guest was invited again.")
	known = statuses_of(task.booking, task.target, "attendee_confirmed")
	if known and SENT not in known:
		return _("This guest never knew of the meeting.")
	return None


def _queue(booking: Document, task: Task, now: int) -> EmailRow | None:
	"""Put the message into the Email Queue, and commit: once it is sent, a rollback mustn't forget it."""
	row = queue_email(_message(booking, task, now))
	frappe.db.commit()
	return row


def _message(booking: Document, task: Task, now: int) -> Message:
	reader = reader_of(booking, task.payload["role"], task.target, task.payload["user"])
	return message_to(booking, task, reader, now)


def _send(row: EmailRow, now: int) -> Outcome:
	status = send_row(row)
	if status == "Sent":
		return Done(row.name)
	if status in ("Error", "Expired"):
		return Never(_("The Email Queue gave up. Its entry {0} says why.").format(row.name))
	return Again(now + MUTED_WAIT, _("The site's e-mail is switched off."))
