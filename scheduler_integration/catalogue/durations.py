"""Checks how long meetings may last."""

from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.platform import lengths
from scheduler_integration.platform.language import current_locale

# Meetings start and end on a five-minute grid, because a bucket of the booking guard is five minutes long.
GRID_MINUTES = 5
MAX_MINUTES = 12 * 60


def durations_of(meeting_type: Document) -> list[int]:
	"""Return the durations that an attendee may choose, in minutes, ascending, each once."""
	return sorted({meeting_type.duration_minutes, *parse_durations(meeting_type.duration_options)})


def chosen_duration(meeting_type: Document, minutes: int | None) -> int:
	"""Return the chosen duration in minutes, or the meeting type's own if `minutes` is None.

	Raises InvalidRequest if the duration isn't offered.
	"""
	if minutes is None:
		return meeting_type.duration_minutes
	if minutes not in durations_of(meeting_type):
		raise InvalidRequest(
			_("This meeting can't last {0}.").format(lengths.duration(minutes, current_locale())),
			details={"duration": _("Choose one of the durations offered.")},
		)
	return minutes


def parse_durations(text: str | None) -> list[int]:
	"""Return the durations in a text such as "15, 30, 60". Raises InvalidRequest if one isn't a possible duration."""
	parts = [part.strip() for part in cstr(text).split(",") if part.strip()]
	if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
		raise InvalidRequest(_("Write the durations as minutes, separated by commas: 15, 30, 60."))
	return [checked_duration(int(part)) for part in parts]


def checked_duration(minutes: int) -> int:
	"""Return `minutes`. Raises InvalidRequest unless it is between 5 and 720, in steps of 5."""
	if not GRID_MINUTES <= minutes <= MAX_MINUTES or minutes % GRID_MINUTES:
		raise InvalidRequest(
			_("A meeting lasts between {0} and {1} minutes, in steps of {0}.").format(GRID_MINUTES, MAX_MINUTES)
		)
	return minutes
