"""Sessions with seats, for example a workshop. 2 March 2026 is a Monday."""

from datetime import date

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import InvalidRequest, SlotTaken
from tests.support import door
from tests.support.door import slots_between
from tests.support.factories import at, hour, make_meeting_type, make_page, make_team_page, make_user, payload, token_of

NOW = at("2026-03-01 06:00")
MONDAY = date(2026, 3, 2)
NINE = "2026-03-02 09:00"


@pytest.fixture
def page():
	return make_page(hours={"Monday": ["09:00-12:00"]})


@pytest.fixture
def workshop(page):
	return make_meeting_type(page, seats=3, duration_minutes=60, daily_limit=1)


def offered(page, meeting_type):
	slots = slots_between(page.slug, meeting_type.slug, MONDAY, MONDAY, "UTC", None, NOW).days.get(MONDAY, [])
	return {hour(slot.start): slot.seats_left for slot in slots}


def book(page, meeting_type, when=NINE, **fields):
	return door.book(payload(page, meeting_type, at(when), **fields), NOW)


def test_guests_can_take_every_seat_and_no_more(page, workshop):
	guests = [f"guest-{number}@guests.example" for number in range(3)]
	with pytest.raises(InvalidRequest) as refused:
		book(page, workshop, guests=guests)
	assert refused.value.details == {"guests": "This meeting has 3 seats in all."}
	book(page, workshop, guests=guests[:2])
	assert offered(page, workshop) == {}


def test_seats_are_sold_until_the_last(page, workshop):
	assert offered(page, workshop) == {"09:00": 3, "10:00": 3, "11:00": 3}
	first = book(page, workshop)
	# The limit of one meeting a day closes the other times. The existing session can still be joined.
	assert offered(page, workshop) == {"09:00": 2}
	book(page, workshop)
	book(page, workshop)
	assert offered(page, workshop) == {}
	with pytest.raises(SlotTaken):
		book(page, workshop)
	bookings.cancel_by_token(token_of(first), "", NOW)
	assert offered(page, workshop) == {"09:00": 1}
	book(page, workshop)


def test_other_types_find_the_host_busy_until_the_last_attendee_cancels(page, workshop):
	other = make_meeting_type(page, duration_minutes=60)
	first, second = book(page, workshop), book(page, workshop)
	bookings.cancel_by_token(token_of(first), "", NOW)
	assert "09:00" not in offered(page, other)
	with pytest.raises(SlotTaken):
		book(page, other)
	bookings.cancel_by_token(token_of(second), "", NOW)
	assert "09:00" in offered(page, other)
	assert not frappe.db.count("Booking Slot", {"host": page.user})
	assert not frappe.db.count("Booking Seat", {"booking": ["in", [first.id, second.id]]})


def test_guests_take_seats_too(page, workshop):
	book(page, workshop, guests=["bob@guests.example"])
	assert offered(page, workshop) == {"09:00": 1}
	with pytest.raises(SlotTaken):
		book(page, workshop, guests=["eve@guests.example"])
	with pytest.raises(InvalidRequest) as refused:
		book(page, workshop, guests=[f"g{n}@guests.example" for n in range(3)])
	assert "guests" in refused.value.details


def test_a_session_is_filled_before_another_host_opens_one():
	users = [make_user("Ann"), make_user("Bea")]
	page = make_team_page(users)
	workshop = make_meeting_type(page, assignment="Round Robin", seats=2, duration_minutes=60)
	hosts = [book(page, workshop).hosts[0].name for _ in range(4)]
	assert hosts[0] == hosts[1] != hosts[2] == hosts[3]
	with pytest.raises(SlotTaken):
		book(page, workshop)


def test_the_guests_of_a_session_do_not_learn_of_each_other(page, workshop):
	book(page, workshop, attendee_name="Grace Hopper")
	second = book(page, workshop)
	assert "Grace" not in str(second)


def test_a_seat_can_not_be_stored_twice(page, workshop):
	"""The unique index protects seats even if code forgets to lock the host."""
	booking = frappe.get_doc("Booking", book(page, workshop).id)
	with pytest.raises(Exception) as error:
		frappe.db.bulk_insert(
			"Booking Seat", ["name", "session", "seat", "booking"], [("x", booking.session, 0, booking.name)]
		)
	assert frappe.db.is_unique_key_violation(error.value)


def test_the_seats_of_sessions_that_are_over_are_dropped(page, workshop):
	from scheduler_integration.bookings import guard

	booking = book(page, workshop)
	guard.release_before(at("2026-03-02 10:00"))
	assert frappe.db.count("Booking Seat", {"booking": booking.id}) == 1
	guard.release_before(at("2026-03-02 10:01"))
	assert frappe.db.count("Booking Seat", {"booking": booking.id}) == 0
