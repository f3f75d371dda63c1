"""Queues a booking's messages once each, and reports which of them failed.

It can run again at any time: a message has an ID made of the booking, the change and the reader, and isn't queued if
the Email Queue has that ID already. The queue itself retries messages that the mail server refuses.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.meetings.changes import Fields
from scheduler_integration.notifications.email import queue_email
from scheduler_integration.notifications.messages import Message, messages_for

# The wait doubles after each attempt: 1, 2, 4 ... 512 minutes. Ten waits make 1023 minutes, so the last of 11 attempts
# comes about 17 hours after the first.
MAX_ATTEMPTS = 11
FIRST_WAIT = 60
_DELIVERED = {"delivery_status": "Delivered", "delivery_error": None, "removed_hosts": None}


def queue_messages(booking: Document, now: int) -> tuple[list[str], Fields]:
	"""Queue the messages for the booking's present state. `now` is in epoch seconds.

	Returns the names in the Email Queue, and the booking's fields that store the outcome. Raises nothing if a message
	fails: the error is logged, the other readers get their messages, and the fields say when the next attempt is due.
	"""
	queued, troubled = [], []
	for message in messages_for(booking, now):
		try:
			queued.append(_queue_one(message))
		except Exception:
			frappe.log_error(title=f"A message of booking {booking.name} failed")
			troubled.append(message.reader.email)
	return [each for each in queued if each], _postponed(booking, troubled, now) if troubled else dict(_DELIVERED)


def _queue_one(message: Message) -> str | None:
	"""Queue one message. If that fails, nothing of it stays in the database."""
	frappe.db.savepoint("message")
	try:
		return queue_email(message)
	except Exception:
		frappe.db.rollback(save_point="message")
		raise


def due_deliveries(now: int) -> list[str]:
	"""Return up to 100 bookings with overdue messages: the job was lost, or the wait after a failed attempt is over."""
	return frappe.get_all(
		"Booking",
		filters={"delivery_status": "Queued", "delivery_due_at": ["<=", now]},
		order_by="delivery_due_at asc",
		limit=100,
		pluck="name",
	)


def _postponed(booking: Document, troubled: list[str], now: int) -> Fields:
	attempts = booking.delivery_attempts + 1
	return {
		"delivery_status": "Queued" if attempts < MAX_ATTEMPTS else "Failed",
		"delivery_attempts": attempts,
		"delivery_due_at": now + FIRST_WAIT * 2 ** (attempts - 1),
		"delivery_error": _("Not sent to {0}. The Error Log says why.").format(", ".join(troubled)),
	}
