"""Logs a meeting as an activity: one Event, and what it takes for the CRM at hand to show it.

Core writes the Communication on the timeline of a participant whose DocType asks for it (Contact, and ERPNext's Lead,
Opportunity and Customer). Newer versions of Frappe CRM list Events by their reference fields. Older ones list Communications
only, so they get one.
"""

import frappe
from frappe.model.document import Document
from frappe.utils import escape_html, get_fullname

from scheduler_integration.crm.records import find_record, parties_of
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.titles import event_description

# Frappe CRM's DocTypes don't ask for Events in their timeline: its own page shows them.
CRM_DOCTYPES = ("CRM Lead", "CRM Deal")


def log_meeting(booking: Document) -> Fields:
	"""Makes the Event of a new booking; returns the fields that tie the booking to the Event and to the lead or deal."""
	record = find_record(booking.attendee_email)
	event = _join_session(booking, record) or _insert_event(booking, record)
	reference = {"event": event.name}
	if record:
		reference |= {"reference_doctype": record[0], "reference_name": record[1]}
		if not _shows_by_itself(event, record[0]):
			_write_communication(booking, event, record)
	return reference


def log_cancellation(booking: Document) -> None:
	"""Marks the booking's Event as cancelled, or takes the attendee out of a session that goes on.

	An Event that somebody deleted stays deleted.
	"""
	event = event_to_change(booking.event)
	if not event:
		return
	staying = live_in_session(booking.session, for_update=True)
	if not staying:
		event.status = "Cancelled"
	# Somebody may have booked twice, and still come.
	elif booking.attendee_email not in [other.attendee_email for other in staying]:
		event.set(
			"event_participants", [row for row in event.event_participants if row.email != booking.attendee_email]
		)
	event.save(ignore_permissions=True)


def event_to_change(name: str | None) -> Document | None:
	"""The Event; None where there is none, or somebody deleted it.

	Those who share a session change one Event, and with it core's Communications. Raises TimestampMismatchError where another has
	done so since this transaction's first read, which shows it all as it was: the work must be done again from the start.
	"""
	changed = name and frappe.db.get_value("Event", name, "modified", for_update=True)
	if not changed:
		return None
	if changed != frappe.db.get_value("Event", name, "modified"):
		raise frappe.TimestampMismatchError
	event = frappe.get_doc("Event", name)
	# A participant's User or Contact may have been deleted since: that must not keep the meeting from being changed.
	event.flags.ignore_links = True
	return event


def _session_event(booking: Document) -> str | None:
	"""The Event of the session's other live bookings: a workshop stands once in its host's calendar."""
	if not booking.session:
		return None
	others = {"session": booking.session, "status": ["in", list(LIVE)], "name": ["!=", booking.name]}
	# As it is now, and not as it was before the wait for the hosts' lock.
	return frappe.db.get_value("Booking", others, "event", for_update=True)


def _join_session(booking: Document, record: tuple[str, str] | None) -> Document | None:
	event = event_to_change(_session_event(booking))
	if not event:
		return None
	for participant in _attendees(booking, record):
		event.append("event_participants", participant)
	return event.save(ignore_permissions=True)


def _insert_event(booking: Document, record: tuple[str, str] | None) -> Document:
	"""The Event, owned by the host. The attendee acts here, who has no rights to Events.

	Frappe makes whoever inserts a record its owner, and core names an Event's owner as the sender on the timeline; so
	the participants, who are what makes core write there, come after the owner.
	"""
	event = _new_event(booking, record)
	event.insert(ignore_permissions=True)
	event.db_set("owner", booking.host, update_modified=False)
	event.set("event_participants", _participants(booking, record))
	return event.save(ignore_permissions=True)


def _new_event(booking: Document, record: tuple[str, str] | None) -> Document:
	event = frappe.get_doc(
		{
			"doctype": "Event",
			"subject": event_subject(booking),
			"description": "" if booking.session else _description(booking),
			"event_category": "Meeting",
			"event_type": "Private",
			"status": "Open",
			"starts_on": booking.starts_on,
			"ends_on": booking.ends_on,
		}
	)
	if record and event.meta.has_field("reference_docname"):
		event.update({"reference_doctype": record[0], "reference_docname": record[1]})
	return event


def _participants(booking: Document, record: tuple[str, str] | None) -> list[dict[str, str]]:
	people = [("User", user, frappe.db.get_value("User", user, "email")) for user in booking.host_users()]
	return _attendees(booking, record) + [_participant(*person) for person in people]


def _attendees(booking: Document, record: tuple[str, str] | None) -> list[dict[str, str]]:
	attendee = [("Contact", booking.contact), *([record] if record else []), *parties_of(booking.contact)]
	return [_participant(*who, booking.attendee_email) for who in attendee]


def _participant(doctype: str, name: str, email: str) -> dict[str, str]:
	return {"reference_doctype": doctype, "reference_docname": name, "email": email}


def event_subject(booking: Document) -> str:
	"""A session is of nobody in particular."""
	return (
		frappe.get_cached_value("Meeting Type", booking.meeting_type, "title") if booking.session else booking.subject
	)


def _description(booking: Document) -> str:
	"""The Event's description is HTML; what the attendee typed is not."""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	return escape_html(event_description(booking, meeting_type)).replace("\n", "<br>")


def _shows_by_itself(event: Document, doctype: str) -> bool:
	if frappe.get_meta(doctype).get("allow_events_in_timeline"):
		return True
	return doctype in CRM_DOCTYPES and event.meta.has_field("reference_docname") and crm_lists_events()


def crm_lists_events() -> bool:
	"""Whether the site's Frappe CRM has a calendar and shows Events on leads and deals.

	Event's reference fields don't tell: Frappe itself has them from 15.101 on, whatever the version of Frappe CRM is.
	"""
	return bool(
		frappe.db.exists("DocType", "FCRM Settings", cache=True)
		and frappe.get_meta("FCRM Settings").has_field("event_notifications")
	)


def _write_communication(booking: Document, event: Document, record: tuple[str, str]) -> None:
	frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Meeting",
			"sent_or_received": "Sent",
			"subject": booking.subject,
			"content": event.description or escape_html(booking.subject),
			"communication_date": booking.starts_on,
			"sender": booking.host,
			"sender_full_name": get_fullname(booking.host),
			"reference_doctype": record[0],
			"reference_name": record[1],
			"status": "Linked",
		}
	).insert(ignore_permissions=True)
