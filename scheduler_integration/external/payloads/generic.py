"""Reads the app's own webhook for any other scheduler. docs/how-to/tracking.md describes it for senders."""

from frappe import _

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.external.payloads import payload as read
from scheduler_integration.external.payloads.change import ExternalChange
from scheduler_integration.parsing.references import find_reference, parse_reference

PROVIDER = "Custom"
_STATUS = {
	"booking.created": "Scheduled",
	"booking.rescheduled": "Scheduled",
	"booking.cancelled": "Cancelled",
	"booking.completed": "Completed",
	"booking.no_show": "No Show",
}


def read_generic(body: object) -> ExternalChange:
	"""Return the change in a webhook's body. Raises InvalidRequest that names what is wrong."""
	event, kind = read.event(body, "event")
	if kind not in _STATUS:
		raise InvalidRequest(details={"event": _("Must be one of: {0}.").format(", ".join(_STATUS))})
	booking = read.section(event, "booking")
	start, end = read.instant(booking, "start"), read.instant(booking, "end")
	if end <= start:
		raise InvalidRequest(details={"end": _("Too early.")})
	return ExternalChange(
		provider=PROVIDER,
		external_id=read.identifier(booking, "id"),
		happened_at=read.instant(event, "occurred_at"),
		status=_STATUS[kind],
		start=start,
		end=end,
		title=read.words(booking.get("title")),
		attendee_name=read.words(booking.get("attendee_name"), 120),
		attendee_email=read.address(booking.get("attendee_email")),
		attendee_phone=read.number(booking.get("attendee_phone")),
		attendee_company=read.words(booking.get("attendee_company")),
		meeting_type=read.words(booking.get("meeting_type_id")),
		meeting_link=read.web_link(booking.get("meeting_link")),
		reference=parse_reference(booking.get("reference")) or find_reference(booking),
		replaces=read.optional_identifier(booking, "replaces"),
	)
