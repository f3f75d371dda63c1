"""The records of the events that the app writes: Mirrored Event. A record is committed before its event is written. So if
the provider's answer is lost, the event is found again."""

from collections.abc import Collection

import frappe
from frappe.model.document import Document

from scheduler_integration.calendars.busy_store import event_key as stored_key
from scheduler_integration.calendars.mirror.desired import Meeting, event_key, uid_of_day
from scheduler_integration.calendars.provider import Stored
from scheduler_integration.meetings.destinations import Destination
from scheduler_integration.platform.records import picked

DOCTYPE = "Mirrored Event"
PLANNED, STORED, REMOVED, MOVED, DELETED = "Planned", "Stored", "Removed", "Moved there", "Deleted there"
_FIELDS = [
	"name", "booking", "user", "connection", "calendar", "calendar_id", "subject", "session", "day", "generation", "key",
	"uid", "external_id", "etag", "starts_at", "ends_at", "state", "there_starts_at", "there_ends_at", "told_at",
]  # fmt: skip


def rows_of(subject: str, user: str) -> list[frappe._dict]:
	"""Return the events of a meeting in the user's calendars that exist, or may exist."""
	filters = {"subject": subject, "user": user, "state": ("!=", REMOVED)}
	return frappe.get_all(DOCTYPE, filters, _FIELDS, order_by="day asc, generation asc")


def new_row(meeting: Meeting, day: int, generation: int, destination: Destination) -> frappe._dict:
	"""Record an event that is about to be written. Commits."""
	values = {
		**picked(destination, "connection", "calendar", "calendar_id"),
		"booking": meeting.bookings[0].name,
		"user": meeting.user,
		"subject": meeting.uid,
		"session": meeting.bookings[0].session or None,
		"day": day,
		"generation": generation,
		"key": event_key(f"{meeting.uid}\n{destination.calendar}", meeting.user, day, generation),
		"uid": uid_of_day(meeting.uid, day),
		"state": PLANNED,
	}
	doc = frappe.get_doc({"doctype": DOCTYPE, **values})
	# The outbox writes the record. The person who changed the booking may have no rights to it.
	doc.insert(ignore_permissions=True)
	frappe.db.commit()
	return frappe._dict({**dict.fromkeys(_FIELDS), **values, "name": doc.name})


def drop_copy(event: Document, method: str | None = None) -> None:
	"""Delete the Event that Frappe's own reading of Google Calendar has just made of one of our events there.

	The host's calendar in the desk would show the meeting twice: it has the meeting's Event already.
	"""
	if event.get("pulled_from_google_calendar") and event.google_calendar_event_id:
		key = stored_key(event.google_calendar_event_id)
		if frappe.db.exists(DOCTYPE, {"event": key, "external_id": event.google_calendar_event_id}):
			# Frappe goes on with the document that it has just inserted, and must find no error.
			frappe.db.delete("Event Participants", {"parent": event.name, "parenttype": "Event"})
			frappe.db.delete("Communication", {"reference_doctype": "Event", "reference_name": event.name})
			frappe.db.delete("Event", {"name": event.name})


def next_generation(meeting: Meeting, day: int) -> int:
	"""Return a generation that no event of this day ever had."""
	filters = {"subject": meeting.uid, "user": meeting.user, "day": day}
	generations = frappe.get_all(DOCTYPE, filters, pluck="generation")
	return max(generations) + 1 if generations else 0


def note_stored(row: frappe._dict, stored: Stored, times: tuple[int, int], booking: str, now: int) -> None:
	"""Record what was written at `now`. `booking` is the booking to which it belongs now, `times` are instants. Commits."""
	start, end = times
	change(
		row,
		booking=booking,
		state=STORED,
		external_id=stored.id,
		event=stored_key(stored.id),
		etag=stored.etag,
		web_url=stored.web_url or None,
		starts_at=start,
		ends_at=end,
		there_starts_at=None,
		there_ends_at=None,
		written_at=now,
		told_at=None,
	)


def change(row: frappe._dict, **values: object) -> None:
	"""Store fields of the record. Commits."""
	row.update(values)
	frappe.db.set_value(DOCTYPE, row.name, values, update_modified=False)
	frappe.db.commit()


def forget_people(bookings: Collection[str]) -> None:
	"""Erase the persons from the records of these bookings' events. The events in the hosts' calendars stay."""
	frappe.db.set_value(DOCTYPE, {"booking": ["in", list(bookings)]}, "declined_by", None, update_modified=False)


def stored_of(row: frappe._dict) -> Stored | None:
	"""Return what the last `put` returned, or None if it never did."""
	return Stored(id=row.external_id, etag=row.etag or "", uid=row.uid) if row.external_id else None
