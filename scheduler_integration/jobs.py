"""Queued and scheduled jobs. Each has its own transaction, which Frappe commits at the end, unless it says otherwise."""

import frappe

from scheduler_integration import clock
from scheduler_integration.bookings import (
	complete_past_meetings,
	decline_unanswered_requests,
	deliver_messages,
	release_before,
)
from scheduler_integration.notifications.deliver import due_deliveries
from scheduler_integration.notifications.digest import queue_digest, wanted_digests
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


def send_digests() -> None:
	"""Runs every quarter of an hour: queues the morning digests that are due. One that fails doesn't stop the others."""
	now = clock.now()
	for name in wanted_digests():
		frappe.db.savepoint("digest")
		try:
			queue_digest(name, now)
		except Exception:
			frappe.db.rollback(save_point="digest")
			frappe.log_error(title=f"The morning digest {name} failed")


def release_past_slots() -> None:
	"""Runs daily: deletes the rows of Booking Slot and Booking Seat for times that are over."""
	release_before(clock.now())


def close_past_bookings() -> None:
	"""Runs every five minutes: completes meetings and declines requests whose time has passed. Commits after each one."""
	now = clock.now()
	decline_unanswered_requests(now)
	complete_past_meetings(now)
