"""The calendar part of a message, by RFC 5545 (iCalendar) and RFC 5546 (iTIP).

Times are in UTC, which every client shows in its owner's zone and which needs no VTIMEZONE.
"""

from frappe.model.document import Document
from icalendar import Calendar, Event, vCalAddress, vText

from scheduler_integration.clock import utc
from scheduler_integration.header_text import header_text
from scheduler_integration.meetings.tokens import manage_url
from scheduler_integration.notifications.entry import Entry, entry_for
from scheduler_integration.notifications.wording import Reader

DAY = 86400
PRODID = "-//Scheduler Integration//Booking//EN"


def invitation(booking: Document, now: int, reader: Reader) -> bytes:
	"""The booking as an iCalendar object for this reader, in the language in force. `now`, epoch seconds, stamps it.

	The manage link is in the attendee's copy alone: whoever has it can cancel.
	"""
	return _calendar(booking, now, reader, entry_for(booking, reader)).to_ical()


def attachment(booking: Document, now: int, reader: Reader) -> dict:
	"""The invitation as an attachment for `frappe.sendmail`; the method in its type is what mail clients act on."""
	entry = entry_for(booking, reader)
	return {
		"fname": "invite.ics",
		"fcontent": _calendar(booking, now, reader, entry).to_ical().decode(),
		"content_type": f"text/calendar; method={_method(entry)}",
	}


def _method(entry: Entry) -> str:
	"""The iTIP method that the entry's state asks for (RFC 5546, 1.4)."""
	return "CANCEL" if entry.status == "CANCELLED" else "REQUEST"


def _calendar(booking: Document, now: int, reader: Reader, entry: Entry) -> Calendar:
	calendar = Calendar()
	calendar.add("prodid", PRODID)
	calendar.add("version", "2.0")
	calendar.add("method", _method(entry))
	calendar.add_component(_event(booking, now, reader, entry))
	return calendar


def _event(booking: Document, now: int, reader: Reader, entry: Entry) -> Event:
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
	if reader.is_attendee:
		event.add("url", manage_url(booking))
	_add_people(event, entry, reader)
	return event


def _add_times(event: Event, parts: list[tuple[int, int]]) -> None:
	"""The first date's part, and the further ones as its repetitions (RFC 5545, 3.8.5).

	Every client reads a daily rule with exceptions, so that is used wherever the parts lie whole days apart in UTC.
	Across a clock change they don't, and the dates are listed instead.
	"""
	start, end = parts[0]
	event.add("dtstart", utc(start))
	event.add("dtend", utc(end))
	if len(parts) == 1:
		return
	starts = [part[0] for part in parts]
	if any((each - start) % DAY for each in starts):
		event.add("rdate", [utc(each) for each in starts[1:]])
		return
	event.add("rrule", {"freq": "daily", "count": (starts[-1] - start) // DAY + 1})
	if skipped := sorted(set(range(start, starts[-1], DAY)) - set(starts)):
		event.add("exdate", [utc(each) for each in skipped])


def _add_people(event: Event, entry: Entry, reader: Reader) -> None:
	event.add("organizer", _address(entry.hosts[0]), encode=False)
	if reader.is_removed:
		# Who is uninvited stands alone there (RFC 5546, 3.2.5).
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
	# A parameter value can't hold a double quote, even quoted, nor a control character (RFC 5545, 3.1).
	for name, value in {"cn": header_text(reader.name).replace('"', "'"), **parameters}.items():
		address.params[name.upper()] = vText(value)
	return address
