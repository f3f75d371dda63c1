"""Runs the outbox's tasks of automations, through the channel of each."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.notifications.automations.asking import with_question
from scheduler_integration.notifications.automations.triggers import objection, still_fits
from scheduler_integration.notifications.channels import BY_KIND
from scheduler_integration.notifications.channels.channel import Action
from scheduler_integration.notifications.rules import find_automation
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.outcomes import NotNeeded, Outcome
from scheduler_integration.outbox.tasks import Task


def act(task: Task, now: int) -> Outcome:
	"""Carry out the task's action, if somebody still needs it. `now` is in epoch seconds."""
	action = _action(task, now)
	if isinstance(action, NotNeeded):
		return action
	return with_question(BY_KIND[task.kind].run(action, now), action, now)


def _action(task: Task, now: int) -> Action | NotNeeded:
	"""Return everything that the channel needs, or why nobody needs the action any more."""
	automation = find_automation(task.payload["automation"])
	if not automation or not automation.is_active:
		return NotNeeded(_("The automation was switched off."))
	if not frappe.db.exists("Booking", task.booking):
		return NotNeeded(_("The booking was deleted."))
	booking = frappe.get_doc("Booking", task.booking)
	if not task.payload.get("fired") and not still_fits(automation.trigger, booking.status):
		return NotNeeded(_("The booking is {0} now.").format(_(booking.status)))
	if reason := objection(automation, booking, now):
		return NotNeeded(reason)
	channel = BY_KIND[task.kind]
	readers = (reader for reader in channel.readers(automation, booking) if channel.is_reader_of(task, reader))
	reader = next(readers, None)
	if not reader:
		return NotNeeded(_("This person doesn't take part any more."))
	if channel.is_once_per_session and _is_told_by_another(reader, booking):
		return NotNeeded(_("The host gets this once for the whole session."))
	return Action(automation=automation, booking=booking, reader=reader, target=task.target, key=task.key)


def _is_told_by_another(reader: Reader, booking: Document) -> bool:
	"""Whether the host gets the message with another booking of the session: the one that was made first."""
	if not (booking.session and reader.is_hosting):
		return False
	sharing = live_rows(booking.session)
	return bool(sharing) and sharing[0].name != booking.name
