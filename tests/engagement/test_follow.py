"""Engagement follows native bookings, in the booking's own transaction."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.follow import CLICK_WINDOW
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support.consultants import engagement, make_assessment, reference_of
from tests.support.door import book
from tests.support.factories import at, make_meeting_type, make_page, payload, token_of

CLICK = at("2026-03-01 12:00")
NOW = CLICK + 600
START = at("2026-03-02 09:00")


@pytest.fixture
def page():
	return make_page()


@pytest.fixture
def meeting_type(page):
	return make_meeting_type(page)


@pytest.fixture
def assessment(page):
	return make_assessment(page.user)


@pytest.fixture
def click(assessment, meeting_type):
	record_click(find_target(assessment.name, meeting_type.name), "email", Visit("203.0.113.9"), CLICK)
	return engagement(consultant=assessment.consultant)[0]


def booked(page, meeting_type, **fields):
	return book(payload(page, meeting_type, fields.pop("start", START), **fields), fields.pop("now", NOW))


def row_of(booking):
	(row,) = engagement(booking=getattr(booking, "id", booking))
	return row


def test_a_booking_is_matched_to_its_click_by_the_reference(page, meeting_type, assessment, click):
	frappe.db.set_value("Client Assessment", assessment.name, "primary_phase", "Grow")
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	row = row_of(booking)
	assert (row.event_type, row.status, row.matched_by, row.from_report) == (
		"meeting_booked",
		"Scheduled",
		"Reference",
		1,
	)
	assert (row.click, row.clicked_at, row.phase) == (click.name, CLICK, "Build")
	assert (row.booked_at, row.scheduled_for) == (NOW, START)
	assert (row.assessment, row.consultant, row.meeting_type) == (assessment.name, page.user, meeting_type.name)
	assert row.contact == frappe.db.get_value("Booking", booking.id, "contact")


def test_a_booking_is_matched_without_a_counted_click(page, meeting_type, assessment):
	row = row_of(booked(page, meeting_type, reference=reference_of(meeting_type, assessment)))
	assert (row.from_report, row.click, row.phase) == (1, None, "Build")


def test_a_booking_without_a_reference_is_matched_by_the_clients_address(page, meeting_type, assessment, click):
	row = row_of(booked(page, meeting_type, attendee_email=assessment.client_email.upper()))
	assert (row.matched_by, row.from_report, row.click, row.assessment) == ("E-mail", 1, click.name, assessment.name)


@pytest.mark.parametrize(("age", "counts"), [(CLICK_WINDOW - 1, True), (CLICK_WINDOW, False)])
def test_an_old_click_did_not_bring_the_booking(page, meeting_type, assessment, click, age, counts):
	frappe.db.set_value("Scheduler Engagement", click.name, {"clicked_at": NOW - age, "channel": "pdf"})
	frappe.db.set_value("Client Assessment", assessment.name, "primary_phase", "Grow")
	row = row_of(booked(page, meeting_type, attendee_email=assessment.client_email))
	assert (row.matched_by, row.assessment) == ("E-mail", assessment.name)
	assert (row.from_report, row.click, row.channel) == ((1, click.name, "pdf") if counts else (0, None, None))
	assert row.phase == ("Build" if counts else "Grow")


@pytest.mark.parametrize("reference", ["forged.AAAAAAAAAAAAAAAAAAAAAA", "<script>", {"a": 1}, "x" * 4000, None])
def test_a_wrong_reference_stops_no_booking(page, meeting_type, reference):
	booking = booked(page, meeting_type, reference=reference)
	assert booking.status == "Scheduled"
	assert engagement(booking=booking.id) == []


def test_another_consultants_reference_matches_nothing(page, meeting_type):
	other = make_page()
	foreign = reference_of(make_meeting_type(other), make_assessment(other.user))
	booking = booked(page, meeting_type, reference=foreign)
	assert engagement(booking=booking.id) == []
	assert engagement(consultant=other.user) == []


def test_a_request_counts_when_it_is_confirmed(page, assessment):
	meeting_type = make_meeting_type(page, requires_confirmation=1)
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	assert engagement(booking=booking.id) == []
	bookings.confirm(booking.id, NOW + 60)
	row = row_of(booking)
	assert (row.event_type, row.booked_at) == ("meeting_booked", NOW + 60)


def test_a_declined_request_was_never_booked(page, assessment):
	meeting_type = make_meeting_type(page, requires_confirmation=1)
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	bookings.decline(booking.id, "", NOW + 60)
	assert engagement(booking=booking.id) == []


def test_a_cancellation_is_kept_on_the_same_row(page, meeting_type, assessment):
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	bookings.cancel_by_token(token_of(booking), "", NOW + 60)
	row = row_of(booking)
	assert (row.event_type, row.status, row.booked_at) == ("meeting_cancelled", "Cancelled", NOW)
	assert (row.cancelled_at, row.completed_at) == (NOW + 60, None)


def test_a_completed_meeting_and_its_correction(page, meeting_type, assessment):
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	bookings.complete(booking.id, START + 1800)
	row = row_of(booking)
	assert (row.event_type, row.status, row.completed_at) == ("meeting_completed", "Completed", START + 1800)
	bookings.mark_no_show(booking.id, "", START + 3600)
	row = row_of(booking)
	assert (row.event_type, row.status, row.completed_at) == ("meeting_booked", "No Show", None)


def test_the_row_is_rolled_back_with_the_booking(page, meeting_type, assessment):
	frappe.db.savepoint("nothing_booked")
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	assert row_of(booking)
	frappe.db.rollback(save_point="nothing_booked")
	assert engagement(consultant=page.user) == []


def test_a_booking_nobody_tracked_has_no_row(page, meeting_type):
	assert engagement(booking=booked(page, meeting_type).id) == []


def test_a_deleted_assessment_is_forgotten_and_its_numbers_stay(page, meeting_type, assessment, click):
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	frappe.delete_doc("Client Assessment", assessment.name)
	rows = engagement(consultant=page.user)
	assert [row.event_type for row in rows] == ["link_clicked", "meeting_booked"]
	assert {row.assessment for row in rows} == {row.ip_hash for row in rows} == {None}
	assert {row.phase for row in rows} == {"Build"}
	bookings.cancel_by_token(token_of(booking), "", NOW + 60)


def test_a_deleted_meeting_type_is_taken_out(page, assessment):
	meeting_type = make_meeting_type(page)
	record_click(find_target(assessment.name, meeting_type.name), "report", Visit("203.0.113.9"), CLICK)
	frappe.delete_doc("Meeting Type", meeting_type.name)
	(row,) = engagement(consultant=page.user)
	assert (row.meeting_type, row.assessment) == (None, assessment.name)


def test_a_deleted_contact_is_taken_out(page, meeting_type, assessment):
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	frappe.delete_doc("Contact", row_of(booking).contact, force=True)
	assert row_of(booking).contact is None


def moved_by_attendee(booking, start, now=NOW + 60):
	request = RescheduleRequest(start=start, parts=(), duration=None, reason="", hold=None, idempotency_key=None)
	return bookings.reschedule_by_token(token_of(booking), request, now)


def test_a_rescheduled_meeting_keeps_its_row(page, meeting_type, assessment, click):
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	row = row_of(booking)
	moved = moved_by_attendee(booking, START + 3600)
	(kept,) = engagement(consultant=page.user, event_type="meeting_booked")
	assert (kept.name, kept.booking, kept.scheduled_for) == (row.name, moved.id, START + 3600)
	assert (kept.booked_at, kept.status, kept.click) == (NOW, "Scheduled", click.name)
	bookings.cancel_by_token(token_of(moved), "", NOW + 120)
	assert row_of(moved).event_type == "meeting_cancelled"


def test_a_request_that_was_moved_counts_when_it_is_confirmed(page, assessment):
	meeting_type = make_meeting_type(page, requires_confirmation=1)
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	moved = moved_by_attendee(booking, START + 3600)
	assert engagement(consultant=page.user) == []
	bookings.confirm(moved.id, NOW + 120)
	row = row_of(moved)
	assert (row.matched_by, row.scheduled_for, row.booked_at) == ("Reference", START + 3600, NOW + 120)


def test_a_moved_meeting_that_needs_a_new_answer_stays_booked(page, assessment):
	meeting_type = make_meeting_type(page, requires_confirmation=1)
	booking = booked(page, meeting_type, reference=reference_of(meeting_type, assessment))
	bookings.confirm(booking.id, NOW + 10)
	moved = moved_by_attendee(booking, START + 3600)
	assert (row_of(moved).status, row_of(moved).scheduled_for) == ("Scheduled", START)
	bookings.confirm(moved.id, NOW + 120)
	row = row_of(moved)
	assert (row.scheduled_for, row.booked_at) == (START + 3600, NOW + 10)
	assert len(engagement(consultant=page.user)) == 1
