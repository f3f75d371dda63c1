"""Links that put a booking into the attendee's own calendar."""

from dataclasses import dataclass
from urllib.parse import urlencode

from frappe.model.document import Document

from scheduler_integration.domains.links import guest_url
from scheduler_integration.meetings.titles import event_description
from scheduler_integration.meetings.tokens import manage_token, manage_url
from scheduler_integration.platform.clock import iso_z, utc

_GOOGLE = "https://calendar.google.com/calendar/render"
# Microsoft's accounts of people and those of firms and schools sign in at different places.
_OUTLOOK = "https://outlook.live.com/calendar/0/action/compose"
_OUTLOOK_WORK = "https://outlook.office.com/calendar/0/action/compose"


@dataclass(frozen=True, slots=True)
class CalendarLinks:
	"""Addresses of the .ics file, and of the pages of Google and Outlook (private, and at work) that create an event."""

	ics: str
	google: str
	outlook: str
	outlook_work: str


def calendar_links(booking: Document, meeting_type: Document) -> CalendarLinks:
	"""Return the links of a booking. The .ics file has every day of a multi-day meeting, the others only the first."""
	details = "\n\n".join(filter(None, (event_description(booking, meeting_type), manage_url(booking))))
	place = booking.meeting_link or booking.location or ""
	file = f"/api/method/scheduler_integration.api.public.calendar_file?{urlencode({'token': manage_token(booking)})}"
	span = "/".join(f"{utc(instant):%Y%m%dT%H%M%SZ}" for instant in booking.parts()[0])
	google = {"action": "TEMPLATE", "text": booking.subject, "dates": span, "details": details, "location": place}
	outlook = {
		"path": "/calendar/action/compose",
		"rru": "addevent",
		"subject": booking.subject,
		"startdt": iso_z(booking.starts_at),
		"enddt": iso_z(booking.parts()[0][1]),
		"body": details,
		"location": place,
	}
	return CalendarLinks(
		guest_url(booking.scheduling_page, file),
		f"{_GOOGLE}?{urlencode(google)}",
		f"{_OUTLOOK}?{urlencode(outlook)}",
		f"{_OUTLOOK_WORK}?{urlencode(outlook)}",
	)
