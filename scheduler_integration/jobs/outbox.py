"""Runs the outbox's tasks, each with the handler of its room, and stores their outcomes on the booking."""

from collections.abc import Callable

import frappe

from scheduler_integration import bookings
from scheduler_integration.calendars.mirror import handler as mirror
from scheduler_integration.calendars.mirror.plan import KIND as CALENDAR_EVENT
from scheduler_integration.conferencing import handler as video
from scheduler_integration.conferencing.plan import KIND as VIDEO
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.notifications.channels import BY_KIND
from scheduler_integration.notifications.channels.sms import ANSWER, send_answer
from scheduler_integration.notifications.deliver import act, deliver_email
from scheduler_integration.notifications.failures import tell_hosts
from scheduler_integration.notifications.hook_tasks import deliver_hook
from scheduler_integration.outbox.failures import CRM_RECORD, WEBHOOK_SUBSCRIPTION
from scheduler_integration.outbox.handlers import Handler, Handlers
from scheduler_integration.outbox.outcomes import Outcome
from scheduler_integration.outbox.runner import Runner
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.payments.plan import KIND as PAYMENT
from scheduler_integration.waitlist import looks
from scheduler_integration.waitlist.messages import deliver_to_waiting, give_up
from scheduler_integration.waitlist.plan import KIND as WAITLIST


def run_due_tasks(now: Callable[[], int], seconds: float, booking: str | None = None) -> int:
	"""Run the due tasks of all bookings or of one, for about `seconds`, and return how many ran. Commits.

	`now` returns the time in epoch seconds.
	"""
	return _runner(now).run_all(seconds, booking)


def run_new_tasks(now: Callable[[], int], seconds: float) -> bool:
	"""Run due tasks of all bookings until no more come, or for about `seconds`. Commits.

	Returns whether nothing is left. `now` returns the time in epoch seconds.
	"""
	return _runner(now).run_new(seconds)


def _runner(now: Callable[[], int]) -> Runner:
	def tell(task: Task, reason: str) -> None:
		if task.payload.get("waitlist"):
			give_up(task, reason, now())
			return
		if task.kind == WEBHOOK_SUBSCRIPTION:
			# Its owner was told when the subscription was switched off.
			return
		if task.kind == VIDEO:
			bookings.give_up_call(task, reason)
		tell_hosts(task, reason)

	def store(task: Task, fields: Fields) -> None:
		if task.kind == VIDEO:
			bookings.store_call(task.booking, fields, now())
		elif task.kind == CALENDAR_EVENT:
			bookings.store_link(task.payload["booking"], fields["meeting_link"], now())
		else:
			frappe.db.set_value("Booking", task.booking, fields, update_modified=False)

	return Runner(HANDLERS, now, store, tell)


def _send(task: Task, now: int) -> Outcome:
	"""Send a message about a change or to somebody on a waitlist, or carry out the action of an automation."""
	if task.payload.get("waitlist"):
		return deliver_to_waiting(task, now)
	return act(task, now) if task.payload.get("automation") else deliver_email(task, now)


HANDLERS: Handlers = {
	ANSWER: Handler(send_answer),
	**dict.fromkeys(BY_KIND, Handler(_send)),
	CALENDAR_EVENT: Handler(mirror.run, one_at_a_time=True, keeps_trying=True),
	PAYMENT: Handler(bookings.run_payment, keeps_trying=True),
	WEBHOOK_SUBSCRIPTION: Handler(deliver_hook),
	CRM_RECORD: Handler(bookings.keep_record, one_at_a_time=True),
	VIDEO: Handler(video.run, one_at_a_time=True, keeps_trying=True),
	WAITLIST: Handler(looks.run, keeps_trying=True),
}
