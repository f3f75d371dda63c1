"""Renders the messages: by the Email Template chosen in Scheduler Settings, otherwise by the app's own files.

The installation creates Email Templates that only include the app's files. So they get the app's updates and
translations, until somebody changes their text.
"""

from typing import Any, NamedTuple

import frappe

from scheduler_integration.header_text import header_text

FOLDER = "scheduler_integration/templates/emails"


class Template(NamedTuple):
	"""A kind of message: the field of Scheduler Settings for its Email Template, and the name of the installed one."""

	setting: str
	record: str


TEMPLATES = {
	"attendee_confirmed": Template("attendee_confirmation_template", "Scheduler: Confirmation to the attendee"),
	"attendee_cancelled": Template("attendee_cancellation_template", "Scheduler: Cancellation to the attendee"),
	"attendee_asked": Template("reschedule_request_template", "Scheduler: Request for another time"),
	"host_confirmed": Template("host_confirmation_template", "Scheduler: Confirmation to the host"),
	"host_cancelled": Template("host_cancellation_template", "Scheduler: Cancellation to the host"),
}


def render(key: str, variables: dict[str, Any]) -> tuple[str, str]:
	"""Return subject and HTML of the message, in the current language. `key` is one of TEMPLATES."""
	subject, body = _source(key)
	return header_text(frappe.render_template(subject, variables)), frappe.render_template(body, variables)


def subject_source(key: str) -> str:
	"""Return a template that includes the app's file for the subject."""
	return f'{{% include "{FOLDER}/{key}_subject.txt" %}}'


def body_source(key: str) -> str:
	"""Return a template that includes the app's file for the body."""
	return f'{{% include "{FOLDER}/{key}.html" %}}'


def _source(key: str) -> tuple[str, str]:
	name = frappe.db.get_single_value("Scheduler Settings", TEMPLATES[key].setting)
	if not name or not frappe.db.exists("Email Template", name):
		return subject_source(key), body_source(key)
	record = frappe.get_cached_doc("Email Template", name)
	return record.subject, record.response_html if record.use_html else record.response
