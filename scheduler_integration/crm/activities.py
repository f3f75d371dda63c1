"""Logs a meeting as an activity: one Event, with an entry on the timeline of each record that needs one to show it.

`timeline.py` says which records do.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.model.document import Document
from frappe.utils import escape_html

from scheduler_integration.crm.records import find_records, parties_of
from scheduler_integration.crm.timeline import add_entry, write_timeline_at_once
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.titles import event_description

# The first line of an Event with a video call: a link that shows its address. Frappe may add attributes to it.
_LINK = re.compile(r'<a [^>]*href="([^"]+)"[^>]*>\1</a>')


def log_meeting(booking: Document) -> Fields:
	"""Create or join the Event of a new booking.

	Returns the booking's fields that link to the Event and, if one exists, to the lead or deal.
	"""
	records = _records(booking)
	event = _join_session(booking, records) or _insert_event(booking, records)
	reference = {"event": event.name}
	if records:
		reference["reference_doctype"], reference["reference_name"] = records[0]
	return reference


def _records(booking: Document) -> list[tuple[str, str]]:
	"""Return the leads and deals that show the meeting. The first is the one to which the booking belongs.

	If a host made the booking for a lead or deal, that is the first.
	"""
	chosen = [(booking.reference_doctype, booking.reference_name)] if booking.reference_name else []
	return list(dict.fromkeys([*chosen, *find_records(booking.attendee_email)]))


def log_cancellation(booking: Document) -> None:
	"""Mark the booking's Event as cancelled, or remove the attendee from it if others still attend the session.

	Does nothing if somebody deleted the Event.
	"""
	event = event_to_change(booking.event)
	if not event:
		return
	staying = live_in_session(booking.session, for_update=True)
	if not staying:
		event.status = "Cancelled"
	# If the same attendee booked the session twice, they still take part with the other booking.
	elif booking.attendee_email not in [other.attendee_email for other in staying]:
		event.set(
			"event_participants", [row for row in event.event_participants if row.email != booking.attendee_email]
		)
	# The signed-in user may be the attendee, or a host who doesn't own the Event. To cancel, neither needs rights to Events.
	event.save(ignore_permissions=True)


def log_outcome(booking: Document) -> None:
	"""Store in the booking's Event whether the meeting took place. Does nothing if somebody deleted the Event.

	Completed: at least one attendee came. Closed: no attendee came.
	"""
	event = event_to_change(booking.event)
	if not event:
		return
	states = {other.status for other in live_in_session(booking.session, for_update=True)} | {booking.status}
	event.status = _outcome(states)
	# Runs in a job, or for a host who doesn't own the Event.
	event.save(ignore_permissions=True)


def _outcome(states: set[str]) -> str:
	if "Completed" in states:
		return "Completed"
	return "Closed" if states == {"No Show"} else "Open"


def event_to_change(name: str | None) -> Document | None:
	"""Return the Event `name`, locked; None if `name` is empty or somebody deleted the Event.

	Bookings of one session change the same Event, and with it Frappe's Communications. Raises TimestampMismatchError if
	another transaction changed the Event after this one's first read: ordinary reads show the old state until the end
	of the transaction, so the whole work must be repeated (`bookings.transaction.retried` does that).
	"""
	# The locking read shows the newest state, the ordinary read below the state of this transaction's first read.
	changed = name and frappe.db.get_value("Event", name, "modified", for_update=True)
	if not changed:
		return None
	if changed != frappe.db.get_value("Event", name, "modified"):
		raise frappe.TimestampMismatchError
	event = frappe.get_doc("Event", name)
	# If a participant's User or Contact was deleted, the link to it is broken. The Event can be changed all the same.
	event.flags.ignore_links = True
	return event


def session_event(booking: Document) -> str | None:
	"""Return the Event of the session's other live bookings: the host's calendar shows a session once."""
	if not booking.session:
		return None
	others = {"session": booking.session, "status": ["in", list(LIVE)], "name": ["!=", booking.name]}
	# A locking read: an ordinary one may show the state from before the wait for the hosts' lock.
	return frappe.db.get_value("Booking", others, "event", for_update=True)


def _join_session(booking: Document, records: list[tuple[str, str]]) -> Document | None:
	event = event_to_change(session_event(booking))
	if not event:
		return None
	for participant in _attendees(booking, records):
		event.append("event_participants", participant)
	# The attendee, for whom this runs, has no rights to Events.
	event.save(ignore_permissions=True)
	for record in records:
		add_entry(event, frappe.session.user, record)
	return event


def _insert_event(booking: Document, records: list[tuple[str, str]]) -> Document:
	"""Insert the Event, owned by the host, and return it.

	The timeline names the Event's owner as the sender. The owner of a new record is the user who inserts it. So the host
	inserts it here, also if somebody else made the booking.

	Frappe would name the Event by a series. The series is one row, locked until the transaction ends: everybody who books
	any host of the site would wait for it.
	"""
	event = _new_event(booking, records)
	event.set("event_participants", [*_attendees(booking, records), *hosts_as_participants(booking)])
	# The participants were read in this transaction.
	event.flags.ignore_links = True
	# A new record has no earlier version.
	event.flags.ignore_version = True
	write_timeline_at_once(event, author=frappe.session.user)
	with _acting_as(booking.host):
		# The host may have no role that can create Events, and doesn't need one for this.
		event.insert(ignore_permissions=True, set_name=f"EV-{frappe.generate_hash(length=10)}")
	return event


@contextmanager
def _acting_as(user: str) -> Iterator[None]:
	"""Make `user` the owner of inserted records. `frappe.set_user` would also drop the session's cached data.

	Until the end of the request or job, Frappe keeps a template for new records of each DocType, which contains the user.
	The host's templates are deleted at the end of the block. Otherwise a job that books two hosts would use the first
	host's name for both.
	"""
	before, templates = frappe.session.user, frappe.local.new_doc_templates
	frappe.session.user, frappe.local.new_doc_templates = user, {}
	try:
		yield
	finally:
		frappe.session.user, frappe.local.new_doc_templates = before, templates


def _new_event(booking: Document, records: list[tuple[str, str]]) -> Document:
	event = frappe.get_doc(
		{
			"doctype": "Event",
			"subject": event_subject(booking),
			"description": with_link(booking, "" if booking.session else _description(booking)),
			"event_category": "Meeting",
			"event_type": "Private",
			"status": "Open",
			"starts_on": booking.starts_on,
			"ends_on": booking.ends_on,
		}
	)
	if records and event.meta.has_field("reference_docname"):
		event.reference_doctype, event.reference_docname = records[0]
	return event


def hosts_as_participants(booking: Document) -> list[dict[str, str]]:
	"""Return the rows of an Event for the booking's hosts."""
	return [_participant("User", user, address_of(user)) for user in booking.host_users()]


def address_of(user: str) -> str:
	"""Return the e-mail address of the User. It is the User's name, except for Frappe's own users."""
	return frappe.db.get_value("User", user, "email") if user in frappe.STANDARD_USERS else user


def attendees_of(booking: Document) -> list[dict[str, str]]:
	"""Return the rows of an Event for the attendee's contact, and for the lead, deal and customer."""
	return _attendees(booking, _records(booking))


def _attendees(booking: Document, records: list[tuple[str, str]]) -> list[dict[str, str]]:
	parties = [] if booking.flags.is_contact_new else parties_of(booking.contact)
	attendee = [("Contact", booking.contact), *records, *parties]
	return [_participant(*who, booking.attendee_email) for who in attendee]


def _participant(doctype: str, name: str, email: str) -> dict[str, str]:
	return {"reference_doctype": doctype, "reference_docname": name, "email": email}


def event_subject(booking: Document) -> str:
	"""Return the booking's title; for a session the meeting type's, which names no single attendee."""
	return (
		frappe.get_cached_value("Meeting Type", booking.meeting_type, "title") if booking.session else booking.subject
	)


def _description(booking: Document) -> str:
	"""Return the description as HTML. The attendee's words are plain text, so they are escaped.

	A booking on an external scheduler has no description: the attendee's answers stay on that scheduler.
	"""
	if booking.doctype != "Booking":
		return ""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	return escape_html(event_description(booking, meeting_type)).replace("\n", "<br>")


def log_link(booking: Document) -> None:
	"""Put the link of the video call on top of the Event's description. Does nothing if the Event was deleted."""
	event = event_to_change(booking.event)
	if event:
		event.description = with_link(booking, event.description or "")
		# Runs in the outbox, without a user.
		event.save(ignore_permissions=True)


def with_link(booking: Document, description: str) -> str:
	"""Return the description (HTML) with the link as its first line, in place of the link that was there before."""
	kept = [line for line in description.split("<br>") if not _LINK.fullmatch(line)]
	if booking.get("meeting_link"):
		address = escape_html(booking.meeting_link)
		kept.insert(0, f'<a href="{address}">{address}</a>')
	return "<br>".join(filter(None, kept)) if booking.get("meeting_link") else description
