"""The times at which people are reminded of a meeting."""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import InvalidRequest

MOST_MINUTES = 30 * 24 * 60
# An attendee who must say that they are coming is asked at least so many minutes before their meeting is cancelled.
ANSWER_MINUTES = 120


def parse_reminders(text: str | None) -> list[int]:
	"""Return how many minutes before the start people are reminded, from a list such as "1440, 60". Largest first.

	"0" and an empty text mean no reminder. Raises InvalidRequest.
	"""
	parts = [part.strip() for part in (text or "").split(",") if part.strip()]
	if not all(part.isascii() and part.isdigit() and len(part) < 6 and int(part) <= MOST_MINUTES for part in parts):
		raise InvalidRequest(
			_("Reminders are minutes before the meeting, separated by commas, at most 43200 (30 days).")
		)
	return sorted({int(part) for part in parts} - {0}, reverse=True)


def reminders_of(meeting_type: Document) -> list[int]:
	"""Return how many minutes before the start people are reminded: by the type, otherwise by Scheduler Settings."""
	return parse_reminders(meeting_type.reminders or frappe.get_cached_doc("Scheduler Settings").default_reminders)


def check_release(meeting_type: Document) -> None:
	"""Raise InvalidRequest if the type's meetings were cancelled before a reminder asks whether the attendee is coming."""
	asked, hours = reminders_of(meeting_type), meeting_type.release_unconfirmed_hours or 0
	if not meeting_type.asks_to_reconfirm or hours <= 0:
		return
	if max(asked, default=0) < hours * 60 + ANSWER_MINUTES:
		text = _("A reminder must ask at least two hours earlier.")
		raise InvalidRequest(details={"release_unconfirmed_hours": text})
