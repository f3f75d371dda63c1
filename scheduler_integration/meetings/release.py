"""When a meeting is released whose attendee hasn't said that they are coming."""

from babel import Locale
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.reminders import ANSWER_MINUTES
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import from_site_time

_HOUR, _DAY = 3600, 86400
# So long before the release an attendee has been asked at least.
ANSWER_SECONDS = ANSWER_MINUTES * 60
# So long after that instant a meeting can still be released. Afterwards nobody expects it any more, and the attendee may be
# on the way.
LATE_SECONDS = _HOUR


def released_at(booking: Document, meeting_type: Document) -> int | None:
	"""Return the instant at which the meeting is cancelled unless it is confirmed (epoch seconds), or None if it never is.

	A meeting that was booked less than a day before that stays: its attendee has just said so by booking.
	"""
	hours = meeting_type.release_unconfirmed_hours or 0
	if not meeting_type.asks_to_reconfirm or hours <= 0 or booking.status != "Scheduled" or booking.reconfirmed_at:
		return None
	deadline = booking.starts_at - hours * _HOUR
	return deadline if from_site_time(booking.creation) <= deadline - _DAY else None


def is_released(booking: Document, meeting_type: Document, now: int) -> bool:
	"""Whether the meeting is to be cancelled at `now`, epoch seconds, because its attendee hasn't confirmed it.

	If the site's jobs didn't run when it was due, and for LATE_SECONDS after that, the meeting stays.
	"""
	instant = released_at(booking, meeting_type)
	return instant is not None and instant <= now <= instant + LATE_SECONDS


def release_hours(booking: Document, meeting_type: Document, now: int, *, ahead: int = 0) -> int:
	"""Return how many hours before the start the meeting is cancelled unless it is confirmed; 0 if it isn't any more.

	That is more than `ahead` seconds from `now`, epoch seconds: who is asked later keeps the meeting.
	"""
	instant = released_at(booking, meeting_type)
	return meeting_type.release_unconfirmed_hours if instant is not None and now + ahead <= instant else 0


def release_text(hours: int, locale: Locale) -> str | None:
	"""Return what happens without an answer, or None if nothing does."""
	text = _("Without an answer, the meeting is cancelled {0} before it begins.")
	return text.format(lengths.duration(hours * 60, locale)) if hours else None
