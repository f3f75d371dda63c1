"""Updates the Event of a meeting that was moved to another time."""

from frappe.model.document import Document

from scheduler_integration.crm.activities import (
	attendees_of,
	event_subject,
	event_to_change,
	hosts_as_participants,
	log_cancellation,
	log_meeting,
	session_event,
)
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.meetings.sessions import live_in_session


def log_move(booking: Document, moved_from: Document) -> Fields:
	"""Let the Event of `moved_from` show the meeting at its new time, and return the booking's link to its Event.

	If one attendee leaves a session that goes on, or joins another one, the Events of both sessions are changed.
	"""
	joined = session_event(booking)
	if joined != moved_from.event and (joined or live_in_session(moved_from.session, for_update=True)):
		log_cancellation(moved_from)
		return log_meeting(booking)
	if not joined:
		_move_event(booking)
	return {}


def _move_event(booking: Document) -> None:
	event = event_to_change(booking.event)
	if not event:
		return
	event.update(
		{
			"subject": event_subject(booking),
			"starts_on": booking.starts_on,
			"ends_on": booking.ends_on,
			# The Event of a meeting whose time was given back is cancelled.
			"status": "Open",
		}
	)
	others = [row for row in event.event_participants if row.reference_doctype != "User"]
	event.set("event_participants", others)
	known = {row.email for row in others}
	for participant in (
		*(attendees_of(booking) if booking.attendee_email not in known else ()),
		*hosts_as_participants(booking),
	):
		event.append("event_participants", participant)
	# The owner is set before the save, because the save writes the timeline and names the owner as the sender there.
	event.db_set("owner", booking.host, update_modified=False)
	# The attendee acts here, or a host who doesn't own the Event.
	event.save(ignore_permissions=True)
