"""Which reminders have left."""

import frappe
from frappe.query_builder import Table
from pypika.queries import QueryBuilder
from pypika.terms import Term

from scheduler_integration.notifications.rules import REMINDER
from scheduler_integration.outbox.tasks import SENT

_TEXT = "attendee_reminder_text"


def with_reminder(query: QueryBuilder, booking: Table, since: Term, until: Term) -> QueryBuilder:
	"""Narrow the query down to bookings whose attendee was sent a reminder from `since` to `until`, in epoch seconds.

	`booking` is the table of the Booking in the query. A reminder as a text message counts like one by e-mail.
	"""
	task, automation = frappe.qb.DocType("Outbox Task"), frappe.qb.DocType("Meeting Automation")
	is_to_attendee = (task.target == booking.attendee_email) | (automation.built_in == _TEXT)
	is_in_time = (task.done_at >= since) & (task.done_at <= until)
	query = query.join(task).on((task.booking == booking.name) & (task.status == SENT) & is_in_time)
	query = query.join(automation).on((automation.name == task.automation) & (automation.trigger == REMINDER))
	return query.where(is_to_attendee).distinct()
