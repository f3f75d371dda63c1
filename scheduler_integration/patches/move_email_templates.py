"""Moves the choice of Email Templates from Scheduler Settings to the automations of the app's messages."""

import frappe

from scheduler_integration.notifications.defaults import ensure_messages

FIELDS = {
	"attendee_confirmation_template": "attendee_confirmed",
	"attendee_cancellation_template": "attendee_cancelled",
	"host_confirmation_template": "host_confirmed",
	"host_cancellation_template": "host_cancelled",
}


def execute() -> None:
	ensure_messages()
	for field, key in FIELDS.items():
		stored = {"doctype": "Scheduler Settings", "field": field}
		# By default Frappe 15 orders by `modified`, which this table lacks.
		chosen = frappe.db.get_value("Singles", stored, "value", order_by=None)
		if chosen and frappe.db.exists("Email Template", chosen):
			frappe.db.set_value("Meeting Automation", {"built_in": key}, "email_template", chosen)
		frappe.db.delete("Singles", stored)
