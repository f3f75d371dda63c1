"""What the calendar entry says."""

import re

from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.header_text import header_text

MAX_LENGTH = 140
_VARIABLE = re.compile(r"{{\s*([a-z_]+)\s*}}")


def event_title(booking: Document, meeting_type: Document) -> str:
	"""The title by the meeting type's pattern, or "Intro call: Ada Lovelace and Jane Doe".

	A pattern of which nothing is left, such as "{{ company }}" for somebody who names none, counts as none.
	"""
	variables = _variables(booking, meeting_type)
	return _title(meeting_type.event_title or "", variables) or _title(_default_pattern(), variables)


def event_description(booking: Document, meeting_type: Document) -> str:
	"""The description by the meeting type's pattern; without one, the attendee's notes and answers."""
	variables = _variables(booking, meeting_type)
	pattern = meeting_type.event_description or "{{ notes }}\n\n{{ answers }}"
	return fill(pattern, variables).strip()


def fill(pattern: str, variables: dict[str, str]) -> str:
	"""Puts values in the place of `{{ name }}`. Not a template language: a guest's words are never run as one."""
	return _VARIABLE.sub(lambda match: variables.get(match[1], match[0]), pattern)


def _default_pattern() -> str:
	return _("{0}: {1} and {2}").format("{{ meeting_type }}", "{{ attendee_name }}", "{{ host_name }}")


def _title(pattern: str, variables: dict[str, str]) -> str:
	return header_text(fill(pattern, variables))[:MAX_LENGTH].strip()


def _variables(booking: Document, meeting_type: Document) -> dict[str, str]:
	return {
		"meeting_type": meeting_type.title,
		"attendee_name": booking.attendee_name,
		"host_name": get_fullname(booking.host),
		"company": booking.attendee_company or "",
		"notes": booking.notes or "",
		"answers": "\n".join(f"{row.question}: {row.answer}" for row in booking.answers),
	}
