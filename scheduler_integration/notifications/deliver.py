"""The outbox's handlers for messages about a change and for actions of automations, if somebody still needs them."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.notifications.automations.asking import with_question
from scheduler_integration.notifications.automations.triggers import objection, still_fits
from scheduler_integration.notifications.channels import BY_KIND
from scheduler_integration.notifications.channels.channel import Action
from scheduler_integration.notifications.email import send_message, sent_already
from scheduler_integration.notifications.messages import GUEST_REMOVED, HOST_REMOVED, message_to
from scheduler_integration.notifications.readers import reader_of
from scheduler_integration.notifications.rules import find_automation
from scheduler_integration.notifications.templates import versions_of
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.outcomes import Again, NotNeeded, Outcome
from scheduler_integration.outbox.tasks import SENDING, SENT, Task, statuses_of

# Seconds until the next attempt while another worker sends a message that decides whether this one is needed.
MOMENT = 30
# A message about a series waits for the links of its dates: after 5 seconds it looks again, then after 10, 20 ... 160.
_SOON, _MOST_WAITS = 5, 6


def deliver_email(task: Task, now: int) -> Outcome:
	"""Send the message of the task. `now` is in epoch seconds.

	Raises the errors of `send_message`: the outbox tries again later.
	"""
	if done := sent_already(task.key, task.booking):
		return done
	if not frappe.db.exists("Booking", task.booking):
		return NotNeeded(_("The booking was deleted."))
	booking = frappe.get_doc("Booking", task.booking)
	if task.purpose == HOST_REMOVED and SENDING in _news_of_the_meeting(task):
		return Again(now + MOMENT, _("The host is being told of the meeting at this moment."))
	# Whether the video calls of a series' dates are still being made. After some minutes the message leaves
	# without links. One message tells of all dates. The calls of a single booking are made before its message
	# anyway.
	dates = task.payload.get("dates", ())
	if not dates or task.attempts > _MOST_WAITS:
		waits_for_links = False
	else:
		waiting = {"name": ["in", dates], "video_status": "Waiting", "status": "Scheduled"}
		waits_for_links = bool(frappe.db.exists("Booking", waiting))
	if waits_for_links:
		return Again(now + _SOON * 2 ** (task.attempts - 1), _("The links of the series' video calls are being made."))
	if reason := _not_needed(booking, task):
		return NotNeeded(reason)
	reader = reader_of(booking, task.payload["role"], task.target, task.payload["user"])
	message = message_to(booking, task, reader, now)
	return send_message(message, now)


def _not_needed(booking: Document, task: Task) -> str | None:
	"""Return why nobody needs this message any more, or None."""
	if task.purpose == HOST_REMOVED:
		if task.payload["user"] in booking.host_users() and booking.status not in RELEASED:
			return _("This host hosts the meeting again.")
		statuses = _news_of_the_meeting(task)
		if statuses and SENT not in statuses:
			return _("This host never knew of the meeting.")
		return None
	if task.purpose == GUEST_REMOVED:
		return _guest_needs_no_removal(booking, task)
	if booking.sequence != task.payload["sequence"]:
		return _("A later change has a message of its own.")
	return None


def _news_of_the_meeting(task: Task) -> list[str]:
	"""Return the statuses of the host's earlier messages about the meeting."""
	return statuses_of(task.booking, task.target, versions_of("host_confirmed"))


def _guest_needs_no_removal(booking: Document, task: Task) -> str | None:
	if task.target in [row.email for row in booking.guests]:
		return _("This guest was invited again.")
	statuses = statuses_of(task.booking, task.target, versions_of("attendee_confirmed"))
	if statuses and SENT not in statuses:
		return _("This guest never knew of the meeting.")
	return None


def act(task: Task, now: int) -> Outcome:
	"""Carry out the task's action, if somebody still needs it. `now` is in epoch seconds."""
	action = _action_of(task, now)
	if isinstance(action, NotNeeded):
		return action
	return with_question(BY_KIND[task.kind].run(action, now), action, now)


def _action_of(task: Task, now: int) -> Action | NotNeeded:
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
