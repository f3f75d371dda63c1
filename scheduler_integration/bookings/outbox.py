"""Runs the outbox's tasks of bookings, and stores their outcomes on the booking."""

from collections.abc import Callable

import frappe

from scheduler_integration.bookings import payment_task, waitlist_task
from scheduler_integration.bookings.calls import give_up_call, store_call, store_link
from scheduler_integration.calendars.mirror import handler as mirror
from scheduler_integration.calendars.mirror.plan import KIND as CALENDAR_EVENT
from scheduler_integration.conferencing import handler as video
from scheduler_integration.conferencing.plan import KIND as VIDEO
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.notifications.automations.act import act
from scheduler_integration.notifications.channels import BY_KIND
from scheduler_integration.notifications.channels.sms import ANSWER, send_answer
from scheduler_integration.notifications.deliver import deliver_email
from scheduler_integration.notifications.email import KIND as EMAIL
from scheduler_integration.notifications.failures import tell_hosts
from scheduler_integration.notifications.waitlist import deliver_to_waiting
from scheduler_integration.outbox.handlers import Handler, Handlers
from scheduler_integration.outbox.outcomes import Outcome
from scheduler_integration.outbox.runner import Runner
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.payments.plan import KIND as PAYMENT
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
		_tell(task, reason, now())

	def store(task: Task, fields: Fields) -> None:
		if task.kind == VIDEO:
			store_call(task.booking, fields, now())
		elif task.kind == CALENDAR_EVENT:
			store_link(task.payload["booking"], fields["meeting_link"], now())
		else:
			frappe.db.set_value("Booking", task.booking, fields, update_modified=False)

	return Runner(HANDLERS, now, store, tell)


def _tell(task: Task, reason: str, now: int) -> None:
	if task.kind == VIDEO:
		give_up_call(task, reason)
	if task.payload.get("offer") and task.kind == EMAIL:
		waitlist_task.give_up(task, now)
	tell_hosts(task, reason)


def _send(task: Task, now: int) -> Outcome:
	"""Send a message about a change or to somebody on a waitlist, or carry out the action of an automation."""
	if task.payload.get("waitlist"):
		return deliver_to_waiting(task, now)
	return act(task, now) if task.payload.get("automation") else deliver_email(task, now)


HANDLERS: Handlers = {
	ANSWER: Handler(send_answer),
	**dict.fromkeys(BY_KIND, Handler(_send)),
	CALENDAR_EVENT: Handler(mirror.run, one_at_a_time=True, keeps_trying=True),
	PAYMENT: Handler(payment_task.run, keeps_trying=True),
	VIDEO: Handler(video.run, one_at_a_time=True, keeps_trying=True),
	WAITLIST: Handler(waitlist_task.run, keeps_trying=True),
}
