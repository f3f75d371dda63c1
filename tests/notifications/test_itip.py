"""Each calendar part, field by field against RFC 5546 for its method, and read by four libraries of others."""

import frappe
import pytest
import recurring_ical_events
import vobject
from icalendar import Calendar

from scheduler_integration import bookings
from scheduler_integration.notifications.invitation import calendar_file
from scheduler_integration.notifications.readers import attendee_of
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user, payload, token_of
from tests.support.node_readers import read_with_node
from tests.support.outbox import mails

NOW = at("2026-10-01 06:00")
ONE, SOME, AT_MOST_ONE, NONE = (1, 1), (1, 999), (0, 1), (0, 0)
ANY = (0, 999)
_MAY = {
	"DESCRIPTION": AT_MOST_ONE, "LOCATION": AT_MOST_ONE, "URL": AT_MOST_ONE, "DTEND": AT_MOST_ONE, "RRULE": AT_MOST_ONE,
	"EXDATE": ANY, "RDATE": ANY, "CONFERENCE": ANY, "REQUEST-STATUS": NONE, "DURATION": NONE,
}  # fmt: skip
# How often each method has a property of a VEVENT (RFC 5546, 3.2.1, 3.2.2 and 3.2.5). A property that isn't named is wrong.
FIELDS = {
	"PUBLISH": {
		**_MAY, "DTSTAMP": ONE, "DTSTART": ONE, "ORGANIZER": ONE, "SUMMARY": ONE, "UID": ONE, "SEQUENCE": ONE,
		"STATUS": AT_MOST_ONE, "ATTENDEE": NONE,
	},
	"REQUEST": {
		**_MAY, "DTSTAMP": ONE, "DTSTART": ONE, "ORGANIZER": ONE, "SUMMARY": ONE, "UID": ONE, "SEQUENCE": ONE,
		"STATUS": AT_MOST_ONE, "ATTENDEE": SOME,
	},
	"CANCEL": {
		**_MAY, "DTSTAMP": ONE, "DTSTART": ONE, "ORGANIZER": ONE, "SUMMARY": ONE, "UID": ONE, "SEQUENCE": ONE,
		"STATUS": ONE, "ATTENDEE": ANY,
	},
}  # fmt: skip
STATUS = {"PUBLISH": {"CONFIRMED"}, "REQUEST": {"CONFIRMED"}, "CANCEL": {"CANCELLED"}}
ALWAYS = {
	day: ["06:00-20:00"] for day in ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
}


@pytest.fixture
def paris():
	host = make_user("Jane", time_zone="Europe/Paris")
	return make_page(host, hours=ALWAYS, timezone="Europe/Paris", schedule={"timezone": "Europe/Paris"})


def booked(page, start="2026-10-05 09:00", zone="America/New_York", **fields):
	type_fields = {name: fields.pop(name) for name in ("number_of_days", "duration_minutes", "seats") if name in fields}
	meeting_type = make_meeting_type(
		page, location_type="In Person", location_details="Rue 1; Paris, FR", **type_fields
	)
	fields = {"guests": ["bob@guests.example"], "notes": "Ünïcödé; a, b\\c\nnext", **fields}
	return door.book(payload(page, meeting_type, at(start), timezone=zone, **fields), NOW)


def changed(page):
	"""Return the calendars of a booking's whole life, and the starts that each must have."""
	booking = booked(page)
	found = calendars(booking.id)
	moved = bookings.reschedule_by_token(token_of(booking), RescheduleRequest(at("2026-10-06 10:00"), 30), NOW)
	found += calendars(moved.id)
	bookings.update_guests_by_token(token_of(booking), ["eve@guests.example"], NOW)
	found += calendars(moved.id)
	bookings.cancel_by_token(token_of(booking), "Flu", NOW)
	return found + calendars(moved.id)


def calendars(name):
	starts = [start for start, _end in frappe.get_doc("Booking", name).parts()]
	return [(mail.invitation.calendar, starts) for mail in mails(name, NOW) if mail.invitation]


def over_days(page, zone):
	"""The clocks of Paris change on 25 October 2026, those of New York on 1 November."""
	return calendars(booked(page, "2026-10-23 07:00", zone, number_of_days=4, duration_minutes=180).id)


def session(page):
	first = booked(page, seats=5)
	meeting_type = frappe.get_doc("Meeting Type", frappe.db.get_value("Booking", first.id, "meeting_type"))
	second = door.book(payload(page, meeting_type, at("2026-10-05 09:00"), timezone="Asia/Tokyo"), NOW)
	found = calendars(first.id) + calendars(second.id)
	bookings.cancel_by_token(token_of(second), "", NOW)
	return found + calendars(second.id)


def team(_page):
	jane, sam = make_user("Jane", time_zone="Europe/Paris"), make_user("Sam", time_zone="America/New_York")
	page = make_team_page([jane, sam])
	collective = make_meeting_type(page, assignment="Collective")
	return calendars(door.book(payload(page, collective, at("2026-10-05 15:00")), NOW).id)


def downloaded(page):
	document = frappe.get_doc("Booking", booked(page).id)
	starts = [start for start, _end in document.parts()]
	return [(calendar_file(document, NOW, attendee_of(document)).decode(), starts)]


KINDS = {
	"changed": changed,
	"days-paris": lambda page: over_days(page, "Europe/Paris"),
	"days-new-york": lambda page: over_days(page, "America/New_York"),
	"days-utc": lambda page: over_days(page, "UTC"),
	"session": session,
	"team": team,
	"downloaded": downloaded,
}


@pytest.fixture(params=KINDS)
def parts(request, paris):
	found = KINDS[request.param](paris)
	assert found
	return found


def test_each_method_has_its_fields_and_no_others(parts):
	for text, _starts in parts:
		calendar = Calendar.from_ical(text)
		(event,) = calendar.walk("VEVENT")
		fields = FIELDS[calendar["METHOD"]]
		names = [name for name, _value in event.property_items(recursive=False) if name not in ("BEGIN", "END")]
		assert [name for name in names if name not in fields] == []
		wrong = {
			name: names.count(name) for name, (low, high) in fields.items() if not low <= names.count(name) <= high
		}
		assert wrong == {}, calendar["METHOD"]
		assert event["STATUS"] in STATUS[calendar["METHOD"]]
		assert (calendar["VERSION"], bool(calendar["PRODID"])) == ("2.0", True)
		assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_each_zone_that_is_named_is_described(parts):
	for text, _starts in parts:
		calendar = Calendar.from_ical(text)
		described = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
		assert described == set(calendar.get_used_tzids()) - {"UTC"}


def test_repetitions_are_never_in_utc(parts):
	"""A rule in UTC drifts by an hour when the clocks change."""
	for text, starts in parts:
		(event,) = Calendar.from_ical(text).walk("VEVENT")
		if len(starts) > 1:
			assert event["DTSTART"].params["TZID"] == "Europe/Paris"
			assert "RRULE" in event


def test_icalendar_and_vobject_find_each_occurrence(parts):
	for text, starts in parts:
		found = recurring_ical_events.of(Calendar.from_ical(text)).between((2026, 9, 1), (2027, 1, 1))
		assert sorted(int(each["DTSTART"].dt.timestamp()) for each in found) == starts
		event = vobject.readOne(text).vevent
		dates = event.getrruleset(addRDate=True)
		assert sorted(int(each.timestamp()) for each in dates or [event.dtstart.value]) == starts


@pytest.mark.long
def test_ical_js_and_node_ical_find_each_occurrence(parts):
	found = read_with_node([text for text, _starts in parts])
	for (text, starts), by_library in zip(parts, found, strict=True):
		calendar = Calendar.from_ical(text)
		(event,) = calendar.walk("VEVENT")
		minutes = (event.decoded("DTEND") - event.decoded("DTSTART")).total_seconds() / 60
		expected = {
			"method": calendar["METHOD"], "uid": event["UID"], "sequence": event["SEQUENCE"], "starts": starts, "minutes": minutes,
		}  # fmt: skip
		assert by_library == {"ical.js": expected, "node-ical": expected}


def test_host_attendee_and_guest_have_one_uid_and_one_sequence(paris):
	"""A reply names the UID, so that of the host's entry must be the same."""
	events = [Calendar.from_ical(text).walk("VEVENT")[0] for text, _starts in calendars(booked(paris).id)]
	assert len(events) == 3
	assert len({(str(event["UID"]), event["SEQUENCE"], str(event["ORGANIZER"])) for event in events}) == 1


def test_each_reader_has_the_time_in_their_own_zone(paris):
	events = [Calendar.from_ical(text).walk("VEVENT")[0] for text, _starts in calendars(booked(paris).id)]
	assert [event["DTSTART"].params["TZID"] for event in events] == [
		"America/New_York",
		"America/New_York",
		"Europe/Paris",
	]


def test_description_and_place_are_in_everybodys_entry(paris):
	"""The host's and the guest's were empty."""
	booking = booked(paris, attendee_phone="+33 1 70 18 99 00")
	to_attendee, to_guest, to_host = (mail.event for mail in mails(booking.id, NOW))
	for event in (to_attendee, to_guest, to_host):
		assert event["LOCATION"] == "Rue 1; Paris, FR"
	assert booking.manage_url in to_attendee["DESCRIPTION"]
	assert "Ada Lovelace invited you to a meeting with Jane." in to_guest["DESCRIPTION"]
	assert "+33 1 70 18 99 00" in to_host["DESCRIPTION"]
	assert f"/scheduling/meeting/{booking.id}" in to_host["DESCRIPTION"]


def test_the_second_two_oclock_of_an_autumn_night_isnt_the_first(paris):
	"""In local time a calendar can only name the first one (RFC 5545, 3.3.5)."""
	host = make_user("Kim", time_zone="Europe/Paris")
	night = make_page(host, hours={"Sunday": ["00:00-06:00"]}, schedule={"timezone": "Europe/Paris"})
	for start in ("2026-10-25 00:30", "2026-10-25 01:30"):
		for text, starts in calendars(booked(night, start, "Europe/Paris").id):
			(event,) = Calendar.from_ical(text).walk("VEVENT")
			assert int(event.decoded("DTSTART").timestamp()) == starts[0] == at(start)
