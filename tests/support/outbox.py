"""Reads the tasks of a booking, and runs the outbox."""

import json
from dataclasses import dataclass

import frappe
import time_machine
from frappe.translate import print_language
from icalendar import Calendar, Component

from scheduler_integration.jobs import outbox
from scheduler_integration.notifications.invitation import Invitation
from scheduler_integration.notifications.messages import Message, message_to
from scheduler_integration.notifications.readers import reader_of
from scheduler_integration.notifications.templates import render
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.tasks import Task


def tasks(booking: str, **filters) -> list[frappe._dict]:
	"""Return the booking's tasks, oldest first. Those of automations only if `automation` is a filter."""
	chosen = {"booking": booking, "automation": ["is", "not set"], **filters}
	return frappe.get_all("Outbox Task", chosen, ["*"], order_by="creation asc")


def actions(booking: str, **filters) -> list[frappe._dict]:
	"""Return the booking's tasks of automations, in the order in which they are due."""
	found = tasks(booking, **{"automation": ["is", "set"], **filters})
	return sorted(found, key=lambda task: (task.due_at, task.creation))


def status_of(booking: str) -> list[str]:
	"""Return the statuses of the booking's tasks, oldest first."""
	return [task.status for task in tasks(booking)]


def waiting_messages(booking: str, now: int) -> list[Message]:
	"""Return the messages that wait to be sent, as they would be sent now."""
	doc = frappe.get_doc("Booking", booking)
	return [_message(doc, task, now) for task in tasks(booking, kind="email", status="Pending")]


@dataclass(frozen=True)
class Mail:
	"""A message as its reader would get it now. `body` is its HTML, `invitation` its calendar part, or None."""

	template: str
	reader: Reader
	subject: str
	body: str
	invitation: Invitation | None
	text: str

	@property
	def calendar(self) -> Calendar:
		assert self.invitation
		return Calendar.from_ical(self.invitation.calendar)

	@property
	def event(self) -> Component:
		(event,) = self.calendar.walk("VEVENT")
		return event


def mails(booking: str, now: int) -> list[Mail]:
	"""Return the mails that wait to be sent, each in its reader's language, as they would leave at `now`."""
	found = []
	for message in waiting_messages(booking, now):
		with time_machine.travel(now, tick=False), print_language(message.reader.words):
			words = render(message.template, message.variables())
			found.append(
				Mail(message.template, message.reader, words.subject, words.html, message.invitation(), words.text)
			)
	return found


def deliver(booking: str, now: int) -> int:
	"""Run the booking's due tasks, and leave those of others alone. Returns how many ran. Commits."""
	frappe.db.commit()
	return outbox.run_due_tasks(lambda: now, 60, booking)


def _message(booking, row, now) -> Message:
	payload = json.loads(row.payload)
	fields = {name: row[name] for name in Task.__dataclass_fields__}
	task = Task(**{**fields, "payload": payload, "lease": row.lease or ""})
	return message_to(booking, task, reader_of(booking, payload["role"], row.target, payload["user"]), now)
