"""The messages that the app ships, as rows of Meeting Automation, and their Email Templates.

Missing rows and templates are created, and never changed afterwards. Fixtures would overwrite an admin's texts with each
migration. A message that a newer version brings is switched off on a site that had messages already, unless it replaces
one of these.
"""

import frappe

from scheduler_integration.notifications.channels.email import Email
from scheduler_integration.notifications.channels.push import Push
from scheduler_integration.notifications.channels.sms import TextMessage
from scheduler_integration.notifications.channels.todo import Todo
from scheduler_integration.notifications.rules import REMINDER, forget_automations
from scheduler_integration.notifications.templates import (
	FOLLOW_UPS,
	TEMPLATES,
	TEXTS,
	body_source,
	first_version_of,
	is_shipped,
	subject_source,
)

_DAY = 1440
# Key: trigger, channel, recipient, minutes, and whether it is active at first.
_ROWS = {
	"attendee_confirmed": ("Booked", Email, "Attendee and Guests", 0, True),
	"attendee_requested": ("Requested", Email, "Attendee", 0, True),
	"attendee_accepted": ("Booked", Email, "Attendee and Guests", 0, True),
	"attendee_refused": ("Declined", Email, "Attendee and Guests", 0, True),
	"attendee_moved": ("Rescheduled", Email, "Attendee and Guests", 0, True),
	"attendee_reassigned": ("Reassigned", Email, "Attendee and Guests", 0, True),
	"attendee_guests": ("Booked", Email, "Attendee", 0, True),
	"attendee_link": ("Booked", Email, "Attendee and Guests", 0, True),
	"attendee_cancelled": ("Cancelled", Email, "Attendee and Guests", 0, True),
	"attendee_asked": ("Rescheduled", Email, "Attendee", 0, True),
	"attendee_kept": ("Rescheduled", Email, "Attendee", 0, True),
	"attendee_refunded": ("Cancelled", Email, "Attendee", 0, True),
	"guest_removed": ("Cancelled", Email, "Additional Guests", 0, True),
	"host_confirmed": ("Booked", Email, "Hosts", 0, True),
	"host_requested": ("Requested", Email, "Hosts", 0, True),
	"host_accepted": ("Booked", Email, "Hosts", 0, True),
	"host_moved": ("Rescheduled", Email, "Hosts", 0, True),
	"host_reassigned": ("Reassigned", Email, "Hosts", 0, True),
	"host_guests": ("Booked", Email, "Hosts", 0, True),
	"host_link": ("Booked", Email, "Hosts", 0, True),
	"host_cancelled": ("Cancelled", Email, "Hosts", 0, True),
	"host_removed": ("Reassigned", Email, "Hosts", 0, True),
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
# These were sent with the text of another message, which told of something else. Only its switch counted for them.
_SWITCHED_WITH = {
	"attendee_kept": "attendee_confirmed",
	"attendee_refunded": "attendee_cancelled",
	"guest_removed": "attendee_cancelled",
	"host_removed": "host_cancelled",
}


def ensure_messages() -> None:
	"""Create the missing Email Templates and automations."""
	for key in (*TEMPLATES, *FOLLOW_UPS):
		name = _TITLES[key]
		if not frappe.db.exists("Email Template", name):
			values = {"subject": subject_source(key), "use_html": 1, "response_html": body_source(key)}
			# Installation and migration act for the site, not for a user whose permissions could apply.
			frappe.get_doc({"doctype": "Email Template", "name": name, **values}).insert(ignore_permissions=True)
	fields = ["built_in", "is_active", "email_template"]
	stored = frappe.get_all("Meeting Automation", {"built_in": ["is", "set"]}, fields)
	present = {row.built_in: row for row in stored}
	for key in (key for key in _ROWS if key not in present):
		_insert_row(key, **(_on_a_known_site(key, present) if present else {}))
	forget_automations()


def _on_a_known_site(key: str, present: dict[str, frappe._dict]) -> dict[str, object]:
	"""Return what differs if the message is new on a site that had others before.

	A message that was separated from another one is switched off with it, and keeps its text if an admin had written that.
	"""
	first = first_version_of(key)
	if switch := present.get(_SWITCHED_WITH.get(key, first)):
		is_carried_over = first != key and not is_shipped(switch.email_template)
		return {
			"is_active": switch.is_active,
			"email_template": switch.email_template if is_carried_over else _TITLES[key],
		}
	# Notifications reach only hosts who have turned them on.
	return {} if _ROWS[key][1] is Push else {"is_active": 0}


def remove_templates() -> None:
	"""Remove the Email Templates, as the app is being uninstalled."""
	for name in (*TEMPLATES.values(), *FOLLOW_UPS.values()):
		frappe.delete_doc("Email Template", name, ignore_missing=True, force=True)


def _insert_row(key: str, **values: object) -> None:
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
			**values,
		}
	).insert(ignore_permissions=True)  # As above: for the site.
