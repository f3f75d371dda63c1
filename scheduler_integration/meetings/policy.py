"""Decides whether an attendee may still cancel or reschedule a booking, and until when its link works."""

from frappe.model.document import Document

from scheduler_integration.exceptions import (
	AlreadyCancelled,
	CancelNotAllowed,
	LinkExpired,
	RescheduleNotAllowed,
	SchedulingError,
	TooLateToChange,
	TooManyChanges,
)
from scheduler_integration.meetings.status import OPEN, RELEASED
from scheduler_integration.meetings.transitions import Actor, transition_refusal

HOUR = 3600
DAY = 24 * HOUR
# After a host gave the time back and asked for another one, the attendee has this long to choose.
DAYS_TO_CHOOSE = 30


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
	return TooLateToChange() if _too_late(booking, meeting_type, now) else None


def reschedule_refusal(booking: Document, meeting_type: Document, now: int) -> SchedulingError | None:
	"""Return why the attendee can't choose another time, or None if they can. `now` is in epoch seconds.

	If a host asked for another time, the meeting type's rules don't apply. But a meeting that has begun can't be moved.
	"""
	if is_given_back(booking):
		return None if now < link_expires_at(booking) else LinkExpired()
	if booking.status not in RELEASED and (booking.status not in OPEN or booking.ends_at <= now):
		return LinkExpired()
	if refusal := transition_refusal(booking, "Rescheduled", Actor.ATTENDEE, now):
		return refusal
	is_asked = bool(booking.reschedule_asked_at)
	most = meeting_type.max_reschedules or 0
	refusals = (
		(not is_asked and not meeting_type.allow_reschedule, RescheduleNotAllowed),
		(booking.starts_at <= now, TooLateToChange),
		(not is_asked and _too_late(booking, meeting_type, now), TooLateToChange),
		(not is_asked and 0 < most <= (booking.attendee_moves or 0), TooManyChanges),
	)
	return next((refusal() for applies, refusal in refusals if applies), None)


def is_given_back(booking: Document) -> bool:
	"""Whether a host gave the meeting's time back, and the attendee hasn't chosen another time yet.

	`booking` must be the last one of its chain.
	"""
	return booking.status == "Rescheduled" and bool(booking.time_given_back)


def has_begun_over_several_days(booking: Document, now: int) -> bool:
	"""Whether this is a multi-day meeting whose first day has begun. It can't be moved any more."""
	return booking.starts_at <= now and len(booking.parts()) > 1


def link_expires_at(booking: Document) -> int:
	"""Return until when the manage link of the last booking of a chain works, in epoch seconds."""
	if is_given_back(booking):
		return max(booking.ends_at, booking.reschedule_asked_at + DAYS_TO_CHOOSE * DAY)
	return booking.ends_at


def _too_late(booking: Document, meeting_type: Document, now: int) -> bool:
	return now > booking.starts_at - (meeting_type.change_notice_hours or 0) * HOUR
