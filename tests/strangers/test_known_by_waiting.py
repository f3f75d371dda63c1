"""A robot that waits a day is still a stranger."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.trust.addresses import is_known
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, payload

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW, NINE, NEXT_DAY = at("2026-03-02 06:00"), at("2026-03-05 09:00"), at("2026-03-06 06:00")


@pytest.fixture
def over():
	"""A meeting that somebody booked with an address that nobody confirmed. Nobody came, and nobody said so."""
	page = make_page()
	booking = door.book(payload(page, make_meeting_type(page), NINE, attendee_email=f"{fresh('nemo')}@x.example"), NOW)
	frappe.db.set_value("Booking", booking.id, "address_status", "Unconfirmed")
	frappe.db.commit()
	return booking


def test_an_address_was_known_after_a_meeting_that_nobody_came_to(over):
	"""From then on the site would have written to anybody whom its "attendee" entered as a guest."""
	bookings.complete_past_meetings(NEXT_DAY)
	assert frappe.db.get_value("Booking", over.id, "status") == "Completed"
	assert not is_known(over.attendee.email)


def test_a_host_who_has_met_somebody_says_so(over):
	bookings.complete(over.id, NINE + 60)
	assert is_known(over.attendee.email)


def test_a_host_who_takes_that_back_says_nothing(over):
	_booking, facts = bookings.undoable(over.id, lambda: bookings.complete(over.id, NINE + 60), NINE + 60)
	bookings.undo(facts, NINE + 61)
	assert frappe.db.get_value("Booking", over.id, "address_status") == "Unconfirmed"
