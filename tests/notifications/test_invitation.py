"""The invitations in the messages, read by a parser."""

from datetime import datetime, timezone

import frappe
import pytest
from icalendar import Calendar

from scheduler_integration import bookings
from scheduler_integration.notifications.invitation import calendar_file, invitation_for
from scheduler_integration.notifications.readers import attendee_of, guests_of, hosts_of
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


def make_booking(host="Jane", allow_reschedule=1, allow_cancel=1, **fields):
	page = make_page(make_user(host))
	allowed = {"allow_reschedule": allow_reschedule, "allow_cancel": allow_cancel}
	meeting_type = make_meeting_type(page, location_type="In Person", location_details="Hauptstr. 1, Köln", **allowed)
	return door.book(payload(page, meeting_type, NINE, **fields), NOW)


def to_ical(booking, reader_of=attendee_of):
	document = frappe.get_doc("Booking", booking.id)
	return invitation_for(document, NOW, reader_of(document)).calendar.encode()


def parsed(booking, reader_of=attendee_of):
	text = to_ical(booking, reader_of)
	calendar = Calendar.from_ical(text)
	(event,) = calendar.walk("VEVENT")
	return calendar, event


def test_a_booking_is_a_request_with_its_instants_in_utc():
	calendar, event = parsed(make_booking())
	assert (calendar["METHOD"], calendar["VERSION"], event["STATUS"]) == ("REQUEST", "2.0", "CONFIRMED")
	assert event.decoded("DTSTART") == datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
	assert event.decoded("DTEND") == datetime(2026, 3, 2, 9, 30, tzinfo=timezone.utc)
	assert event.decoded("DTSTAMP") == datetime(2026, 3, 2, 6, tzinfo=timezone.utc)
	assert event["LOCATION"] == "Hauptstr. 1, Köln"


def test_organizer_and_attendees_are_named():
	booking = make_booking(attendee_email="ada@guests.example", guests=["bob@guests.example"])
	_calendar, event = parsed(booking)
	host = frappe.db.get_value("Booking", booking.id, "host")
	assert event["ORGANIZER"] == f"mailto:{host}"
	assert event["ORGANIZER"].params["CN"] == "Jane"
	assert [str(each) for each in event["ATTENDEE"]] == [
		f"mailto:{host}",
		"mailto:ada@guests.example",
		"mailto:bob@guests.example",
	]


def test_the_manage_link_is_in_the_attendees_copy_alone():
	booking = make_booking()
	_calendar, own = parsed(booking)
	_calendar, others = parsed(booking, lambda document: hosts_of(document)[0])
	assert own["URL"] == booking.manage_url
	assert booking.manage_url in own["DESCRIPTION"]
	assert token_of(booking) not in others.to_ical().decode().replace("\r\n ", "")


@pytest.mark.parametrize(
	("move", "cancel", "said"),
	[
		(1, 1, "To change or cancel: "),
		(0, 1, "To see or cancel the meeting: "),
		(1, 0, "See the meeting: "),
		(0, 0, "See the meeting: "),
	],
)
def test_a_calendar_offered_to_cancel_where_nobody_can(move, cancel, said):
	booking = make_booking(allow_reschedule=move, allow_cancel=cancel)
	_calendar, event = parsed(booking)
	assert f"{said}{booking.manage_url}" in event["DESCRIPTION"]


def test_extra_guests_do_not_read_what_the_attendee_wrote():
	booking = make_booking(notes="For Jane's eyes", guests=["bob@guests.example"])
	assert b"For Jane's eyes" in to_ical(booking)
	assert b"For Jane's eyes" not in to_ical(booking, lambda document: guests_of(document)[0])


def test_a_cancellation_keeps_the_uid_and_raises_the_sequence():
	booking = make_booking()
	_calendar, before = parsed(booking)
	bookings.cancel_by_token(token_of(booking), "", NOW)
	calendar, after = parsed(booking)
	assert (calendar["METHOD"], after["STATUS"]) == ("CANCEL", "CANCELLED")
	assert after["UID"] == before["UID"]
	assert after["SEQUENCE"] == before["SEQUENCE"] + 1


def test_the_downloaded_file_asks_nobody_for_an_answer():
	"""RFC 5546, 3.2.1: a published entry has an organizer and no attendees."""
	booking = make_booking(guests=["bob@guests.example"])
	_invited, own = parsed(booking)
	document = frappe.get_doc("Booking", booking.id)
	calendar = Calendar.from_ical(calendar_file(document, NOW, attendee_of(document)))
	(event,) = calendar.walk("VEVENT")
	assert (calendar["METHOD"], "ATTENDEE" in event) == ("PUBLISH", False)
	same = ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "ORGANIZER", "URL")
	assert {name: event[name] for name in same} == {name: own[name] for name in same}


@pytest.mark.parametrize("name", ['O\'Brien; Sons, Ltd: "X"', "Ünïcödé " * 15, "يوسف"], ids=["signs", "long", "rtl"])
def test_any_name_survives_the_calendar_format(name):
	booking = make_booking(attendee_name=name.strip()[:140])
	_calendar, event = parsed(booking)
	assert event["ATTENDEE"][1].params["CN"] == name.strip()[:140].replace('"', "'")
	assert all(len(line) <= 75 for line in to_ical(booking).split(b"\r\n"))
