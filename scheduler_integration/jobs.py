"""Queued and scheduled jobs. Each has its own transaction, which Frappe commits at the end, unless it says otherwise."""

import frappe

from scheduler_integration import clock
from scheduler_integration.bookings import (
	ask,
	ask_due,
	complete_past_meetings,
	complete_past_outside_bookings,
	decline_unanswered_requests,
	deliver_messages,
	release_before,
)
from scheduler_integration.engagement.retention import forget_old_engagement
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


def close_past_bookings() -> None:
	"""Runs every five minutes: completes meetings and declines requests whose time has passed. Commits after each one."""
	now = clock.now()
	decline_unanswered_requests(now)
	complete_past_meetings(now)
	complete_past_outside_bookings(now)


def ask_acuity(outside_booking: str) -> None:
	"""Ask Acuity for an appointment that its webhook named. Runs after the commit of the webhook."""
	ask(outside_booking, clock.now())


def ask_schedulers() -> None:
	"""Runs every five minutes: asks external schedulers again that didn't answer. Commits after each appointment."""
	ask_due(clock.now())


def forget_engagement() -> None:
	"""Runs daily: forgets who clicked and booked long ago. The numbers stay."""
	forget_old_engagement(clock.now())
