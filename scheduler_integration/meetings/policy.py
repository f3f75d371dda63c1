"""Decides whether an attendee may still cancel a booking."""

from frappe.model.document import Document

from scheduler_integration.exceptions import (
	AlreadyCancelled,
	CancelNotAllowed,
	LinkExpired,
	SchedulingError,
	TooLateToChange,
)
from scheduler_integration.meetings.status import OPEN, RELEASED

HOUR = 3600


def cancel_refusal(booking: Document, meeting_type: Document, now: int) -> SchedulingError | None:
	"""Return why the attendee can't cancel the booking, or None if they can. `now` is in epoch seconds.

	With a change notice of 24 hours, a meeting on Tuesday at 09:00 can be cancelled until Monday at 09:00.
	"""
	if booking.status in RELEASED:
		return AlreadyCancelled()
	if booking.status not in OPEN or booking.ends_at <= now:
		return LinkExpired()
	if not meeting_type.allow_cancel:
		return CancelNotAllowed()
	if now > booking.starts_at - meeting_type.change_notice_hours * HOUR:
		return TooLateToChange()
	return None
