"""Additional guests who are added and removed after the booking, and who is told. 2 March 2026 is a Monday."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import AlreadyCancelled, InvalidRequest, LinkExpired, NotPermitted
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_user, payload, token_of
from tests.support.outbox import actions, mails, tasks

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


def address():
	return f"{fresh('guest')}@guests.example"


def booked(guests=(), **fields):
	page = make_page()
	meeting_type = make_meeting_type(page, **fields)
	return page, meeting_type, door.book(payload(page, meeting_type, NINE, guests=list(guests)), NOW)


def sent(name):
	"""Let all messages that wait count as sent."""
	frappe.db.set_value("Outbox Task", {"booking": name, "status": "Pending"}, "status", "Sent")


def told(name):
	"""Return the mails that wait, by reader: body, iTIP method, and the addresses in the invitation."""
	return {mail.reader.email: (mail.body, str(mail.calendar["method"]), invited(mail)) for mail in mails(name, NOW)}


def invited(mail):
	people = mail.event.get("attendee", [])
	return [str(each)[7:] for each in (people if isinstance(people, list) else [people])]


def test_nobody_is_their_own_guest():
	page, other = make_page(), address()
	typed = {"attendee_email": "ada@guests.example", "guests": ["Ada@guests.example", other]}
	booking = door.book(payload(page, make_meeting_type(page), NINE, **typed), NOW)
	assert booking.guests == (other,)


def test_the_attendee_adds_and_removes_guests():
	old, new = address(), address()
	_page, _type, booking = booked([old])
	answer = bookings.update_guests_by_token(token_of(booking), [new, booking.attendee.email], NOW)
	assert answer.guests == (new,)
	(note,) = frappe.get_all("Comment", {"reference_name": booking.id}, pluck="content")
	assert new in note
	assert old in note
	assert "(the attendee)" in note


@pytest.mark.long
def test_everybody_concerned_is_told():
	old, new, staying = address(), address(), address()
	page, _type, booking = booked([old, staying])
	sent(booking.id)
	bookings.update_guests_by_token(token_of(booking), [staying, new], NOW)
	messages = told(booking.id)
	assert set(messages) == {booking.attendee.email, page.user, old, new}
	body, method, people = messages[old]
	assert "any more" in body
	assert (method, people) == ("CANCEL", [old])
	body, method, people = messages[new]
	assert method == "REQUEST"
	assert {new, staying, booking.attendee.email} <= set(people)
	assert "guest list" in messages[page.user][0]
	assert new in messages[page.user][0]
	assert new not in messages[new][0]


def test_a_removed_guest_is_not_reminded():
	guest = address()
	_page, _type, booking = booked([guest], reminders="60")

	def reminders(**filters):
		return {task.status for task in actions(booking.id, purpose="reminder", **filters)}

	assert reminders(target=guest) == {"Pending"}
	bookings.update_guests_by_token(token_of(booking), [], NOW)
	assert reminders(target=guest) == {"Skipped"}
	assert "Pending" in reminders()


def test_a_guest_who_does_not_know_yet_is_invited_in_any_case():
	staying = address()
	_page, _type, booking = booked([staying])
	bookings.update_guests_by_token(token_of(booking), [staying, address()], NOW)
	assert staying in told(booking.id)


def test_a_guest_who_comes_back_is_not_told_to_stay_away():
	guest = address()
	_page, _type, booking = booked([guest])
	sent(booking.id)
	bookings.update_guests_by_token(token_of(booking), [], NOW)
	bookings.update_guests_by_token(token_of(booking), [guest], NOW)
	assert [task.status for task in tasks(booking.id, purpose="guest_removed")] == ["Skipped"]


def test_no_change_tells_nobody():
	guest = address()
	_page, _type, booking = booked([guest])
	sent(booking.id)
	bookings.update_guests_by_token(token_of(booking), [guest.upper()], NOW)
	assert told(booking.id) == {}


def test_the_host_changes_them_and_a_stranger_may_not(as_user):
	page, _type, booking = booked()
	guest = address()
	with as_user(make_user("Eve")), pytest.raises(NotPermitted):
		bookings.update_guests_by_host(booking.id, [guest], NOW)
	with as_user(page.user):
		assert bookings.update_guests_by_host(booking.id, [guest], NOW).guests == (guest,)


def test_each_guest_takes_a_seat_of_a_session():
	page, workshop, booking = booked(seats=3)
	bookings.update_guests_by_token(token_of(booking), [address()], NOW)
	assert frappe.db.count("Booking Seat", {"booking": booking.id}) == 2
	assert frappe.get_all("Booking Host", {"parent": booking.id}, pluck="seats", parent_doctype="Booking") == [2]
	door.book(payload(page, workshop, NINE), NOW)
	frappe.db.savepoint("full")
	with pytest.raises(InvalidRequest) as caught:
		bookings.update_guests_by_token(token_of(booking), [address(), address()], NOW)
	assert "guests" in caught.value.details
	frappe.db.rollback(save_point="full")
	bookings.update_guests_by_token(token_of(booking), [], NOW)
	assert frappe.db.count("Booking Seat", {"booking": booking.id}) == 1


def test_a_closed_meeting_keeps_its_guests():
	_page, _type, booking = booked()
	with pytest.raises(LinkExpired):
		bookings.update_guests_by_token(token_of(booking), [address()], NINE + 1800)
	bookings.cancel_by_token(token_of(booking), "", NOW)
	with pytest.raises(AlreadyCancelled):
		bookings.update_guests_by_token(token_of(booking), [address()], NOW)
