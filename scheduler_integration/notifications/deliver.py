"""Queues a booking's messages, once each, and keeps on the booking what could not be sent.

Running it again does no harm: a message has an ID made of the booking, the change and the reader, and one that the
Email Queue holds already is not queued again. The queue itself retries what the mail server refuses.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.meetings.changes import Fields
from scheduler_integration.notifications.email import queue_email
from scheduler_integration.notifications.messages import Message, messages_for

# The last of the attempts comes some 17 hours after the first.
MAX_ATTEMPTS = 11
FIRST_WAIT = 60
_DELIVERED = {"delivery_status": "Delivered", "delivery_error": None, "removed_hosts": None}


def queue_messages(booking: Document, now: int) -> tuple[list[str], Fields]:
	"""Queues what the booking's present state asks for.

	Returns the names in the Email Queue, and the fields of the booking that tell the outcome. Errors are kept there and tried
	again later; one reader's trouble doesn't keep the others from their messages.
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
	"""All of the message or nothing of it."""
	frappe.db.savepoint("message")
	try:
		return queue_email(message)
	except Exception:
		frappe.db.rollback(save_point="message")
		raise


def due_deliveries(now: int) -> list[str]:
	"""The bookings with messages that should have gone out: a lost job, or an attempt that failed a while ago."""
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
