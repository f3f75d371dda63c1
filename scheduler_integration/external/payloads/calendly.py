"""Reads Calendly's webhooks (developer.calendly.com: "Webhook signatures", "Webhook payload", "invitee.created").

A Calendly booking is an *invitee* of a *scheduled event*. When an invitee reschedules, Calendly cancels the old invitee
(`rescheduled` true) and creates a new one that names it (`old_invitee`), in any order.
"""

import re

from frappe import _

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.external.payloads import payload as read
from scheduler_integration.external.payloads.change import ExternalChange
from scheduler_integration.parsing.references import find_reference

PROVIDER = "Calendly"
_STATUS = {
	"invitee.created": "Scheduled",
	"invitee.canceled": "Cancelled",
	"invitee_no_show.created": "No Show",
	"invitee_no_show.deleted": "Scheduled",
}
_INVITEE = re.compile(r"https://api\.calendly\.com/scheduled_events/[A-Za-z0-9-]{8,64}/invitees/[A-Za-z0-9-]{8,64}")


def read_calendly(body: object) -> ExternalChange | None:
	"""Return the change in a webhook's body, or None if it doesn't concern a booking.

	The cancellation of an invitee who rescheduled is returned as a cancellation. The new invitee's webhook, which comes
	before or after it, gives the booking to the new invitee. Raises InvalidRequest if a fact is missing.
	"""
	event, kind = read.event(body, "event")
	if kind not in _STATUS:
		return None
	invitee, happened_at = read.section(event, "payload"), read.instant(event, "created_at")
	meeting = read.section(invitee, "scheduled_event")
	location = meeting.get("location")
	return ExternalChange(
		provider=PROVIDER,
		external_id=read.identifier(invitee, "uri"),
		happened_at=happened_at,
		status=_STATUS[kind],
		start=read.instant(meeting, "start_time"),
		end=read.instant(meeting, "end_time"),
		title=read.words(meeting.get("name")),
		attendee_name=read.words(invitee.get("name"), 120),
		attendee_email=read.address(invitee.get("email")),
		attendee_phone=read.number(invitee.get("text_reminder_number")),
		meeting_link=read.web_link(location.get("join_url") if isinstance(location, dict) else None),
		reference=find_reference([invitee.get("tracking"), invitee.get("questions_and_answers")]),
		replaces=read.optional_identifier(invitee, "old_invitee") if kind == "invitee.created" else None,
	)


def read_browser_message(invitee_uri: object, reference: str, now: int) -> ExternalChange:
	"""Return the change in a message of Calendly's widget: `calendly.event_scheduled` has only the invitee's URI.

	Anybody can send such a message, so it is hearsay. Raises InvalidRequest unless it is the URI of an invitee.
	"""
	if not isinstance(invitee_uri, str) or not _INVITEE.fullmatch(invitee_uri):
		raise InvalidRequest(details={"invitee_uri": _("This has the wrong form.")})
	return ExternalChange(
		provider=PROVIDER,
		external_id=invitee_uri,
		happened_at=now,
		status="Scheduled",
		reference=reference,
		is_hearsay=True,
	)
