"""Plans the webhooks of subscriptions after a change of a booking, and delivers them."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.exceptions import OutsideError
from scheduler_integration.meetings.changes import Change, Changes
from scheduler_integration.notifications.automations.triggers import still_fits, trigger_of
from scheduler_integration.notifications.channels.webhook import Webhook, post_signed, webhook_body
from scheduler_integration.notifications.chats import CHATS, news
from scheduler_integration.notifications.failures import store_alert
from scheduler_integration.notifications.messages import task_key
from scheduler_integration.notifications.readers import host_reader
from scheduler_integration.notifications.subscriptions import DOCTYPE, EVENTS, Hook, active_hooks, switch_off
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.failures import WEBHOOK_SUBSCRIPTION, reached
from scheduler_integration.outbox.outcomes import Down, Never, NotNeeded, Outcome
from scheduler_integration.outbox.tasks import Planned, Task
from scheduler_integration.permissions import is_manager

DAY = 86400
# After this time without a success, a subscription is switched off: a receiver that was only down is back by then.
_PATIENCE = 3 * DAY


def subscribed_tasks(changes: Changes) -> list[tuple[str, Planned]]:
	"""Return the webhooks that the changes cause, each with its booking's name. Reads no more than the cached subscriptions."""
	hooks = active_hooks()
	return [
		(change.booking.name, _planned(hook, change, event))
		for change in (changes if hooks else ())
		if (event := frappe.scrub(trigger_of(change) or ""))
		for hook in hooks
		if event in hook.events and (hook.is_of_all or hook.user in _concerned(change))
	]


def _concerned(change: Change) -> set[str | None]:
	"""The hosts, and who hosted the meeting until it was reassigned: their other systems must not keep it."""
	return {*change.booking.host_users(), change.leaving}


def _planned(hook: Hook, change: Change, event: str) -> Planned:
	booking = change.booking
	return Planned(
		kind=WEBHOOK_SUBSCRIPTION,
		purpose=event,
		target=hook.name,
		# With the moment: a meeting that was marked as completed, as a no-show, and as completed again is told three times.
		key=task_key(booking, hook.name, booking.name, event, str(change.now)),
		due_at=change.now,
		expires_at=change.now + Webhook.days * DAY,
		payload={"left": hook.user == change.leaving},
	)


def deliver_hook(task: Task, now: int) -> Outcome:
	"""Call the subscription's address about the booking as it is now, if its owner still may know. `now` is in epoch seconds.

	After an error, all calls of the subscription wait until the receiver works again. If it doesn't for days, or says that
	it is gone, the subscription is switched off, and its owner is told.
	"""
	if not frappe.db.exists(DOCTYPE, {"name": task.target, "is_active": 1}):
		return NotNeeded(_("The subscription was switched off."))
	if not frappe.db.exists("Booking", task.booking):
		return NotNeeded(_("The booking was deleted."))
	subscription, booking = frappe.get_doc(DOCTYPE, task.target), frappe.get_doc("Booking", task.booking)
	if reason := _objection(subscription, booking, task):
		return NotNeeded(reason)
	secret = subscription.get_password("secret", raise_exception=False) or ""
	try:
		outcome = post_signed(subscription.url, _body(subscription, booking, task), secret, task.key, now)
	except OutsideError as error:
		reason = _("The receiver answered with status {0}.").format(error.status) if error.status else error.message
		if outages.seconds_down(task.kind, task.target, now) < _PATIENCE:
			return Down(task.target, reason, error.after or 0)
		outcome = Never(reason)
	if isinstance(outcome, Never):
		_give_up(subscription, outcome.reason)
	return outcome


def _objection(subscription: Document, booking: Document, task: Task) -> str | None:
	"""Return why nobody needs the webhook any more, or None."""
	user = subscription.user
	if not frappe.db.get_value("User", user, "enabled"):
		return _("The account of {0} is disabled.").format(user)
	sees_all = subscription.meetings == "All" and is_manager(user)
	by_hand = task.payload.get("by_hand")
	# Who left is told once that they did. Sent again, it would say what has changed since.
	if not (sees_all or user in booking.host_users() or (task.payload.get("left") and not by_hand)):
		return _("This person doesn't take part any more.")
	# Somebody who sends it again by hand wants to see it, whatever has happened since.
	if not by_hand and not still_fits(EVENTS[task.purpose], booking.status):
		return _("The booking is {0} now.").format(_(booking.status))
	return None


def _body(subscription: Document, booking: Document, task: Task) -> dict[str, Any]:
	if chat := CHATS.get(frappe.scrub(subscription.format)):
		return chat(news(EVENTS[task.purpose], booking, host_reader(subscription.user)))
	return webhook_body(task.purpose, booking, task.key, subscription=subscription.name)


def _give_up(subscription: Document, reason: str) -> None:
	switch_off(subscription.name, reason)
	# What waits is skipped, and managers needn't look at a receiver that nobody calls any more.
	outages.end(WEBHOOK_SUBSCRIPTION, subscription.name)
	owner = host_reader(subscription.user)
	with print_language(owner.words):
		host = reached(WEBHOOK_SUBSCRIPTION, subscription.name)
		sentence = _("Your webhook subscription is switched off, because {0} can't be reached.").format(host)
	store_alert(subscription.user, subscription, sentence, reason)
