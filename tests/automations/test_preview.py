"""A manager sees what an automation says about a real booking, and gets it as a test, before it reaches anybody."""

import json
from email import message_from_string, policy

import frappe
import pytest

from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_user, payload
from tests.support.smtp import sending_to_inbox

pytestmark = pytest.mark.usefixtures("commit_clean")

API = "scheduler_integration.api.automations"
PASSWORD = "Analytical-Engine-1843"
NOW = at("2030-03-04 06:00")
NINE = at("2030-03-04 09:00")


@pytest.fixture
def page(commit_clean):
	return make_page(make_user("Jane", new_password=PASSWORD))


@pytest.fixture
def booking(page):
	made = door.book(payload(page, make_meeting_type(page), NINE, attendee_phone="+49 30 901820", language="de"), NOW)
	frappe.db.commit()
	return made.id


@pytest.fixture
def manager(client, booking):
	user = make_user("Mia", roles=("Scheduling Manager",), new_password=PASSWORD)
	frappe.db.commit()
	client.login(user, PASSWORD)
	client.user = user
	return client


def automate(**fields):
	values = {"title": "Ours", "trigger": "Booked", **fields}
	name = frappe.get_doc({"doctype": "Meeting Automation", **values}).insert().name
	frappe.db.commit()
	return name


def template(body):
	values = {"name": fresh("Template"), "subject": "Hello {{ contact_name }}", "use_html": 1, "response_html": body}
	name = frappe.get_doc({"doctype": "Email Template", **values}).insert().name
	frappe.db.commit()
	return name


def preview(client, **arguments):
	return client.call(f"{API}.preview", **arguments)


def test_an_email_is_shown_with_the_facts_of_the_booking_in_its_readers_language(manager, booking):
	reminder = frappe.db.get_value("Meeting Automation", {"built_in": "attendee_reminder"})
	shown = preview(manager, name=reminder, booking=booking).json()["data"]
	assert shown["to"] == frappe.db.get_value("Booking", booking, "attendee_email")
	assert "Erinnerung" in shown["subject"]
	assert "10:00" in shown["html"]
	assert "Erinnerung an Ihren Termin mit Jane" in shown["text"]


@pytest.mark.parametrize(
	("fields", "to", "part"),
	[
		({"channel": "SMS", "text": "See you, {{ contact_name }}"}, "+49 30 901820", "See you, Ada Lovelace"),
		({"channel": "To-do", "text": "Call {{ attendee_phone }}"}, None, "Call +49 30 901820"),
		(
			{"channel": "Webhook", "webhook_url": "https://hooks.example/x"},
			"https://hooks.example/x",
			'"event": "booked"',
		),
	],
)
def test_other_channels_are_shown_as_text(manager, page, booking, fields, to, part):
	shown = preview(manager, name=automate(**fields), booking=booking).json()["data"]
	assert shown["to"] == (to or page.user)
	assert part in shown["text"]
	assert shown["html"] is None


def test_a_broken_text_says_what_is_wrong(manager, booking):
	answer = preview(manager, name=automate(email_template=template("{{ 1 / 0 }}")), booking=booking)
	assert answer.status_code == 400
	assert "division by zero" in answer.json()["error"]


def test_a_test_goes_to_the_manager_alone(site, manager, booking):
	name = automate(email_template=template("<p>{{ service_name }}, {{ appointment_time }}</p>"))
	with sending_to_inbox(site):
		answer = manager.call(f"{API}.send_test", name=name, booking=booking)
	assert answer.json()["data"] == {"sent_to": manager.user}, answer.text
	frappe.db.rollback()
	[queued] = frappe.get_all("Email Queue Recipient", {"recipient": manager.user}, pluck="parent")
	mail = message_from_string(frappe.get_doc("Email Queue", queued).message, policy=policy.default)
	assert mail["Subject"] == "Hello Ada Lovelace"
	assert "Intro call, 10:00" in mail.get_body(("html",)).get_content()
	assert len(frappe.get_doc("Email Queue", queued).recipients) == 1


def test_a_text_message_is_not_sent_as_a_test(manager, booking):
	answer = manager.call(f"{API}.send_test", name=automate(channel="SMS", text="Hello"), booking=booking)
	assert (answer.status_code, json.loads(answer.text)["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("method", ["preview", "send_test"])
def test_hosts_and_strangers_see_nothing(client, page, booking, method):
	name = automate(channel="To-do", text="Hello")
	assert client.call(f"{API}.{method}", name=name, booking=booking).status_code == 401
	client.login(page.user, PASSWORD)
	assert client.call(f"{API}.{method}", name=name, booking=booking).status_code == 403


@pytest.mark.parametrize("named", [{"name": "nothing"}, {"booking": "nothing"}, {"booking": "Booking"}, {"name": {}}])
def test_what_does_not_exist_is_said(manager, booking, named):
	asked = {"name": automate(channel="To-do", text="Hello"), "booking": booking, **named}
	assert preview(manager, **asked).status_code == 400
