"""A function that decides refuses to run unless its hosts are locked, also on a database that would hide the mistake."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.availability.offer import make_offer
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import guard
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.transactions import Attempt, HostsNotLocked
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_team_page, make_user, payload, token_of

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
LATER = RescheduleRequest(NINE + 3600)


@pytest.fixture
def page():
	return make_team_page([make_user("Ann"), make_user("Ben")])


@pytest.fixture
def workshop(page):
	return make_meeting_type(page, assignment="Round Robin", seats=5)


@pytest.fixture
def booked(page, workshop):
	"""Two attendees of a session."""
	return [door.book(payload(page, workshop, NINE), NOW) for _each in range(2)]


@pytest.fixture
def forgotten(monkeypatch):
	"""`forgotten()`: from now on, code that locks hosts does nothing."""
	return lambda: monkeypatch.setattr(guard, "lock_hosts", lambda users: None)


def other_host(page, answer):
	(other,) = {host.user for host in page.hosts} - {frappe.db.get_value("Booking", answer.id, "host")}
	return other


COMMANDS = {
	"join": lambda page, workshop, booked: door.book(payload(page, workshop, NINE), NOW),
	"book": lambda page, workshop, booked: door.book(payload(page, workshop, NINE + 7200), NOW),
	"cancel": lambda page, workshop, booked: bookings.cancel_by_token(token_of(booked[0]), "", NOW),
	"cancel for all": lambda page, workshop, booked: bookings.cancel_by_host(booked[0].id, "", NOW, for_all=True),
	"reassign": lambda page, workshop, booked: bookings.reassign(booked[0].id, other_host(page, booked[0]), NOW),
	"move": lambda page, workshop, booked: bookings.reschedule_by_token(token_of(booked[0]), LATER, NOW),
	"move as host": lambda page, workshop, booked: bookings.reschedule_by_host(booked[0].id, LATER, NOW),
	"move all": lambda page, workshop, booked: bookings.reschedule_by_host(booked[0].id, LATER, NOW, for_all=True),
	"guests": lambda page, workshop, booked: bookings.update_guests_by_host(
		booked[0].id, [f"{fresh('guest')}@guests.example"], NOW
	),
	"give back": lambda page, workshop, booked: bookings.ask_to_reschedule(booked[0].id, "", NOW, gives_back=True),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_forgets_the_lock_fails(page, workshop, booked, forgotten, command):
	forgotten()
	with pytest.raises(HostsNotLocked):
		COMMANDS[command](page, workshop, booked)


def test_undoing_needs_the_lock_too(page, workshop, booked, forgotten):
	name = booked[0].id
	_done, facts = bookings.undoable(name, lambda: bookings.cancel_by_host(name, "", NOW), NOW)
	forgotten()
	with pytest.raises(HostsNotLocked):
		bookings.undo(facts, NOW + 1)


def test_an_offer_that_decides_needs_the_lock_and_a_listing_does_not(page, workshop):
	offered = find_bookable(page.slug, workshop.slug), SlotRequest(30), NINE, NINE + 3600, NOW
	assert make_offer(*offered).is_bookable(NINE)
	with pytest.raises(HostsNotLocked):
		make_offer(*offered, lock=True)
	with Attempt():
		guard.lock_hosts([page.hosts[0].user])
		with pytest.raises(HostsNotLocked):
			make_offer(*offered, lock=True)
		guard.lock_hosts([page.hosts[1].user])
		assert make_offer(*offered, lock=True).is_bookable(NINE)


def test_a_lock_of_an_earlier_command_does_not_count(page, workshop, booked):
	booking = frappe.get_doc("Booking", booked[0].id)
	assert len(live_rows(booking.session)) == 2
	with pytest.raises(HostsNotLocked):
		live_rows(booking.session, hosts=booking.host_users())
	with Attempt(), pytest.raises(HostsNotLocked):
		live_rows(booking.session, hosts=booking.host_users())


def test_locking_is_for_commands(page):
	with pytest.raises(HostsNotLocked):
		guard.lock_hosts([page.hosts[0].user])
