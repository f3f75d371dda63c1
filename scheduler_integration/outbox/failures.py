"""Finds messages, events and calls of bookings that failed or are late, and describes whom a task reaches."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.query_builder import Criterion
from frappe.query_builder.functions import Count
from pypika import Table

from scheduler_integration.platform.jobs_run import do_jobs_run

# The kind of tasks for payments.
MONEY = "payment"
# The kind of tasks for webhook subscriptions. Their owners look after them, and no other host of the meeting.
WEBHOOK_SUBSCRIPTION = "webhook_subscription"
# The task that makes a lead or deal of the attendee.
CRM_RECORD = "crm_record"
# A task that waits for longer than this many seconds after its time is late.
LATE_SECONDS = 900


class Undelivered(NamedTuple):
	"""A sentence for a host about tasks that failed or are late. `is_money`: a refund failed, and can be tried again."""

	sentence: str
	is_money: bool


def undelivered(bookings: Collection[str], now: int) -> dict[str, Undelivered]:
	"""Return for each booking with outbox tasks that failed or are late whom the tasks didn't reach (yet)."""
	if not bookings:
		return {}
	task = frappe.qb.DocType("Outbox Task")
	query = frappe.qb.from_(task).select(task.booking, task.kind, task.target, task.status).orderby(task.due_at)
	query = query.where(task.booking.isin(list(bookings)) & ((task.status == "Failed") | _is_late(task, now)))
	query = query.where(task.kind != WEBHOOK_SUBSCRIPTION)
	# The calendar of a disabled host waits until they come back, and nobody misses it.
	connection, user = frappe.qb.DocType("Calendar Connection"), frappe.qb.DocType("User")
	waiting = frappe.qb.from_(connection).join(user).on(user.name == connection.user).select(connection.name)
	query = query.where((task.kind != "calendar_event") | task.target.notin(waiting.where(user.enabled == 0)))
	kept, failed, late = (defaultdict[str, list[str]](list) for _kind in range(3))
	for row in query.run(as_dict=True):
		tasks = late if row.status != "Failed" else kept if row.kind == MONEY else failed
		tasks[row.booking].append(reached(row.kind, row.target))
	late_text = (
		_("Not done yet for {0}. It is tried again by itself; the booking in the desk says why.")
		if not late or do_jobs_run()
		else _("Not done yet for {0}, because the site's jobs don't run.")
	)
	sentences = (
		(
			kept,
			_("The money couldn't be paid back. Try again, or pay it back by hand. The booking in the desk says why."),
		),
		(failed, _("Not sent to {0}. The booking in the desk says why.")),
		(late, late_text),
	)
	return {
		booking: Undelivered(
			" ".join(
				text.format(", ".join(dict.fromkeys(whom[booking]))) for whom, text in sentences if booking in whom
			),
			booking in kept,
		)
		for booking in {*failed, *late, *kept}
	}


def waiting_at(targets: Collection[str], now: int) -> dict[str, int]:
	"""Return how many events or calls are not yet as the bookings say, for each of these targets of tasks.

	A target is a Calendar Connection, or the label of an account for video calls.
	"""
	if not targets:
		return {}
	task = frappe.qb.DocType("Outbox Task")
	query = frappe.qb.from_(task).select(task.target, Count("*")).groupby(task.target)
	return dict(query.where(task.target.isin(list(targets)) & _is_late(task, now)).run())


def is_late(status: str, error: str | None, due_at: int, now: int) -> bool:
	"""Whether a task that waits has failed already, or should have been done some time ago."""
	return status == "Pending" and (bool(error) or due_at < now - LATE_SECONDS)


def _is_late(task: Table, now: int) -> Criterion:
	"""The condition that `is_late` holds for a row of the table."""
	return (task.status == "Pending") & (task.error.isnotnull() | (task.due_at < now - LATE_SECONDS))


def reached(kind: str, target: str) -> str:
	"""Return whom or what a task of this kind reaches, in words for a host.

	The target of a calendar event is a Calendar Connection, which is shown by the name of its account. That of a lead is the
	address of its person, who isn't meant to get anything. An address
	on the web may hold a secret, so only its host name is shown.
	"""
	if kind == WEBHOOK_SUBSCRIPTION:
		target = frappe.db.get_value("Webhook Subscription", target, "url") or _("a webhook")
	if kind == "calendar_event":
		return frappe.db.get_value("Calendar Connection", target, "account_name") or _("the calendar")
	if kind == CRM_RECORD:
		return _("the CRM")
	return urlsplit(target).hostname or target if "://" in target else target
