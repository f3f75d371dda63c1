"""Queues a booking's messages, once each, and keeps on the booking what could not be sent.

Running it again does no harm: a message has an ID made of the booking, the change and the reader, and one that the
Email Queue holds already is not queued again. The queue itself retries what the mail server refuses.
"""

import frappe
from frappe.model.document import Document

from scheduler_integration.notifications.email import queue_email
from scheduler_integration.notifications.messages import messages_for

MAX_ATTEMPTS = 8
FIRST_WAIT = 60


def queue_messages(name: str, now: int) -> list[str]:
	"""Queues what the booking's present state asks for and answers the names in the Email Queue.

	Errors are kept on the booking and tried again later.
	"""
	booking = frappe.get_doc("Booking", name, for_update=True)
	if booking.delivery_status != "Queued":
		return []
	try:
		queued = [queue_email(message) for message in messages_for(booking, now)]
	except Exception as error:
		# Whatever a template or a mail account does wrong, the booking stands; who looks at it sees why.
		frappe.db.rollback()
		_postpone(booking, error, now)
		return []
	booking.db_set({"delivery_status": "Delivered", "delivery_error": None}, update_modified=False)
	return queued


def due_deliveries(now: int) -> list[str]:
	"""The bookings with messages that should have gone out: a lost job, or an attempt that failed a while ago."""
	return frappe.get_all(
		"Booking",
		filters={"delivery_status": "Queued", "delivery_due_at": ["<=", now]},
		order_by="delivery_due_at asc",
		limit=100,
		pluck="name",
	)


def _postpone(booking: Document, error: Exception, now: int) -> None:
	frappe.log_error(title=f"Messages of booking {booking.name} failed")
	attempts = booking.delivery_attempts + 1
	booking.db_set(
		{
			"delivery_status": "Queued" if attempts < MAX_ATTEMPTS else "Failed",
			"delivery_attempts": attempts,
			"delivery_due_at": now + FIRST_WAIT * 2**attempts,
			"delivery_error": str(error)[:500],
		},
		update_modified=False,
	)
