"""Queued and scheduled jobs. Each has its own transaction, which Frappe commits at the end."""

import frappe

from scheduler_integration import clock
from scheduler_integration.bookings import deliver_messages, release_before
from scheduler_integration.calendars.notices import tell_of_trouble
from scheduler_integration.calendars.poll import due_connections
from scheduler_integration.calendars.queue import enqueue_sync
from scheduler_integration.calendars.sync import sync
from scheduler_integration.notifications.deliver import due_deliveries
from scheduler_integration.notifications.email import send_queued
from scheduler_integration.notifications.plan import enqueue_delivery


def deliver(booking: str) -> None:
	"""Queue the messages of a booking and send them at once. Runs after the commit of a command."""
	queued = deliver_messages(booking, clock.now())
	# Commit before sending. A rollback after sending would forget that the mails were sent.
	frappe.db.commit()
	for name in queued:
		send_queued(name)


def retry_deliveries() -> None:
	"""Runs every five minutes: queues the jobs of bookings with messages that weren't delivered."""
	for booking in due_deliveries(clock.now()):
		enqueue_delivery(booking)


def release_past_slots() -> None:
	"""Runs daily: deletes the rows of Booking Slot and Booking Seat for times that are over."""
	release_before(clock.now())


def sync_calendars(connection: str) -> None:
	"""Read the calendars of a connection. If pages are left, queue the rest."""
	outcome = sync(connection, clock.now())
	if outcome.was_read and not outcome.is_complete:
		enqueue_sync(connection)


def poll_calendars() -> None:
	"""Runs every two minutes: queues the reading of the calendars that are due, and tells hosts what is wrong."""
	now = clock.now()
	for connection in due_connections(now):
		enqueue_sync(connection)
	tell_of_trouble(now)
