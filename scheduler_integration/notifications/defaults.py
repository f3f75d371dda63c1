"""The messages that the app ships, as rows of Meeting Automation, and their Email Templates.

Missing rows and templates are created, and never changed afterwards. Fixtures would overwrite an admin's texts with each
migration.
"""

import frappe

from scheduler_integration.notifications.channels.email import Email
from scheduler_integration.notifications.channels.push import Push
from scheduler_integration.notifications.channels.sms import TextMessage
from scheduler_integration.notifications.channels.todo import Todo
from scheduler_integration.notifications.rules import REMINDER, forget_automations
from scheduler_integration.notifications.templates import FOLLOW_UPS, TEMPLATES, TEXTS, body_source, subject_source

_DAY = 1440
# Key: trigger, channel, recipient, minutes, and whether it is active at first.
_ROWS = {
	"attendee_confirmed": ("Booked", Email, "Attendee and Guests", 0, True),
	"attendee_cancelled": ("Cancelled", Email, "Attendee and Guests", 0, True),
	"attendee_asked": ("Rescheduled", Email, "Attendee", 0, True),
	"host_confirmed": ("Booked", Email, "Hosts", 0, True),
	"host_cancelled": ("Cancelled", Email, "Hosts", 0, True),
	"attendee_reminder": (REMINDER, Email, "Attendee and Guests", 0, True),
	"host_reminder": (REMINDER, Email, "Hosts", 0, True),
	"attendee_reminder_text": (REMINDER, TextMessage, "Attendee", 0, True),
	"host_requested_push": ("Requested", Push, "Hosts", 0, True),
	"host_booked_push": ("Booked", Push, "Hosts", 0, True),
	"host_moved_push": ("Rescheduled", Push, "Hosts", 0, True),
	"host_cancelled_push": ("Cancelled", Push, "Hosts", 0, True),
	"attendee_win_back": ("Cancelled", Email, "Attendee", 3 * _DAY, False),
	"host_no_show_todo": ("No Show", Todo, "Hosts", 0, True),
	"attendee_no_show": ("No Show", Email, "Attendee", 0, True),
	"attendee_thanks": ("After End", Email, "Attendee", 60, True),
}
_TITLES = {
	**TEMPLATES,
	**FOLLOW_UPS,
	"attendee_reminder_text": "Scheduler: Reminder as a text message",
	"host_no_show_todo": "Scheduler: Follow-up after a no-show",
	"host_requested_push": "Scheduler: Request, on the host's devices",
	"host_booked_push": "Scheduler: New booking, on the host's devices",
	"host_moved_push": "Scheduler: Move, on the host's devices",
	"host_cancelled_push": "Scheduler: Cancellation, on the host's devices",
}


def ensure_messages() -> None:
	"""Create the missing Email Templates and automations."""
	for key in (*TEMPLATES, *FOLLOW_UPS):
		_ensure_template(key)
	present = set(frappe.get_all("Meeting Automation", {"built_in": ["is", "set"]}, pluck="built_in"))
	for key in (key for key in _ROWS if key not in present):
		_insert_row(key)
	forget_automations()


def remove_templates() -> None:
	"""Remove the Email Templates, as the app is being uninstalled."""
	for name in (*TEMPLATES.values(), *FOLLOW_UPS.values()):
		frappe.delete_doc("Email Template", name, ignore_missing=True, force=True)


def _ensure_template(key: str) -> None:
	name = _TITLES[key]
	if frappe.db.exists("Email Template", name):
		return
	values = {"subject": subject_source(key), "use_html": 1, "response_html": body_source(key)}
	# Installation and migration act for the site, not for a user whose permissions could apply.
	frappe.get_doc({"doctype": "Email Template", "name": name, **values}).insert(ignore_permissions=True)


def _insert_row(key: str) -> None:
	trigger, channel, recipient, minutes, is_active = _ROWS[key]
	frappe.get_doc(
		{
			"doctype": "Meeting Automation",
			"title": _TITLES[key].removeprefix("Scheduler: "),
			"built_in": key,
			"is_active": int(is_active),
			"trigger": trigger,
			"channel": channel.name,
			"recipient": recipient,
			"minutes": minutes,
			"by_attendee_only": int(key == "attendee_win_back"),
			"not_rebooked_only": int(key == "attendee_win_back"),
			"email_template": None if key in TEXTS else _TITLES[key],
		}
	).insert(ignore_permissions=True)  # As above: for the site.
