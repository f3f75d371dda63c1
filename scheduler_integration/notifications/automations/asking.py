"""Which messages ask attendees whether they are coming. A meeting may be cancelled if nobody answers."""

from __future__ import annotations

from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.reminders import reminders_of
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications.channels import CHANNELS
from scheduler_integration.notifications.channels.channel import Action
from scheduler_integration.notifications.rules import BEFORE_START, REMINDER, Automation, all_automations
from scheduler_integration.notifications.variables import asks_to_reconfirm
from scheduler_integration.outbox.outcomes import Done, Outcome


def with_question(outcome: Outcome, action: Action, now: int) -> Outcome:
	"""Return the outcome of an action that was carried out, with the note on the booking if it asked the attendee.

	Only a message that held the link or the words of a reply has asked. The first one counts that left after the type began
	to ask as it asks now.
	"""
	booking, meeting_type = action.booking, frappe.get_cached_doc("Meeting Type", action.booking.meeting_type)
	if not isinstance(outcome, Done) or not action.reader.is_attendee or not asks_to_reconfirm(booking, meeting_type):
		return outcome
	if (booking.reconfirm_asked_at or 0) > (meeting_type.asks_since or 0):
		return outcome
	asks = CHANNELS[action.automation.channel].asks(action)
	return replace(outcome, fields={**outcome.fields, "reconfirm_asked_at": now}) if asks else outcome


def check_somebody_asks(meeting_type: Document) -> None:
	"""Raise InvalidRequest if the type asks whether attendees are coming, and no message can ask."""
	if meeting_type.asks_to_reconfirm and not any(_may_ask(each, meeting_type) for each in all_automations()):
		told = _("No message asks: switch on a reminder by e-mail to attendees whose text has {{ reconfirm_link }}.")
		raise InvalidRequest(details={"asks_to_reconfirm": told})


def _may_ask(automation: Automation, meeting_type: Document) -> bool:
	is_for_it = automation.scheduling_page in (None, "", meeting_type.scheduling_page) and (
		automation.meeting_type in (None, "", meeting_type.name)
	)
	is_in_time = automation.trigger == BEFORE_START or (
		automation.trigger == REMINDER and bool(reminders_of(meeting_type))
	)
	if not (automation.is_active and is_for_it and is_in_time and (automation.recipient or "").startswith("Attendee")):
		return False
	return automation.channel in CHANNELS and CHANNELS[automation.channel].may_ask(automation)
