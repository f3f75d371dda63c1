"""Writes the title and description of a booking's calendar entry."""

import frappe
from babel.lists import format_list
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.catalogue.places import location_label
from scheduler_integration.catalogue.questions import is_chosen
from scheduler_integration.parsing.typed_template import filled_in_anyway
from scheduler_integration.platform.language import current_locale
from scheduler_integration.platform.one_line import header_text, quoted
from scheduler_integration.platform.sql import field_by_name

MAX_LENGTH = 140
# The variables that a pattern may name.
VARIABLES = ("meeting_type", "attendee_name", "host_name", "company", "notes", "answers")


def event_title(booking: Document, meeting_type: Document) -> str:
	"""Return the title by the meeting type's pattern, by default such as "Intro call: Ada Lovelace and Jane Doe".

	The default is also used if the pattern gives an empty title: "{{ company }}" for an attendee without a company.
	"""
	hosts = _hosts(booking)
	variables = _variables(booking, meeting_type, hosts)
	people = _listed([booking.attendee_name, *hosts])
	default = _("{0}: {1}").format(variables["meeting_type"], people)
	titles = (header_text(each) for each in (filled_in_anyway(meeting_type.event_title or "", variables), default))
	return next(filter(None, (each[:MAX_LENGTH].strip() for each in titles)), "")


def event_description(booking: Document, meeting_type: Document, *, for_host: bool = False) -> str:
	"""Return the description by the meeting type's pattern; without a pattern, the attendee's notes and answers.

	`for_host`: for a host's own calendar, which programs read too. Text that the attendee typed is left out, or, with
	*Typed text in hosts' calendars*, quoted (`quoted`). A chosen answer stays as it is.
	"""
	variables = _variables(booking, meeting_type, _hosts(booking), for_host=for_host)
	pattern = meeting_type.event_description or "{{ notes }}\n\n{{ answers }}"
	return filled_in_anyway(pattern, variables).strip()


def type_title(booking: Document, meeting_type: Document) -> str:
	"""Return what the kind of meeting is called: by the booking link that was used, if it has a title of its own."""
	return str(booking.own_title or meeting_type.title)


def place_label(booking: Document) -> str | None:
	"""Return the place in words for visitors, such as "Zoom". If a fallback provider makes the call, it is named."""
	return location_label(booking.video_provider or booking.location_type)


def _hosts(booking: Document) -> list[str]:
	"""Return the names of the hosts, the main one first."""
	others = [user for user in booking.host_users() if user != booking.host]
	names = field_by_name("User", others, "full_name")
	return [get_fullname(booking.host), *(names.get(user) or user for user in others)]


def _listed(names: list[str]) -> str:
	return format_list(names, locale=current_locale())


def _variables(
	booking: Document, meeting_type: Document, hosts: list[str], *, for_host: bool = False
) -> dict[str, str]:
	questions = {row.name: row for row in meeting_type.questions}
	has_typed = not for_host or frappe.get_cached_doc("Scheduler Settings").typed_text_in_calendars

	def said(answer: Document) -> str:
		if not for_host or is_chosen(questions.get(answer.question_id), answer.answer):
			return f"{answer.question}: {answer.answer}"
		return f"{answer.question}:\n{quoted(answer.answer or '')}" if has_typed else ""

	notes = (booking.notes if has_typed else "") or ""
	return {
		"meeting_type": type_title(booking, meeting_type),
		"attendee_name": booking.attendee_name,
		"host_name": _listed(hosts),
		"company": booking.attendee_company or "",
		"notes": quoted(notes) if for_host else notes,
		# Attendees can read the entry in their own calendar, so hidden answers aren't in it.
		"answers": "\n".join(filter(None, (said(row) for row in booking.answers if not row.is_hidden))),
	}
