"""Tells a booking's hosts that something could not be sent or stored outside."""

import frappe
from frappe import _
from frappe.translate import print_language

from scheduler_integration.meetings.failures import reached
from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.outbox.tasks import Task


def tell_hosts(task: Task, reason: str) -> None:
	"""Store a notification in the desk for each host. No e-mail is sent, because it may have been e-mail that failed."""
	if not frappe.db.exists("Booking", task.booking):
		return
	booking = frappe.get_doc("Booking", task.booking)
	for host in hosts_of(booking):
		if frappe.db.exists("User", host.user):
			_notify(host.user, host.language, booking, task, reason)


def _notify(user: str, language: str, booking, task: Task, reason: str) -> None:
	with print_language(language):
		subject = _("Not delivered to {0}: {1}").format(reached(task.kind, task.target), booking.subject)
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"for_user": user,
			"type": "Alert",
			"document_type": "Booking",
			"document_name": booking.name,
			"subject": frappe.utils.escape_html(subject),
			"email_content": frappe.utils.escape_html(reason),
		}
	).insert(ignore_permissions=True)  # Runs in the outbox, for no user.
