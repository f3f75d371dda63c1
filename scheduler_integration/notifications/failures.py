"""Tells hosts that something about a booking could not be sent or stored outside."""

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.failures import MONEY, reached
from scheduler_integration.outbox.tasks import Task


def tell_hosts(task: Task, reason: str) -> None:
	"""Store a notification in the desk for each host of the task's booking, if it wasn't deleted."""
	if frappe.db.exists("Booking", task.booking):
		booking = frappe.get_doc("Booking", task.booking)
		notify_hosts(task, reason, hosts_of(booking), booking, booking.subject)


def notify_hosts(task: Task, reason: str, hosts: Sequence[Reader], about: Document, title: str) -> None:
	"""Store a notification in the desk for each of the hosts, about a record with this title.

	No e-mail is sent, because it may have been e-mail that failed.
	"""
	for host in hosts:
		if frappe.db.exists("User", host.user):
			with print_language(host.words):
				if task.kind == MONEY:
					sentence = _("Money couldn't be paid back: {0}").format(title)
				else:
					sentence = _("Not delivered to {0}: {1}").format(reached(task.kind, task.target), title)
			store_alert(host.user, about, sentence, reason)


def store_alert(user: str, about: Document, sentence: str, reason: str) -> None:
	"""Store a notification in the user's desk about a record."""
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"for_user": user,
			"type": "Alert",
			"document_type": about.doctype,
			"document_name": about.name,
			"subject": frappe.utils.escape_html(sentence),
			"email_content": frappe.utils.escape_html(reason),
		}
	).insert(ignore_permissions=True)  # Runs in the outbox, for no user.
