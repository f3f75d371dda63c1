"""Logs a meeting as an activity: one Event, with an entry on the timeline of each record that needs one to show it.

`events.py` writes the Event, and the entries of records that need one.
"""

import re
from collections.abc import Sequence

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language
from frappe.utils import escape_html, get_datetime

from scheduler_integration.crm.events import (
	Participant,
	add_participants,
	change_event,
	event_to_change,
	insert_event,
	remove_participants,
)
from scheduler_integration.crm.records import find_records, parties_of
from scheduler_integration.meetings.changes import Changes, Fields, moved_from
from scheduler_integration.meetings.payment import NOT_PAID
from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.meetings.titles import event_description
from scheduler_integration.platform.language import language_of
from scheduler_integration.platform.records import picked

# The first lines of an Event: in bold how the meeting ended, in italics each move, the last one first.
_ENDED, _MOVED = re.compile(r"<b>[^<]*</b>"), re.compile(r"<i>[^<]*</i>")
# Below them, with a video call: a link that shows its address. Frappe may add attributes to it.
_LINK = re.compile(r'<a [^>]*href="([^"]+)"[^>]*>\1</a>')


def log_meeting(booking: Document, joined: str | None = None, *, has_entries: bool = True) -> Fields:
	"""Create the Event of a new booking, or join the Event `joined` or that of the booking's session.

	With `has_entries` False, timelines get no entry of a new Event: they show the first date of the series.
	Returns the booking's fields that link to the Event and, if one exists, to the lead or deal.
	"""
	records = _records(booking)
	participants = _attendees(booking, records)
	event = event_to_change(joined or _event_of_others([booking]))
	if event:
		add_participants(event, participants)
		change_event(event, {})
	else:
		fields = {
			"subject": _subject(booking),
			"description": with_link(booking, "" if booking.session else _description(booking)),
			"event_category": "Meeting",
			"event_type": "Private",
			"status": "Open",
			# Frappe's own writing to Google Calendar: our event is there already.
			"sync_with_google_calendar": 0,
			**picked(booking, "starts_on", "ends_on"),
		}
		if records and frappe.get_meta("Event").has_field("reference_docname"):
			fields["reference_doctype"], fields["reference_docname"] = records[0]
		event = insert_event(fields, participants + _hosts(booking), booking.host, has_entries=has_entries)
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


def show_on_records(booking: Document) -> None:
	"""Let the booking's Event show on leads and deals that came after it. Does nothing if the Event was deleted."""
	if event := event_to_change(booking.event):
		records = _records(booking)
		if records and event.meta.has_field("reference_docname") and not event.reference_docname:
			change_event(event, dict(zip(("reference_doctype", "reference_docname"), records[0], strict=True)))
		add_participants(event, _attendees(booking, records))


def log_cancellation(bookings: Sequence[Document], reason: str = "") -> None:
	"""Mark the bookings' Event as cancelled, or remove the attendees from it if others still attend the session.

	The Event tells the `reason`, unless it is of a session: its words stay if one of its attendees is forgotten. Does nothing
	if somebody deleted the Event.
	"""
	staying = {row.attendee_email for row in _others(bookings, "attendee_email")}
	# If the same attendee booked the session twice, they still take part with the other booking.
	leaving = {booking.attendee_email for booking in bookings} - staying
	for name in dict.fromkeys(booking.event for booking in bookings):
		if not (event := event_to_change(name)):
			continue
		if staying:
			remove_participants(event, [row for row in event.event_participants if row.email in leaving])
			change_event(event, {})
		else:
			_change(event, {"status": "Cancelled"}, [bookings[0].status], "" if bookings[0].session else reason)


def log_correction(booking: Document) -> None:
	"""Repeat the attendee's corrected name in the Event. Does nothing if somebody deleted the Event."""
	event = event_to_change(booking.event)
	if event:
		change_event(event, {"subject": _subject(booking)})


def log_outcome(booking: Document) -> None:
	"""Store in the booking's Event whether the meeting took place. Does nothing if somebody deleted the Event.

	Completed: at least one attendee came. Closed: no attendee came.
	"""
	event = event_to_change(booking.event)
	if event:
		states = _states(booking)
		_change(event, {"status": _outcome(states)}, states)


def _add_attendee(event: Document, booking: Document) -> None:
	if booking.attendee_email not in {row.email for row in event.event_participants}:
		add_participants(event, _attendees(booking, _records(booking)))


def _states(booking: Document) -> list[str]:
	"""Return the status of the booking and of each other live booking of its session."""
	rows = live_rows(booking.session, "status", hosts=booking.host_users())
	return [booking.status, *(row.status for row in rows if row.name != booking.name)]


def _outcome(states: Sequence[str]) -> str:
	if "Completed" in states:
		return "Completed"
	return "Closed" if set(states) == {"No Show"} else "Open"


def _change(
	event: Document, fields: Fields, states: Sequence[str], reason: str = "", *, takes_back: bool = False
) -> None:
	"""Store the Event's new `status` and other fields, and tell above its text how the meeting ended, and each move.

	`states` are the statuses of its bookings. With `takes_back`, an earlier time comes back, and the move isn't told any more.
	Everybody on the team reads the text: it is in the site's language, with the site's times.
	"""
	before = event.description.split("<br>") if event.description else []
	lines = [line for line in before if not _ENDED.fullmatch(line)]
	old, new = (get_datetime(each.get("starts_on", event.starts_on)) for each in (event, fields))
	came = states.count("Completed")
	with print_language(language_of()):
		if old != new and takes_back:
			lines = lines[1:] if lines and _MOVED.fullmatch(lines[0]) else lines
		elif old != new:
			told = _("Moved from {0} to {1}").format(f"{old:%Y-%m-%d %H:%M}", f"{new:%Y-%m-%d %H:%M}")
			lines.insert(0, f"<i>{escape_html(told)}</i>")
		if fields["status"] != "Open":
			ended = _("{0} of {1} came").format(came, len(states)) if 0 < came < len(states) else _(states[0])
			ended = _("{0}: {1}").format(ended, reason) if reason else ended
			lines.insert(0, f"<b>{escape_html(ended)}</b>")
	change_event(event, fields | {"description": "<br>".join(lines)})


def log_rescheduled(changes: Changes) -> dict[str, Fields]:
	"""Let the Event show the meeting at its new time. Returns each booking's link to another Event, if it gets one.

	If attendees leave a session that goes on, or join another one, the Events of both sessions are changed.
	"""
	moved, left = [change.booking for change in changes if change.moved_from], moved_from(changes)
	booking, former = moved[0], left[0]
	joined = _event_of_others(moved)
	if joined != former.event and (joined or _others(left)):
		log_cancellation(left)
		links: dict[str, Fields] = {}
		for new in moved:
			links[new.name] = log_meeting(new, joined)
			joined = links[new.name]["event"]
		return links
	event = None if joined else event_to_change(booking.event)
	if event:
		_add_attendee(event, booking)
		_replace_hosts(event, booking, former.host_users())
		times = picked(booking, "starts_on", "ends_on")
		# The Event of a meeting whose time was given back is cancelled.
		_change(event, {**times, "status": "Open", "subject": _subject(booking), "owner": booking.host}, ())
	return {}


def log_reassignment(booking: Document, leaving: str) -> None:
	"""Replace the host `leaving` by the booking's present hosts in its Event. Does nothing if the Event was deleted."""
	event = event_to_change(booking.event)
	if event:
		_replace_hosts(event, booking, [leaving])
		change_event(event, {"subject": _subject(booking), "owner": booking.host})


def log_return(booking: Document, moved: Document | None, leaving: str | None) -> None:
	"""Let the booking's Event show the meeting as it was before a command that a host took back.

	`moved` is the booking that had taken its place, `leaving` the host who had taken the meeting. Does nothing if somebody
	deleted the Event.
	"""
	if moved and moved.event != booking.event:
		# The attendee leaves the Event of a session. An Event that nobody else attends is deleted.
		log_cancellation([moved])
		if not _others([moved]) and (unneeded := event_to_change(moved.event)):
			remove_participants(unneeded, list(unneeded.event_participants))
			# The attendee whose booking this was has no rights on Events.
			frappe.delete_doc("Event", unneeded.name, force=True, ignore_permissions=True, delete_permanently=True)
	event = event_to_change(booking.event)
	if not event:
		return
	_add_attendee(event, booking)
	_replace_hosts(event, booking, [*(moved.host_users() if moved else ()), *([leaving] if leaving else ())])
	states = _states(booking)
	fields = {**picked(booking, "starts_on", "ends_on"), "status": _outcome(states), "subject": _subject(booking)}
	_change(event, fields | {"owner": booking.host}, states, takes_back=True)


def _replace_hosts(event: Document, booking: Document, former: list[str]) -> None:
	users = {("User", user) for user in former if user not in booking.host_users()}
	gone = [row for row in event.event_participants if (row.reference_doctype, row.reference_docname) in users]
	remove_participants(event, gone)
	add_participants(event, _hosts(booking))


def log_new_times(booking: Document) -> None:
	"""Let the Event of an Outside Booking show its present time. Does nothing if somebody deleted the Event."""
	event = event_to_change(booking.event)
	if event:
		_change(event, {"status": "Open", **picked(booking, "starts_on", "ends_on")}, ())


def log_link(booking: Document) -> None:
	"""Put the link of the video call on top of the Event's description. Does nothing if the Event was deleted."""
	event = event_to_change(booking.event)
	if event:
		change_event(event, {"description": with_link(booking, event.description or "")})


def _others(bookings: Sequence[Document], *fields: str) -> list[frappe._dict]:
	"""Return the session's other live bookings, oldest first, with these fields. Those that aren't paid for are left out."""
	names = {booking.name for booking in bookings}
	sharing = live_rows(bookings[0].session, "payment_status", *fields, hosts=bookings[0].host_users())
	return [row for row in sharing if row.name not in names and row.payment_status not in NOT_PAID]


def _event_of_others(bookings: Sequence[Document]) -> str | None:
	"""Return the Event of the session's other live bookings: the host's calendar shows a session once."""
	return next((row.event for row in _others(bookings, "event")), None)


def _hosts(booking: Document) -> list[Participant]:
	# The e-mail address of the User. It is the User's name, except for Frappe's own users.
	return [
		_participant(
			"User", user, frappe.db.get_value("User", user, "email") if user in frappe.STANDARD_USERS else user
		)
		for user in booking.host_users()
	]


def _attendees(booking: Document, records: list[tuple[str, str]]) -> list[Participant]:
	"""Return the attendee's contact, and the leads, deals and customers that show the meeting too."""
	parties = [] if booking.flags.is_contact_new else parties_of(booking.contact)
	attendee = [("Contact", booking.contact), *records, *parties]
	return [_participant(*who, booking.attendee_email) for who in attendee]


def _participant(doctype: str, name: str, email: str) -> Participant:
	return {"reference_doctype": doctype, "reference_docname": name, "email": email}


def _subject(booking: Document) -> str:
	"""Return the booking's title; for a session the meeting type's, which names no single attendee."""
	return (
		frappe.get_cached_value("Meeting Type", booking.meeting_type, "title") if booking.session else booking.subject
	)


def _description(booking: Document) -> str:
	"""Return the description as HTML. The attendee's words are plain text, so they are escaped.

	A booking on an external scheduler has no description. The attendee's answers stay on that scheduler.
	"""
	if booking.doctype != "Booking":
		return ""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	return escape_html(event_description(booking, meeting_type)).replace("\n", "<br>")


def with_link(booking: Document, description: str) -> str:
	"""Return the description (HTML) with the link above the text, in place of the link that was there before."""
	kept = [line for line in description.split("<br>") if not _LINK.fullmatch(line)]
	if booking.get("meeting_link"):
		address = escape_html(booking.meeting_link)
		told = sum(1 for line in kept if _ENDED.fullmatch(line) or _MOVED.fullmatch(line))
		kept.insert(told, f'<a href="{address}">{address}</a>')
	return "<br>".join(filter(None, kept)) if booking.get("meeting_link") else description
