"""Decides which video call a booking needs now."""

from dataclasses import dataclass

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue.video import is_call
from scheduler_integration.conferencing.accounts import calendar_account, choose_account, fallback_account
from scheduler_integration.conferencing.provider import Account
from scheduler_integration.meetings.calls import CALENDAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
	"""A call as it should be for a subject (see subjects.py). `account` is None if nobody can make it."""

	subject: str
	booking: str
	title: str
	start: int
	end: int
	minutes: int
	zone: str
	account: Account | None
	fallback: Account | None
	# The meeting type's text for attendees if no call can be made.
	text: str
	# Whether any provider will do, because the meeting type names none.
	takes_any: bool


def needs_call(booking: Document) -> bool:
	"""Whether the booking gets a video call of its own. A type with a link of its own needs none."""
	return is_call(booking.location_type) and not booking.location


def desired_call(subject: str, booking: Document) -> Desired:
	"""Return the call that the subject needs. `booking` is one of the subject's bookings that take place."""
	users = sorted(booking.host_users(), key=lambda user: user != booking.host)
	start, end = booking.parts()[0]
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	# A call that came with the calendar stays there, so that its link stays.
	account = None
	if booking.video_meeting == CALENDAR and booking.video_provider:
		account = calendar_account(booking.video_provider, users[0])
	return Desired(
		subject=subject,
		booking=booking.name,
		# A session's title names no attendee, because all attendees see it.
		title=meeting_type.title if booking.session else booking.subject,
		start=start,
		end=booking.ends_at,
		minutes=(end - start) // 60,
		zone=timezone_of(booking.host),
		account=account or choose_account(booking.location_type, users),
		fallback=fallback_account(users),
		text=meeting_type.fallback_details or "",
		takes_any=booking.location_type == "Video Call",
	)
