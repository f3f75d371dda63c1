"""The number of a booking as networks know it, by which a reply to a text message is matched."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.bookings.old_numbers import execute
from scheduler_integration.platform import clock
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-05 09:00")


def booked(**fields):
	page = make_page(make_user("Jane", time_zone="Europe/Paris"))
	return frappe.get_doc("Booking", door.book(payload(page, make_meeting_type(page), NINE, **fields), NOW).id)


@pytest.mark.parametrize(
	("typed", "zone", "number"),
	[
		("030 901820", "Europe/Berlin", "+4930901820"),
		("+1 (212) 555-0100", "Europe/Berlin", "+12125550100"),
		# A number of the host's country.
		("01 42 68 53 00", "UTC", "+33142685300"),
		("12345", "Europe/Berlin", None),
		(None, "Europe/Berlin", None),
	],
)
def test_a_booking_has_its_number_in_e164(typed, zone, number):
	assert booked(attendee_phone=typed, timezone=zone).phone_e164 == number


def test_a_corrected_number_is_the_new_one():
	booking = booked(attendee_phone="030 901820")
	bookings.correct_attendee(booking.name, bookings.Person("Ada", "+33142685300", ""), NOW)
	assert frappe.db.get_value("Booking", booking.name, "phone_e164") == "+33142685300"


def test_coming_meetings_from_before_get_their_number(monkeypatch):
	monkeypatch.setattr(clock, "now", lambda: NOW)
	coming, other = booked(attendee_phone="030 901820"), booked()
	over = booked(attendee_phone="030 901820")
	names = [coming.name, other.name, over.name]
	frappe.db.set_value("Booking", {"name": ["in", names]}, "phone_e164", None)
	frappe.db.set_value("Booking", over.name, "ends_at", NOW - 60)
	execute()
	assert [frappe.db.get_value("Booking", name, "phone_e164") for name in names] == ["+4930901820", None, None]


def test_an_erased_booking_has_no_number():
	booking = booked(attendee_phone="030 901820")
	bookings.cancel_by_host(booking.name, "", NOW)
	bookings.forget_bookings([booking.name])
	assert frappe.db.get_value("Booking", booking.name, ["attendee_phone", "phone_e164"]) == (None, None)
