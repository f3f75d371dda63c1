"""The page on which a host answers a request with the link in the e-mail."""

from __future__ import annotations

from frappe import _

from scheduler_integration.catalogue.public import Brand
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.spans import when_view
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso

# The values of the argument and the form's field `answer`.
CONFIRM, DECLINE = "confirm", "decline"
# The same, for a time that the attendee proposes.
MOVE, KEEP = "move", "keep"
_FILE = "/api/method/scheduler_integration.api.public.calendar_file"


def answering_view(
	booking: HostBooking,
	brand: Brand | None,
	visitor: Visitor,
	zone: str,
	path: str,
	wanted: str,
	error: SchedulingError | None = None,
) -> dict:
	"""Return the view of `/schedule/answer/<token>`. `zone` is the host's, `wanted` the answer that the link was for.

	`error` is why the answer that was just sent is refused.
	"""
	heading = _heading(booking, wanted)
	locale = visitor.locale
	return {
		"document": document(visitor, title=heading["title"], brand=brand, style="manage", secret_address=True),
		"heading": heading,
		"booking": booking,
		"when": {
			**when_view(booking.stretches, visitor.style(zone)),
			"zone": dates.zone_text(booking.start, zone, locale),
			"duration": lengths.duration(booking.duration_minutes, locale),
		},
		"asks": booking.status == "Pending",
		"proposal": _proposal(booking, visitor, zone),
		"declines": wanted == DECLINE,
		"problem": error and error.message,
		"action": path,
		"other": f"{path}?answer={CONFIRM if wanted == DECLINE else DECLINE}",
		# The e-mail about a request has no calendar part, and the host who answers it gets no other e-mail.
		"ics": f"{_FILE}?token={path.rpartition('/')[2]}"
		if booking.status == "Scheduled" and not booking.proposed_start
		else None,
		"meeting_url": f"/scheduling/meeting/{booking.id}",
		"csrf_token": csrf_token(),
	}


def _proposal(booking: HostBooking, visitor: Visitor, zone: str) -> dict | None:
	"""Return the time that the attendee proposes, for a meeting that isn't a request."""
	start = booking.proposed_start
	if not start or booking.status != "Scheduled":
		return None
	return {
		**when_view([(start, start + booking.end - booking.start)], visitor.style(zone)),
		"machine": iso(start, zone),
	}


def _heading(booking: HostBooking, wanted: str) -> dict[str, str]:
	name = booking.attendee.name
	if booking.status == "Pending":
		question = _("Decline this request?") if wanted == DECLINE else _("Confirm this meeting?")
		return {"icon": "clock", "title": question, "text": _("{0} requested a meeting with you.").format(name)}
	if booking.status == "Scheduled" and booking.proposed_start:
		return {"icon": "clock", "title": _("Move this meeting?"), "text": _("{0} proposes another time.").format(name)}
	if booking.status == "Declined":
		return {
			"icon": "cross",
			"title": _("This request was declined"),
			"text": _("We've e-mailed {0}.").format(name),
		}
	if booking.status == "Cancelled":
		return {"icon": "cross", "title": _("This meeting is cancelled"), "text": _("There is nothing left to answer.")}
	if booking.status == "Rescheduled":
		return {
			"icon": "cross",
			"title": _("This meeting was moved"),
			"text": _("Your newest e-mail has the time it was moved to."),
		}
	return {
		"icon": "check",
		"title": _("This meeting is confirmed"),
		"text": _("We've e-mailed {0}.").format(name),
	}
