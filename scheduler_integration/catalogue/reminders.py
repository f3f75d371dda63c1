"""The times at which people are reminded of a meeting."""

from frappe import _

from scheduler_integration.exceptions import InvalidRequest

MOST_MINUTES = 30 * 24 * 60


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
