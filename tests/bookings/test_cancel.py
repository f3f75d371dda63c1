"""Cancelling by the attendee's link and by the host, and what becomes free again."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import (
	AlreadyCancelled,
	BookingNotFound,
	CancelNotAllowed,
	LinkExpired,
	NotPermitted,
	TooLateToChange,
)
from scheduler_integration.meetings.lookup import booking_by_token, get_for_host
from scheduler_integration.meetings.tokens import new_manage_key
from scheduler_integration.parsing.fields import parse_reason
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


def booked(**fields):
	page = make_page()
	meeting_type = make_meeting_type(page, **fields)
	return page, meeting_type, door.book(payload(page, meeting_type, NINE), NOW)


def test_the_attendee_cancels_and_the_time_is_free_again():
	page, meeting_type, booking = booked()
	answer = bookings.cancel_by_token(token_of(booking), "I am ill", NOW)
	assert (answer.status, answer.cancel_reason, answer.can_cancel) == ("Cancelled", "I am ill", False)
	stored = frappe.get_doc("Booking", booking.id)
	assert (stored.cancelled_by, stored.cancelled_at, stored.sequence) == ("Attendee", NOW, 1)
	assert door.book(payload(page, meeting_type, NINE), NOW).status == "Scheduled"


def test_a_deleted_host_leaves_the_attendees_link_working():
	page, _type, booking = booked()
	frappe.db.delete("User", {"name": page.user})
	frappe.clear_document_cache("User", page.user)
	assert booking_by_token(token_of(booking), NOW).hosts == ()
	assert bookings.cancel_by_token(token_of(booking), "", NOW).status == "Cancelled"
	event = frappe.db.get_value("Booking", booking.id, "event")
	assert frappe.db.get_value("Event", event, "status") == "Cancelled"


def test_cancelling_twice_says_so():
	_page, _type, booking = booked()
	bookings.cancel_by_token(token_of(booking), "", NOW)
	with pytest.raises(AlreadyCancelled):
		bookings.cancel_by_token(token_of(booking), "", NOW)


def test_within_the_change_notice_it_is_too_late():
	_page, _type, booking = booked(change_notice_hours=2)
	with pytest.raises(TooLateToChange):
		bookings.cancel_by_token(token_of(booking), "", NINE - 7199)
	assert bookings.cancel_by_token(token_of(booking), "", NINE - 7200).status == "Cancelled"


def test_a_type_may_forbid_cancelling():
	_page, _type, booking = booked(allow_cancel=0)
	with pytest.raises(CancelNotAllowed):
		bookings.cancel_by_token(token_of(booking), "", NOW)


def test_a_reason_with_markup_was_refused():
	"""People quote code. A word joiner after each bracket takes its effect away, and nobody sees it."""
	assert parse_reason("<b>no</b>, a < b") == "<\u2060b>no<\u2060/b>, a < b"


def test_the_link_shows_the_booking_until_it_is_over():
	_page, _type, booking = booked()
	assert booking_by_token(token_of(booking), NINE).id == booking.id
	with pytest.raises(LinkExpired):
		booking_by_token(token_of(booking), NINE + 1800)
	with pytest.raises(LinkExpired):
		bookings.cancel_by_token(token_of(booking), "", NINE + 1800)


def test_a_forged_link_finds_nothing():
	_page, _type, booking = booked()
	name, _dot, signature = token_of(booking).partition(".")
	flipped = signature[:-1] + ("0" if signature[-1] != "0" else "1")
	for token in (f"{name}.{flipped}", name, f"{name}.", f".{signature}", f"nobody.{signature}", ""):
		with pytest.raises(BookingNotFound):
			booking_by_token(token, NOW)


def test_the_link_of_one_booking_does_not_open_another():
	_page, _type, first = booked()
	_page, _type, second = booked()
	with pytest.raises(BookingNotFound):
		booking_by_token(f"{second.id}.{token_of(first).partition('.')[2]}", NOW)


def test_a_new_manage_key_revokes_the_link():
	_page, _type, booking = booked()
	frappe.db.set_value("Booking", booking.id, "manage_key", new_manage_key())
	with pytest.raises(BookingNotFound):
		booking_by_token(token_of(booking), NOW)


def test_the_host_cancels_and_a_stranger_may_not(as_user):
	page, _type, booking = booked()
	with as_user(make_user("Eve")), pytest.raises(NotPermitted):
		bookings.cancel_by_host(booking.id, "", NOW)
	with as_user(page.user):
		answer = bookings.cancel_by_host(booking.id, "Flu", NOW)
	assert answer.status == "Cancelled"
	assert frappe.db.get_value("Booking", booking.id, "cancelled_by") == "Host"


def test_a_pending_booking_is_confirmed_or_declined_by_its_host(as_user):
	page, meeting_type, first = booked(requires_confirmation=1)
	second = door.book(payload(page, meeting_type, NINE + 1800), NOW)
	with as_user(page.user):
		assert bookings.confirm(first.id, NOW).status == "Scheduled"
		assert bookings.decline(second.id, "Away", NOW).status == "Declined"
		with pytest.raises(NotPermitted):
			bookings.confirm(first.id, NOW)
	assert door.book(payload(page, meeting_type, NINE + 1800), NOW).status == "Pending"


def test_a_meeting_whose_event_is_gone_can_be_cancelled():
	_page, _type, booking = booked()
	frappe.delete_doc("Event", frappe.db.get_value("Booking", booking.id, "event"), force=True)
	assert bookings.cancel_by_token(token_of(booking), "", NOW).status == "Cancelled"


def test_the_name_of_the_doctype_is_not_a_booking(as_user):
	for name in ("Booking", "\ud800", ""):
		with pytest.raises(BookingNotFound):
			get_for_host(name, NOW)
	with pytest.raises(BookingNotFound):
		booking_by_token(f"Booking.{'0' * 64}", NOW)
