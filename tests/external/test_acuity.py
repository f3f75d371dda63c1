"""Acuity: a webhook names an appointment, and a job fetches it."""

import frappe
import pytest

from scheduler_integration.external.acuity_poll import ask_due, ask_for_appointment
from tests.support.acuity import running_acuity
from tests.support.consultants import KEY, appointment, engagement, make_scheduler, send
from tests.support.factories import at

NOW = at("2026-03-01 12:00")
PAUSE = 120


@pytest.fixture
def acuity(monkeypatch):
	with running_acuity("12345", KEY) as standing_in:
		monkeypatch.setitem(frappe.local.conf, "scheduling_vendors", {"acuity": standing_in.url})
		yield standing_in


@pytest.fixture
def settings():
	return make_scheduler("Acuity", acuity_user_id="12345", scheduler_url="https://app.acuityscheduling.com/x")


def the_booking(settings):
	return frappe.get_doc("Outside Booking", {"consultant": settings.consultant})


pytestmark = pytest.mark.usefixtures("commit_clean")


def test_the_appointment_is_asked_for_and_recorded(acuity, settings):
	acuity.appointments["54321"] = appointment(54321, "2026-03-02T10:15:00-0700")
	ask_for_appointment(settings.consultant, "54321", NOW)
	assert engagement(consultant=settings.consultant) == []
	ask_due(NOW)
	booking = the_booking(settings)
	assert (booking.starts_at, booking.ends_at) == (at("2026-03-02 17:15"), at("2026-03-02 18:15"))
	assert (booking.status, booking.title, booking.attendee_name) == (
		"Scheduled",
		"60-Minute Deep Dive",
		"Casey Client",
	)
	assert booking.fetch_due_at is None
	(row,) = engagement(consultant=settings.consultant)
	assert (row.event_type, row.scheduled_for) == ("meeting_booked", at("2026-03-02 17:15"))


@pytest.mark.parametrize(
	("fields", "status", "event"),
	[
		({"canceled": True}, "Cancelled", "meeting_cancelled"),
		({"canceled": True, "noShow": True}, "No Show", "meeting_booked"),
		({"datetime": "2026-03-03T10:15:00-0700"}, "Scheduled", "meeting_booked"),
	],
)
def test_a_later_webhook_brings_the_present_state(acuity, settings, fields, status, event):
	acuity.appointments["54321"] = appointment(54321, "2026-03-02T10:15:00-0700")
	for minute in range(2):
		ask_for_appointment(settings.consultant, "54321", NOW + minute * 60)
		ask_due(NOW + minute * 60)
		acuity.appointments["54321"].update(fields)
	assert the_booking(settings).status == status
	(row,) = engagement(consultant=settings.consultant)
	assert row.event_type == event


def test_an_appointment_is_asked_for_again_until_acuity_answers(acuity, settings):
	acuity.appointments["54321"] = appointment(54321, "2026-03-02T10:15:00-0700")
	acuity.status = 503
	ask_for_appointment(settings.consultant, "54321", NOW)
	ask_due(NOW)
	assert the_booking(settings).error.startswith("The appointment couldn't be fetched from Acuity: ")
	acuity.status = 200
	ask_due(NOW + PAUSE - 1)
	assert acuity.asked == ["54321"]
	ask_due(NOW + PAUSE)
	booking = the_booking(settings)
	assert (booking.error, booking.fetch_due_at, booking.status) == (None, None, "Scheduled")


def test_acuity_is_not_asked_for_ever(acuity, settings):
	acuity.status = 503
	acuity.appointments["54321"] = appointment(54321, "2026-03-02T10:15:00-0700")
	ask_for_appointment(settings.consultant, "54321", NOW)
	for day in range(12):
		ask_due(NOW + day * 86400)
	assert len(acuity.asked) == 8


@pytest.mark.parametrize("fault", ["unknown", "key", "user"])
def test_a_final_answer_is_not_asked_for_again(acuity, settings, fault):
	if fault == "key":
		acuity.credentials = "other"
	if fault == "user":
		settings.db_set("acuity_user_id", None)
	ask_for_appointment(settings.consultant, "54321", NOW)
	ask_due(NOW)
	booking = the_booking(settings)
	assert booking.fetch_due_at is None
	assert booking.error
	assert KEY not in booking.error


def test_a_webhook_while_acuity_answers_makes_it_due_again(acuity, settings):
	acuity.appointments["54321"] = appointment(54321, "2026-03-02T10:15:00-0700")
	ask_for_appointment(settings.consultant, "54321", NOW)
	ask_due(NOW)
	ask_for_appointment(settings.consultant, "54321", NOW + 1)
	assert the_booking(settings).fetch_due_at == NOW + 1


def test_the_webhook_over_http(client, settings):
	frappe.db.commit()
	form = {"action": "scheduled", "id": "54321", "calendarID": "27238", "appointmentTypeID": "1"}
	assert send(client, "acuity", settings, form, NOW).json()["data"] == {"taken": True}
	assert send(client, "acuity", settings, form, NOW, key="wrong").status_code == 401
	order = {"action": "order.completed", "id": "7"}
	assert send(client, "acuity", settings, order, NOW).json()["data"] == {"taken": False}
	frappe.db.rollback()
	assert the_booking(settings).external_id == "54321"
	assert the_booking(settings).fetch_due_at > 0
