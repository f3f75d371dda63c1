"""Tells hosts that something about a booking, or about somebody on a waitlist, could not be sent or stored outside."""

from collections.abc import Sequence
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.translate import print_language

from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.waitlist_words import waiting_for
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.failures import MONEY, reached
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.waitlist import records


@dataclass(frozen=True, slots=True)
class _Subject:
	"""The record that a task is about."""

	doctype: str
	name: str
	title: str
	hosts: Sequence[Reader]


def tell_hosts(task: Task, reason: str) -> None:
	"""Store a notification in the desk for each host. No e-mail is sent, because it may have been e-mail that failed."""
	subject = _waiting(task) if task.payload.get("waitlist") else _booking(task)
	if not subject:
		return
	for host in subject.hosts:
		if frappe.db.exists("User", host.user):
			with print_language(host.language):
				if task.kind == MONEY:
					sentence = _("Money couldn't be paid back: {0}").format(subject.title)
				else:
					sentence = _("Not delivered to {0}: {1}").format(reached(task.kind, task.target), subject.title)
			frappe.get_doc(
				{
					"doctype": "Notification Log",
					"for_user": host.user,
					"type": "Alert",
					"document_type": subject.doctype,
					"document_name": subject.name,
					"subject": frappe.utils.escape_html(sentence),
					"email_content": frappe.utils.escape_html(reason),
				}
			).insert(ignore_permissions=True)  # Runs in the outbox, for no user.


def _booking(task: Task) -> _Subject | None:
	if not frappe.db.exists("Booking", task.booking):
		return None
	booking = frappe.get_doc("Booking", task.booking)
	return _Subject("Booking", booking.name, booking.subject, hosts_of(booking))


def _waiting(task: Task) -> _Subject | None:
	entry = records.entry(task.booking)
	if not entry:
		return None
	waiting = waiting_for(entry)
	return _Subject(records.ENTRY, entry.name, waiting.meeting_type.title, waiting.hosts)
