"""Video calls that come with the event in the host's own calendar: Google Meet and Microsoft Teams."""

from typing import Literal

from frappe.model.document import Document

# The value of the booking's field `video_meeting` if there is no Video Meeting: the calendar's event makes the call.
CALENDAR = "calendar"

Conference = Literal["", "google_meet", "teams"]
_CONFERENCES: dict[str, Conference] = {"Google Meet": "google_meet", "Teams": "teams"}


def conference_of(booking: Document, user: str) -> Conference:
	"""Return the call that the event in this user's calendar must have. Only the main host's event has one."""
	if booking.video_meeting != CALENDAR or booking.host != user:
		return ""
	return _CONFERENCES.get(booking.video_provider or "", "")


def has_other_call(booking: Document) -> bool:
	"""Whether the calendar could make a call, but another call is used: then the event must have no call."""
	if booking.location_type not in ("Video Call", *_CONFERENCES):
		return False
	return booking.video_status == "Failed" or booking.video_meeting not in (None, "", CALENDAR)
