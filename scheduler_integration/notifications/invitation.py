"""Writes the calendar part of a message, and the file to download, by RFC 5545 (iCalendar) and RFC 5546 (iTIP).

Times are in UTC. They need no VTIMEZONE, and every client shows them in its own zone.
"""

from typing import Any

from frappe.model.document import Document
from icalendar import Calendar, Event, vCalAddress, vText, vUri

from scheduler_integration.meetings.titles import place_label
from scheduler_integration.meetings.tokens import manage_url
from scheduler_integration.notifications.entry import Entry, entry_for
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform.clock import utc
from scheduler_integration.platform.one_line import header_text

DAY = 86400
PRODID = "-//Scheduler Integration//Booking//EN"


def attachment(booking: Document, now: int, reader: Reader) -> dict:
	"""Return the invitation for this reader, in the current language, as an attachment for `frappe.sendmail`.

	`now`, epoch seconds, becomes DTSTAMP. Mail clients act on the type's `method`. Only the attendee's copy has the
	manage link, because anybody who has the link can cancel.
	"""
	entry = entry_for(booking, reader)
	return {
		"fname": "invite.ics",
		"fcontent": _calendar(booking, now, reader, entry).to_ical().decode(),
		"content_type": f"text/calendar; method={_method(entry)}",
	}


def calendar_file(booking: Document, now: int, reader: Reader) -> bytes:
	"""Return the booking as a file that the reader imports into a calendar, in the current language.

	The file uses PUBLISH (RFC 5546, 3.2.1) and names no attendees: with REQUEST, calendar apps ask everybody who opens the
	file for an answer. It has the invitation's UID, so an app that has both shows one meeting. `now`, epoch seconds,
	becomes DTSTAMP.
	"""
	entry = entry_for(booking, reader)
	event = bare_event(booking, now, reader, entry)
	event.add("organizer", _address(entry.hosts[0]), encode=False)
	calendar = empty_calendar("PUBLISH")
	calendar.add_component(event)
	return calendar.to_ical()


def empty_calendar(method: str) -> Calendar:
	"""Return an iCalendar object without entries. `method` is that of iTIP (RFC 5546, 1.4)."""
	calendar = Calendar()
	calendar.add("prodid", PRODID)
	calendar.add("version", "2.0")
	calendar.add("method", method)
	return calendar


def _method(entry: Entry) -> str:
	"""Return the iTIP method for the entry's status (RFC 5546, 1.4)."""
	return "CANCEL" if entry.status == "CANCELLED" else "REQUEST"


def _calendar(booking: Document, now: int, reader: Reader, entry: Entry) -> Calendar:
	calendar = empty_calendar(_method(entry))
	calendar.add_component(_event(booking, now, reader, entry))
	return calendar


def _event(booking: Document, now: int, reader: Reader, entry: Entry) -> Event:
	event = bare_event(booking, now, reader, entry)
	_add_people(event, entry, reader)
	return event


def bare_event(booking: Document, now: int, reader: Reader, entry: Entry) -> Event:
	"""Return the reader's VEVENT without organizer and attendees, as a calendar feed has it."""
	event = Event()
	event.add("uid", entry.uid)
	event.add("sequence", entry.sequence)
	event.add("dtstamp", utc(now))
	_add_times(event, booking.parts())
	event.add("summary", entry.summary)
	event.add("status", entry.status)
	event.add("description", entry.description)
	if place := booking.meeting_link or booking.location:
		event.add("location", place)
	if booking.meeting_link:
		_add_conference(event, booking)
	if reader.is_attendee:
		event.add("url", manage_url(booking))
	return event


def _add_conference(event: Event, booking: Document) -> None:
	"""Add the video call, for programs that show a button to join it (RFC 7986, 5.11)."""
	about: Any = {"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"], "LABEL": header_text(place_label(booking) or "")}
	event.add("conference", vUri(booking.meeting_link), parameters=about)


def _add_times(event: Event, parts: list[tuple[int, int]]) -> None:
	"""Add the first day's part, and the later days as its repetitions (RFC 5545, 3.8.5).

	If the parts are whole days apart in UTC, the repetitions are a daily rule with exceptions, which every client
	can read. Across a clock change the parts aren't whole days apart, so each date is listed. Two meetings at 09:00 in
	Berlin:

		23, 24 and 26 November 2026     08:00 UTC each day          RRULE:FREQ=DAILY;COUNT=4, EXDATE for the 25th
		23 and 26 October 2026          07:00 and then 08:00 UTC    RDATE for the 26th (clocks change on the 25th)
	"""
	start, end = parts[0]
	event.add("dtstart", utc(start))
	event.add("dtend", utc(end))
	if len(parts) == 1:
		return
	starts = [part[0] for part in parts]
	if any((each - start) % DAY for each in starts):
		event.add("rdate", [utc(start) for start in starts[1:]])
		return
	event.add("rrule", {"freq": "daily", "count": (starts[-1] - start) // DAY + 1})
	if skipped := sorted(set(range(start, starts[-1], DAY)) - set(starts)):
		event.add("exdate", [utc(each) for each in skipped])


def _add_people(event: Event, entry: Entry, reader: Reader) -> None:
	event.add("organizer", _address(entry.hosts[0]), encode=False)
	if reader.is_removed:
		# A cancellation for one participant names only that participant (RFC 5546, 3.2.5).
		event.add("attendee", _address(reader), encode=False)
		return
	for host in entry.hosts:
		event.add("attendee", _address(host, role="CHAIR", partstat="ACCEPTED"), encode=False)
	for participant in entry.participants:
		event.add(
			"attendee",
			_address(participant, role="REQ-PARTICIPANT", partstat="NEEDS-ACTION", rsvp="TRUE"),
			encode=False,
		)


def _address(reader: Reader, **parameters: str) -> vCalAddress:
	address = vCalAddress(f"mailto:{reader.email}")
	# A parameter value can't contain a double quote, even if quoted, or a control character (RFC 5545, 3.1).
	for name, value in {"cn": header_text(reader.name).replace('"', "'"), **parameters}.items():
		address.params[name.upper()] = vText(value)
	return address
