"""Methods that count what clients do with a report. Anybody may call them, signed in or not."""

from typing import Any

from frappe import _

from scheduler_integration.api.door import Message, Who, door
from scheduler_integration.engagement.clicks import record_click
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.entry.limits import BOOKINGS, REQUESTS
from scheduler_integration.entry.visits import countable_visit, why_uncounted
from scheduler_integration.entry.webhooks import record_browser_message
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.external.payloads.calendly import read_browser_message
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.kinds import MeetingTypeId, RecordName, Text, User, Web
from scheduler_integration.platform import clock


@door("POST", who=Who.ANYBODY, limit=REQUESTS)
def track_click(
	assessment_id: RecordName,
	consultant_id: User,
	meeting_type_id: MeetingTypeId | None = None,
	referrer: Web | None = None,
) -> Message:
	"""Count a click on a link of a report. The three records must belong together; the meeting type may be left out.

	Repeats, robots, the consultant and people who don't want to be tracked aren't counted. They get no error, but the reason:
	`repeated`, `automatic`, `own_report` or `no_tracking`.
	"""
	missing = {
		name: _("This is needed.")
		for name, value in (("assessment_id", assessment_id), ("consultant_id", consultant_id))
		if not parse_name(value)
	}
	if missing:
		raise InvalidRequest(details=missing)
	target = find_target(parse_name(assessment_id), parse_name(meeting_type_id), parse_name(consultant_id))
	visit = countable_visit(parse_name(referrer) if referrer is not None else None)
	if visit is None:
		return _uncounted(str(why_uncounted()))
	if record_click(target, "report", visit, clock.now()):
		return Message(_("Click tracked successfully"), {"counted": True})
	return _uncounted("own_report" if visit.user == target.consultant else "repeated")


def _uncounted(reason: str) -> Message:
	return Message(_("This click isn't counted."), {"counted": False, "reason": reason})


@door("POST", who=Who.ANYBODY, limit=BOOKINGS)
def event_scheduled(reference: Text, invitee_uri: Web) -> dict[str, Any]:
	"""Take a message of Calendly's widget: `calendly.event_scheduled`, the client has booked there.

	`reference` is the widget's. Anybody could send the message, so a webhook must confirm it, if the consultant has one.
	"""
	now = clock.now()
	text = parse_name(reference)
	record_browser_message(text, read_browser_message(invitee_uri, text, now), now)
	return {}
