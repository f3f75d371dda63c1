"""Hands one message to the mail server, through Frappe's Email Queue.

The row in the Email Queue has the message's id, so running twice sends one message. The task gets the row's outcome: if
it is Sent, the mail server accepted the message.
"""

import frappe
from frappe import _

from scheduler_integration.exceptions import Unreachable
from scheduler_integration.notifications.email import EmailRow, find_row, queue_email, send_row
from scheduler_integration.notifications.messages import Message
from scheduler_integration.outbox.outcomes import Done, Down, Never, NotNeeded, Outcome, down_by

# The kind of the tasks that send e-mails. All go through one mail server, so all of them wait while it can't be used:
# the kind is also their account. See `outbox.outcomes.Down`.
KIND = "email"


def sent_already(message_id: str, booking: str) -> Done | None:
	"""Return the outcome of a message that the mail server accepted in an earlier attempt, or None."""
	row = find_row(message_id, booking)
	return Done(row.name) if row and row.status == "Sent" else None


def send_message(message: Message, now: int) -> Outcome:
	"""Send the message, unless an earlier attempt got through. `now` is in epoch seconds.

	If the mail server can't be used, all e-mails wait. Raises the server's error if it refuses this message, and Deferred if
	it doesn't take it for the moment: the outbox tries again later.
	"""
	try:
		return _sent(message)
	except Unreachable as error:
		return down_by(KIND, error)


def _sent(message: Message) -> Outcome:
	row = find_row(message.message_id, message.booking) or _queue(message)
	if not row:
		return NotNeeded(_("This reader unsubscribed from all messages of the site."))
	status = row.status if row.status == "Sent" else send_row(row)
	if status == "Sent":
		return Done(row.name)
	if status in ("Error", "Expired"):
		return Never(_("The Email Queue gave up. Its entry {0} says why.").format(row.name))
	return Down(KIND, _("The site's e-mail is switched off."))


def _queue(message: Message) -> EmailRow | None:
	"""Put the message into the Email Queue, and commit: once it is sent, a rollback mustn't forget it."""
	row = queue_email(message)
	frappe.db.commit()
	return row
