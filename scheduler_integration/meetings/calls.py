"""Video calls that come with the event in the host's own calendar."""

import frappe
from frappe.model.document import Document

from scheduler_integration.catalogue.video import ANY, WITH_CALENDAR

# The value of the booking's field `video_meeting` if there is no Video Meeting. The calendar's event makes the call.
CALENDAR = "calendar"


def conference_of(booking: Document, user: str) -> str:
	"""Return the call that the event in this user's calendar must have, such as "google_meet"; empty for none.

	Only the main host's event has one.
	"""
	if booking.video_meeting != CALENDAR or booking.host != user:
		return ""
	return frappe.scrub(booking.video_provider) if booking.video_provider in WITH_CALENDAR else ""


def has_other_call(booking: Document) -> bool:
	"""Whether the calendar could create a video call, but the booking uses another. Its event must carry none then."""
	if booking.location_type not in (ANY, *WITH_CALENDAR):
		return False
	return booking.video_status == "Failed" or booking.video_meeting not in (None, "", CALENDAR)
