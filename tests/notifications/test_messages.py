"""Messages: their text, language and time zone, and that each one is sent once."""

from email import message_from_string

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.notifications.templates import TEMPLATES
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of
from tests.support.outbox import deliver, mails, status_of, tasks, waiting_messages

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


@pytest.fixture
def page():
	return make_page(make_user("Jane", time_zone="America/New_York"))


def test_attendee_and_host_read_the_time_in_their_own_zones(page):
	booking = door.book(payload(page, make_meeting_type(page), NINE, timezone="Asia/Kolkata"), NOW)
	to_attendee, to_host = mails(booking.id, NOW)
	assert "2:30" in to_attendee.body
	assert "Kolkata, India Standard Time" in to_attendee.body
	assert "4:00" in to_host.body
	assert "New York, Eastern" in to_host.body


def test_subjects_start_with_what_matters(page):
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	subjects = [mail.subject for mail in mails(booking.id, NOW)]
	assert subjects[0].startswith("Confirmed: Intro call with Jane")
	assert subjects[1].startswith("New booking: Intro call with Ada Lovelace")


def test_dates_are_written_in_the_readers_language(page):
	booking = door.book(payload(page, make_meeting_type(page), NINE, language="de"), NOW)
	to_attendee, _to_host = mails(booking.id, NOW)
	assert to_attendee.reader.language == "de"
	assert "Montag, 2. März 2026" in to_attendee.body
	assert "10:00" in to_attendee.body


def test_a_telephone_number_was_backwards_in_an_arabic_mail(page):
	meeting_type = make_meeting_type(page, location_type="Phone", location_details="+33 1 70 18 99 00")
	booking = door.book(payload(page, meeting_type, NINE, language="ar", attendee_phone="+49 30 123456"), NOW)
	to_attendee, _to_host = mails(booking.id, NOW)
	assert "\u2066+33 1 70 18 99 00\u2069" in to_attendee.text
	# The button stands where the text begins.
	assert "margin: 0 0 8px 8px" in to_attendee.body


def test_only_the_attendee_gets_the_manage_link(page):
	booking = door.book(payload(page, make_meeting_type(page), NINE, guests=["bob@guests.example"]), NOW)
	to_attendee, to_guest, to_host = mails(booking.id, NOW)
	assert token_of(booking) in to_attendee.body
	assert token_of(booking) not in to_guest.body + to_host.body


def test_what_guests_type_is_shown_and_never_run(page):
	question = {"label": "Why & how?", "question_type": "Long Text"}
	meeting_type = make_meeting_type(page, questions=[question])
	typed = "5 < 6 & {{ frappe.session.user }} {% raw %}"
	request = payload(page, meeting_type, NINE, attendee_name="Ada {{ 7*7 }} & Co")
	request["answers"] = {meeting_type.questions[0].name: typed}
	_to_attendee, to_host = mails(door.book(request, NOW).id, NOW)
	assert "Ada {{ 7*7 }} & Co" in to_host.subject
	assert "5 &lt; 6 &amp; {{ frappe.session.user }} {% raw %}" in to_host.body
	assert "Ada {{ 7*7 }} &amp; Co" in to_host.body


def test_a_cancellation_tells_both_and_offers_another_time(page):
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	bookings.cancel_by_token(token_of(booking), "Flu", NOW)
	to_attendee, to_host = mails(booking.id, NOW)
	assert (to_attendee.template, to_host.template) == ("attendee_cancelled", "host_cancelled")
	assert to_attendee.subject.startswith("Cancelled: ")
	assert booking.book_again_url in to_attendee.body
	assert "Flu" in to_host.body


def test_an_admins_own_template_is_used(page):
	name = TEMPLATES["attendee_confirmed"]
	template = frappe.get_doc("Email Template", name)
	template.update({"subject": "See you, {{ attendee_name }}", "response_html": "<p>{{ time }}</p>"})
	template.save()
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	to_attendee, _to_host = mails(booking.id, NOW)
	assert to_attendee.subject == "See you, Ada Lovelace"
	assert to_attendee.body.startswith("<p>10:00")


@pytest.mark.usefixtures("commit_clean")
def test_messages_are_queued_once_however_often_the_job_runs(page, outgoing_mail):
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	assert deliver(booking.id, NOW) == 2
	for task in tasks(booking.id):
		frappe.db.set_value("Outbox Task", task.name, "status", "Pending")
	assert deliver(booking.id, NOW) == 2
	assert frappe.db.count("Email Queue", {"reference_name": booking.id}) == 2
	assert status_of(booking.id) == ["Sent", "Sent"]


@pytest.mark.long
@pytest.mark.usefixtures("commit_clean")
def test_a_cancellation_is_another_message_than_the_confirmation(page, outgoing_mail):
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	deliver(booking.id, NOW)
	bookings.cancel_by_token(token_of(booking), "", NOW)
	deliver(booking.id, NOW)
	assert frappe.db.count("Email Queue", {"reference_name": booking.id}) == 4


def test_a_message_that_nobody_got_yet_gives_way_to_the_next_one(page):
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	bookings.cancel_by_token(token_of(booking), "", NOW)
	assert status_of(booking.id) == ["Skipped", "Skipped", "Pending", "Pending"]
	assert [message.template for message in waiting_messages(booking.id, NOW)] == [
		"attendee_cancelled",
		"host_cancelled",
	]


@pytest.mark.usefixtures("commit_clean")
def test_the_invitation_is_written_in_the_readers_language(page, outgoing_mail):
	booking = door.book(payload(page, make_meeting_type(page), NINE, language="de"), NOW)
	deliver(booking.id, NOW)
	(name,) = frappe.get_all(
		"Email Queue Recipient",
		{"recipient": booking.attendee.email},
		pluck="parent",
		parent_doctype="Email Queue",
	)
	to_attendee = frappe.get_doc("Email Queue", name)
	invitation = next(
		part.get_payload(decode=True).decode().replace("\r\n ", "")
		for part in message_from_string(to_attendee.message).walk()
		if part.get_content_type() == "text/calendar"
	)
	assert "Termin ändern oder absagen:" in invitation


@pytest.mark.usefixtures("commit_clean")
def test_a_reader_who_unsubscribed_does_not_silence_the_others(page, outgoing_mail):
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	email = booking.attendee.email
	unsubscribed = frappe.get_doc({"doctype": "Email Unsubscribe", "email": email, "global_unsubscribe": 1}).insert()
	deliver(booking.id, NOW)
	unsubscribed.delete()
	assert status_of(booking.id) == ["Skipped", "Sent"]


@pytest.mark.usefixtures("commit_clean")
def test_a_broken_template_is_logged_and_the_message_leaves_with_the_apps_own_text(page, outgoing_mail):
	template = frappe.get_doc("Email Template", TEMPLATES["host_confirmed"])
	before = template.response_html
	template.db_set("response_html", "{{ 1 / 0 }}")
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	deliver(booking.id, NOW)
	template.db_set("response_html", before, commit=True)
	assert status_of(booking.id) == ["Sent", "Sent"]
	(to_host,) = frappe.get_all("Email Queue Recipient", {"recipient": page.user}, pluck="parent")
	assert "booked a meeting with you" in frappe.db.get_value("Email Queue", to_host, "message")
	assert "division by zero" in frappe.get_last_doc("Error Log").error


@pytest.mark.usefixtures("commit_clean")
def test_a_queue_that_is_down_does_not_cost_the_booking(page, monkeypatch):
	def down(*_args, **_kwargs):
		raise ConnectionError("Redis is down")

	monkeypatch.setattr(frappe, "enqueue", down)
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	frappe.db.commit()
	assert booking.status == "Scheduled"
	assert status_of(booking.id) == ["Pending", "Pending"]


def test_a_host_who_was_deleted_keeps_nobody_from_being_told(page):
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	frappe.db.delete("User", {"name": page.user})
	to_attendee, to_host = mails(booking.id, NOW)
	assert (to_attendee.template, to_host.template) == ("attendee_confirmed", "host_confirmed")
	assert to_host.reader.email == page.user
