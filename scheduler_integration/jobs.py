"""Entry points of queued and scheduled work. Each job has its own transaction, which Frappe commits at its end."""

import frappe

from scheduler_integration import clock
from scheduler_integration.bookings import deliver_messages, release_before
from scheduler_integration.notifications.deliver import due_deliveries
from scheduler_integration.notifications.email import send_queued
from scheduler_integration.notifications.plan import enqueue_delivery


def deliver(booking: str) -> None:
	"""Queued after a booking's commit: queues its messages and sends them at once."""
	queued = deliver_messages(booking, clock.now())
	# A mail that has left can't be called back: what is known about it must be stored first.
	frappe.db.commit()
	for name in queued:
		send_queued(name)


def retry_deliveries() -> None:
	"""Every few minutes: queues again what was not delivered."""
	for booking in due_deliveries(clock.now()):
		enqueue_delivery(booking)


def release_past_slots() -> None:
	"""Daily: drops the guard's rows of times that are over."""
	release_before(clock.now())
