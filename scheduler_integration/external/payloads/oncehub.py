"""Reads OnceHub's (ScheduleOnce's) webhooks (developers.oncehub.com: "Webhook data payload", "Webhook signatures").

A rescheduled booking keeps its ID and has a new `starting_time`. If the customer cancels and books on another page, the
new booking has an ID of its own and no link back: then there are two bookings, one of them cancelled.
"""

from scheduler_integration.external.payloads import payload as read
from scheduler_integration.external.payloads.change import ExternalChange
from scheduler_integration.parsing.references import find_reference

PROVIDER = "ScheduleOnce"
_STATUS = {
	"booking.scheduled": "Scheduled",
	"booking.rescheduled": "Scheduled",
	"booking.canceled": "Cancelled",
	"booking.canceled_then_rescheduled": "Cancelled",
	"booking.canceled_reschedule_requested": "Cancelled",
	"booking.completed": "Completed",
	"booking.no_show": "No Show",
}


def read_oncehub(body: object) -> ExternalChange | None:
	"""Return the change in a webhook's body, or None if it doesn't concern a booking. Raises InvalidRequest."""
	event, kind = read.event(body, "type")
	if kind not in _STATUS:
		return None
	booking = read.section(event, "data")
	form = read.section(booking, "form_submission") if booking.get("form_submission") else {}
	start = read.instant(booking, "starting_time")
	return ExternalChange(
		provider=PROVIDER,
		external_id=read.identifier(booking, "id"),
		happened_at=read.instant(event, "creation_time"),
		status=_STATUS[kind],
		start=start,
		end=start + 60 * read.minutes(booking, "duration_minutes"),
		title=read.words(booking.get("subject")),
		attendee_name=read.words(form.get("name"), 120),
		attendee_email=read.address(form.get("email")),
		attendee_phone=read.number(form.get("mobile_phone") or form.get("phone")),
		attendee_company=read.words(form.get("company")),
		reference=find_reference(booking),
	)
