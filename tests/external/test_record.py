"""Outside bookings in the rooms: chains of moves, hours that occur twice, hearsay, completion and retention."""

from itertools import permutations

import frappe
import pytest

from scheduler_integration import jobs
from scheduler_integration.engagement import retention
from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.retention import forget_old_engagement
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.external.payloads.change import ExternalChange
from scheduler_integration.external.record import complete_past, record_external
from tests.support.consultants import engagement, make_assessment, make_scheduler, make_type
from tests.support.factories import at, fresh

NOW = at("2026-03-01 12:00")
START = at("2026-03-02 09:00")
HOUR = 3600


@pytest.fixture
def consultant():
	return make_scheduler().consultant


@pytest.fixture
def email():
	return f"{fresh('client')}@guests.example"


def change(external_id="A", happened_at=NOW, status="Scheduled", start=START, **fields):
	known = {"title": "Call", "attendee_name": "Casey Client", "end": start + HOUR if start else None, **fields}
	return ExternalChange(
		provider="Calendly", external_id=external_id, happened_at=happened_at, status=status, start=start, **known
	)


def bookings_of(consultant):
	return frappe.get_all("Outside Booking", {"consultant": consultant}, ["external_id", "status"])


def record(consultant, *changes, now=NOW):
	return [record_external(consultant, each, now) for each in changes][-1]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_a_booking_that_moved_twice_is_one_booking_in_any_order(consultant, email, order):
	chain = (
		change("A", NOW, attendee_email=email),
		change("B", NOW + 60, start=START + HOUR, attendee_email=email, replaces="A"),
		change("C", NOW + 120, start=START + 2 * HOUR, attendee_email=email, replaces="B"),
	)
	record(consultant, *(chain[index] for index in order), now=NOW + 300)
	states = {each.external_id: each.status for each in bookings_of(consultant)}
	assert states == {"A": "Rescheduled", "B": "Rescheduled", "C": "Scheduled"}
	(row,) = engagement(consultant=consultant)
	assert (row.event_type, row.scheduled_for, row.booked_at) == ("meeting_booked", START + 2 * HOUR, NOW)
	blocked = frappe.get_all("Blocked Time", {"user": consultant}, pluck="starts_at")
	assert blocked == [START + 2 * HOUR]
	names = frappe.get_all("Event Participants", {"email": email, "reference_doctype": "Contact"}, pluck="parent")
	assert len(frappe.get_all("Event", {"name": ["in", names], "status": "Open"})) == 1


def test_bookings_that_claim_to_replace_each_other_do_not_go_round(consultant, email):
	for first, second in (("A", "B"), ("B", "A"), ("A", "A"), ("A", "B")):
		record(consultant, change(first, NOW, attendee_email=email, replaces=second))
	states = {each.external_id: each.status for each in bookings_of(consultant)}
	assert states == {"A": "Scheduled", "B": "Rescheduled"}
	assert len(engagement(consultant=consultant)) == 1


def test_an_older_change_fills_in_only_what_is_unknown(consultant):
	name = record(
		consultant,
		change(happened_at=NOW, attendee_name="New name", attendee_phone=""),
		change(happened_at=NOW - 60, start=START - HOUR, attendee_name="Old name", attendee_phone="+49 30 1234567"),
	)
	booking = frappe.get_doc("Outside Booking", name)
	assert (booking.attendee_name, booking.attendee_phone) == ("New name", "+49 30 1234567")
	assert booking.starts_at == START


def test_the_same_id_of_two_consultants_are_two_bookings(consultant):
	other = make_scheduler().consultant
	assert record(consultant, change()) != record(other, change())


def test_two_hours_of_one_name_stay_two(consultant, site_zone):
	"""In Berlin the hour from 02:00 occurs twice on 25 October 2026. Only the second one is blocked."""
	site_zone("Europe/Berlin")
	record(consultant, change(start=at("2026-10-25 01:00")))
	(block,) = frappe.get_all("Blocked Time", {"user": consultant}, ["starts_at", "ends_at", "start_time"])
	assert (block.starts_at, block.ends_at) == (at("2026-10-25 01:00"), at("2026-10-25 02:00"))
	assert f"{block.start_time:%H:%M}" == "02:00"


def test_a_late_webhook_counts_when_the_meeting_was_booked(consultant):
	record(consultant, change(happened_at=NOW), now=NOW + 20 * 3600)
	(row,) = engagement(consultant=consultant)
	assert row.booked_at == NOW


@pytest.mark.usefixtures("commit_clean")
def test_a_meeting_is_completed_a_quarter_of_an_hour_after_its_end(consultant):
	name = record(consultant, change())
	for moment, status in ((START + HOUR + 899, "Scheduled"), (START + HOUR + 900, "Completed")):
		complete_past(moment)
		assert frappe.db.get_value("Outside Booking", name, "status") == status


def test_the_meeting_type_is_found_by_its_title(consultant):
	meeting_type = make_type(consultant, title="Call")
	make_type(make_scheduler().consultant, title="Call")
	name = record(consultant, change())
	assert frappe.db.get_value("Outside Booking", name, "meeting_type") == meeting_type.name


@pytest.mark.usefixtures("commit_clean")
def test_persons_are_forgotten_and_the_numbers_stay(consultant, email):
	meeting_type, assessment = make_type(consultant, title="Call"), make_assessment(consultant, client_email=email)
	target = find_target(assessment.name, meeting_type.name)
	record_click(target, "report", Visit("203.0.113.9", "A browser", "https://x.example/"), NOW - 60)
	name = record(consultant, change(attendee_email=email))
	frappe.db.set_single_value("Scheduler Settings", "engagement_days", 30)
	old = "2026-03-01 00:00:00"
	for doctype in ("Scheduler Engagement", "Outside Booking"):
		frappe.db.set_value(doctype, {"consultant": consultant}, "creation", old, update_modified=False)

	def personal():
		fields = (
			"assessment",
			"contact",
			"ip_hash",
			"user_agent",
			"referrer",
			"outside_booking",
			"scheduler_event_id",
			"click",
		)
		return {row.get(field) for row in engagement(consultant=consultant) for field in fields} - {None, ""}

	forget_old_engagement(START + 30 * 86400)
	assert personal()
	before = [
		(row.event_type, row.phase, row.meeting_type, row.clicked_at, row.booked_at)
		for row in engagement(consultant=consultant)
	]
	forget_old_engagement(START + HOUR + 30 * 86400 + 1)
	assert personal() == set()
	rows = engagement(consultant=consultant)
	assert [(row.event_type, row.phase, row.meeting_type, row.clicked_at, row.booked_at) for row in rows] == before
	assert not frappe.db.exists("Outside Booking", name)
	assert frappe.db.count("Blocked Time", {"user": consultant}) == 0


def test_nobody_is_forgotten_with_0_days(consultant, email):
	record(consultant, change(attendee_email=email))
	frappe.db.set_single_value("Scheduler Settings", "engagement_days", 0)
	assert forget_old_engagement(START + 10_000 * 86400) == 0


@pytest.mark.usefixtures("commit_clean")
def test_the_daily_job_forgets_in_batches(consultant, monkeypatch, frozen):
	monkeypatch.setattr(retention, "_CHUNK", 2)
	monkeypatch.setattr(frappe.get_cached_doc("Scheduler Settings"), "engagement_days", 30)
	target = find_target(make_assessment(consultant).name, make_type(consultant).name)
	for number in range(5):
		record_click(target, "report", Visit(f"203.0.113.{number}"), NOW)
	old = "2026-03-01 00:00:00"
	frappe.db.set_value("Scheduler Engagement", {"consultant": consultant}, "creation", old, update_modified=False)
	frozen(NOW + 31 * 86400)
	jobs.forget_engagement()
	frappe.db.rollback()
	assert [(row.is_forgotten, row.ip_hash, row.phase) for row in engagement(consultant=consultant)] == [
		(1, None, "Build")
	] * 5
