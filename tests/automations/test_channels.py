"""An automation's channels against real receivers: an SMS gateway and a webhook over HTTP, a to-do, an e-mail."""

import hashlib
import hmac
import json
from email import message_from_string, policy

import frappe
import pytest
from werkzeug.wrappers import Response

from scheduler_integration import bookings
from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.references import Reference, written
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications.automations.preview import preview
from scheduler_integration.notifications.rules import forget_automations
from scheduler_integration.parsing.phone_numbers import international
from scheduler_integration.platform.optional_apps import optional_doctypes
from scheduler_integration.scheduler_integration.report.automation_log import automation_log
from tests.support import door
from tests.support.factories import (
	at,
	fresh,
	make_assessment,
	make_meeting_type,
	make_page,
	payload,
	token_of,
)
from tests.support.gateway import use_gateway
from tests.support.outbox import actions, deliver

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-05 09:00")
HOUR, DAY = 3600, 86400


@pytest.fixture(autouse=True)
def _allow_this_machine(monkeypatch):
	monkeypatch.setitem(frappe.local.conf, "scheduling_allowed_hosts", ["127.0.0.1"])


@pytest.fixture
def quick_limit(monkeypatch):
	"""Wait a second for an answer, and not a quarter of a minute."""
	monkeypatch.setitem(frappe.local.conf, "scheduling_request_seconds", 1)


def automate(**fields):
	values = {"title": "Test", "trigger": "Booked", "channel": "Webhook", **fields}
	return frappe.get_doc({"doctype": "Meeting Automation", **values}).insert()


def book(page, meeting_type=None, **fields):
	return door.book(payload(page, meeting_type or make_meeting_type(page), NINE, **fields), NOW)


def book_at(page, start):
	return door.book(payload(page, make_meeting_type(page), start), NOW)


class TestWebhook:
	def automate(self, receiver, **fields):
		return automate(webhook_url=f"{receiver.url}/hook", webhook_secret="s3cret", **fields)

	@pytest.mark.long
	def test_tells_of_the_booking_with_a_signature(self, page, receiver):
		automation = self.automate(receiver)
		booking = book(page)
		deliver(booking.id, NOW)
		(request,) = receiver.requests
		told = json.loads(request.data)
		assert (told["event"], told["booking"]["id"], told["booking"]["start"]) == (
			"booked",
			booking.id,
			"2026-03-05T09:00:00+00:00",
		)
		assert token_of(booking) not in request.data.decode()
		stamp, code = (part.partition("=")[2] for part in request.headers["X-Scheduler-Signature"].split(","))
		expected = hmac.new(b"s3cret", f"{stamp}.".encode() + request.data, hashlib.sha256).hexdigest()
		assert (stamp, code) == (str(NOW), expected)
		(task,) = actions(booking.id, automation=automation.name)
		assert task.status == "Sent"

	@pytest.mark.parametrize(
		("answer", "wait"),
		[
			(Response("broken", 500), (30, 60)),
			(Response("<html>hello</html>", 404), (30, 60)),
			(Response("elsewhere", 302, {"Location": "https://elsewhere.example/"}), (30, 60)),
			(Response("busy", 429, {"Retry-After": "600"}), (600, 600)),
		],
	)
	def test_is_tried_again_if_the_receiver_is_in_trouble(self, page, receiver, answer, wait):
		automation = self.automate(receiver)
		receiver.answers = [answer]
		booking = book(page)
		deliver(booking.id, NOW)
		(task,) = actions(booking.id, automation=automation.name)
		assert task.status == "Pending"
		deliver(booking.id, NOW + wait[0] - 1)
		assert len(receiver.requests) == 1
		deliver(booking.id, NOW + wait[1])
		assert [each.status for each in actions(booking.id, automation=automation.name)] == ["Sent"]
		first, second = (json.loads(request.data)["id"] for request in receiver.requests)
		assert first == second

	def test_is_tried_again_if_the_receiver_falls_silent(self, page, receiver, quick_limit):
		automation = self.automate(receiver)
		receiver.silent = 1
		booking = book(page)
		deliver(booking.id, NOW)
		(task,) = actions(booking.id, automation=automation.name)
		assert (task.status, task.attempts) == ("Pending", 1)
		deliver(booking.id, NOW + 60)
		assert [each.status for each in actions(booking.id, automation=automation.name)] == ["Sent"]

	@pytest.mark.long
	@pytest.mark.parametrize("status", [404, 503])
	def test_was_given_up_although_its_receiver_came_back_after_a_week(self, page, receiver, status):
		automation = self.automate(receiver)
		booked = [book_at(page, NOW + 21 * DAY + hour * HOUR) for hour in (3, 4, 5)]
		receiver.answers = [Response("down", status) for _each in range(1000)]
		for hours in range(0, 7 * 24, 6):
			for booking in booked:
				deliver(booking.id, NOW + hours * HOUR)
		assert len(receiver.requests) < 40
		receiver.requests.clear()
		receiver.answers.clear()
		for booking in booked:
			deliver(booking.id, NOW + 7 * DAY + HOUR)
		assert [json.loads(request.data)["booking"]["id"] for request in receiver.requests] == [
			each.id for each in booked
		]
		states = {each.status for booking in booked for each in actions(booking.id, automation=automation.name)}
		assert states == {"Sent"}

	def test_is_given_up_if_the_receiver_says_so(self, page, receiver):
		automation = self.automate(receiver)
		receiver.answers = [Response("gone", 410)]
		booking = book(page)
		deliver(booking.id, NOW)
		assert [each.status for each in actions(booking.id, automation=automation.name)] == ["Failed"]

	def test_its_address_may_hold_a_secret_and_is_read_when_it_is_called(self, page, receiver):
		automation = automate(webhook_url="https://hooks.example/catch/SECRET")
		booking = book(page)
		(task,) = actions(booking.id, automation=automation.name)
		assert task.target == "hooks.example"
		automation.reload()
		automation.update({"webhook_url": f"{receiver.url}/corrected"}).save()
		deliver(booking.id, NOW)
		assert [request.path for request in receiver.requests] == ["/corrected"]

	def test_is_not_called_after_it_was_switched_off(self, page, receiver):
		automation = self.automate(receiver)
		booking = book(page)
		automation.reload()
		automation.update({"is_active": 0}).save()
		deliver(booking.id, NOW)
		(task,) = actions(booking.id, automation=automation.name)
		assert (task.status, task.error) == ("Skipped", "The automation was switched off.")
		assert receiver.requests == []

	def test_tells_of_each_booking_of_a_session(self, page, receiver):
		"""A host is told once of a session. A program wants to know of each attendee."""
		self.automate(receiver)
		workshop = make_meeting_type(page, seats=5)
		booked = [book(page, workshop).id for _each in range(2)]
		for booking in booked:
			deliver(booking, NOW)
		assert [json.loads(request.data)["booking"]["id"] for request in receiver.requests] == booked

	def test_tells_of_a_booking_that_took_place_before_it_got_through(self, page, receiver):
		automation = self.automate(receiver)
		receiver.answers = [Response("broken", 500)]
		start = NOW + 3 * HOUR
		booking = door.book(payload(page, make_meeting_type(page), start), NOW)
		deliver(booking.id, NOW)
		bookings.complete(booking.id, start + 60)
		deliver(booking.id, start + 60)
		assert [each.status for each in actions(booking.id, automation=automation.name)] == ["Sent"]

	def test_never_calls_an_address_inside_the_servers_network(self, page, monkeypatch):
		monkeypatch.setitem(frappe.local.conf, "scheduling_allowed_hosts", [])
		automation = automate(webhook_url="http://127.0.0.1:9/hook")
		booking = book(page)
		deliver(booking.id, NOW)
		assert [each.status for each in actions(booking.id, automation=automation.name)] == ["Failed"]


class TestTextMessage:
	@pytest.fixture(autouse=True)
	def _gateway(self, commit_clean, receiver):
		use_gateway(receiver.url)
		frappe.db.commit()

	def texts(self, booking, instant):
		deliver(booking.id, instant)
		return [(each.target, each.status) for each in actions(booking.id, kind="sms")]

	def test_reaches_the_attendee_in_e164_through_the_sites_gateway(self, page, receiver):
		booking = book(page, make_meeting_type(page, reminders="60"), attendee_phone="030 901820")
		assert self.texts(booking, NINE - HOUR) == [("030 901820", "Sent")]
		(request,) = receiver.requests
		assert (request.form["to"], request.form["from"], request.headers["X-Key"]) == ("+4930901820", "Us", "k3y")
		assert request.form["text"].startswith("Reminder: Intro call with Jane, Thu, 5 Mar")
		assert "Reply" not in request.form["text"]

	def test_is_tried_again_if_the_gateway_breaks(self, page, receiver):
		receiver.answers = [Response("oops", 500)]
		booking = book(page, make_meeting_type(page, reminders="60"), attendee_phone="+4930901820")
		assert self.texts(booking, NINE - HOUR) == [("+4930901820", "Pending")]
		assert self.texts(booking, NINE - HOUR + 60) == [("+4930901820", "Sent")]

	def test_fails_with_a_reason_if_the_gateway_refuses_or_the_number_is_none(self, page, receiver):
		receiver.answers = [Response("no credit", 402)]
		booking = book(page, make_meeting_type(page, reminders="60"), attendee_phone="+4930901820")
		assert self.texts(booking, NINE - HOUR) == [("+4930901820", "Failed")]
		assert "402" in actions(booking.id, kind="sms")[0].error

	@pytest.mark.parametrize("use_post", [0, 1])
	def test_fails_if_the_gateway_sends_it_to_another_page(self, page, receiver, use_post):
		frappe.get_doc("SMS Settings").update({"use_post": use_post}).save()
		receiver.answers = [Response("elsewhere", 302, {"Location": "/login"}), Response("<html>Sign in</html>")]
		booking = book(page, make_meeting_type(page, reminders="60"), attendee_phone="+4930901820")
		assert self.texts(booking, NINE - HOUR) == [("+4930901820", "Failed")]
		assert "302" in actions(booking.id, kind="sms")[0].error

	def test_is_tried_again_if_the_gateway_falls_silent(self, page, receiver, quick_limit):
		receiver.silent = 1
		booking = book(page, make_meeting_type(page, reminders="60"), attendee_phone="+4930901820")
		assert self.texts(booking, NINE - HOUR) == [("+4930901820", "Pending")]
		assert self.texts(booking, NINE - HOUR + 60) == [("+4930901820", "Sent")]

	def test_is_not_sent_if_the_site_switched_text_messages_off(self, page, receiver):
		frappe.db.set_single_value("Scheduler Settings", "sms_enabled", 0)
		booking = book(page, make_meeting_type(page, reminders="60"), attendee_phone="+4930901820")
		assert self.texts(booking, NINE - HOUR) == [("+4930901820", "Skipped")]
		assert receiver.requests == []


@pytest.mark.parametrize(
	("typed", "zones", "number"),
	[
		("030 901820", ["Europe/Berlin"], "+4930901820"),
		("(212) 555-0100", ["America/New_York", "Europe/Berlin"], "+12125550100"),
		("+33 1 42 68 53 00", ["Asia/Tokyo"], "+33142685300"),
		("hello", ["Europe/Berlin"], None),
		("12", ["Europe/Berlin"], None),
		("030 901820", ["UTC"], None),
		# The reader travels, or uses UTC: then it is a number of the host's country.
		("030 901820", ["UTC", "Europe/Berlin"], "+4930901820"),
		("01 42 68 53 00", ["America/New_York", "Europe/Paris"], "+33142685300"),
	],
)
def test_a_number_without_a_country_code_belongs_to_the_country_of_the_reader_or_of_the_host(typed, zones, number):
	assert international(typed, zones) == number


class TestToDo:
	def test_each_host_gets_one(self, page):
		automation = automate(channel="To-do", text="Prepare for {{ contact_name }} on {{ appointment_date }}")
		booking = book(page)
		deliver(booking.id, NOW)
		(todo,) = frappe.get_all(
			"ToDo", {"reference_name": booking.id}, ["allocated_to", "description", "reference_type"]
		)
		assert (todo.allocated_to, todo.reference_type) == (page.user, "Booking")
		assert "Prepare for Ada Lovelace on Thursday" in todo.description
		assert [each.status for each in actions(booking.id, automation=automation.name)] == ["Sent"]

	def test_the_follow_up_after_a_no_show_named_both_people_twice(self, page):
		booking = book(page)
		bookings.mark_no_show(booking.id, None, booking.end)
		deliver(booking.id, booking.end + 3600)
		(text,) = frappe.get_all("ToDo", {"reference_name": booking.id}, pluck="description")
		assert text.count("Ada Lovelace") == 1
		assert booking.meeting_type.title in text


class TestEmail:
	@pytest.fixture
	def template(self):
		values = {"name": fresh("Template"), "subject": "Hello {{ contact_name }}", "use_html": 1}
		text = "<p>{{ service_name }} with {{ staff_name }}, {{ appointment_time }}, {{ location_details }}</p>"
		return frappe.get_doc({"doctype": "Email Template", **values, "response_html": text}).insert()

	def sent(self, booking, automation):
		return [
			frappe.get_doc("Email Queue", each.external_id) for each in actions(booking.id, automation=automation.name)
		]

	def test_uses_the_admins_template_and_the_usual_names_of_variables(self, page, template, outgoing_mail):
		automation = automate(channel="Email", recipient="Attendee", email_template=template.name)
		booking = book(page, timezone="Europe/Berlin")
		deliver(booking.id, NOW)
		(mail,) = self.sent(booking, automation)
		assert "Hello Ada Lovelace" in mail.message
		assert "Intro call with Jane, 10:00" in mail.message

	def test_a_broken_template_of_the_admins_own_fails_with_its_reason(self, page, template, outgoing_mail):
		template.db_set("response_html", "{{ 1 / 0 }}")
		automation = automate(channel="Email", recipient="Attendee", email_template=template.name)
		booking = book(page)
		deliver(booking.id, NOW)
		(task,) = actions(booking.id, automation=automation.name)
		assert task.status == "Pending"
		assert task.error.endswith("division by zero")

	@pytest.mark.parametrize(
		("trigger", "act"),
		[
			("Cancelled", lambda booking: bookings.cancel_by_host(booking.id, "", NOW)),
			("No Show", lambda booking: bookings.mark_no_show(booking.id, "", NINE + 60)),
			("Completed", lambda booking: bookings.complete(booking.id, NINE + 60)),
		],
	)
	def test_is_triggered_by_the_move_and_by_no_other(self, page, template, trigger, act, outgoing_mail):
		automation = automate(channel="Email", trigger=trigger, email_template=template.name)
		booking = book(page)
		assert actions(booking.id, automation=automation.name) == []
		act(booking)
		assert [each.status for each in actions(booking.id, automation=automation.name)] == ["Pending"]


class TestChannelOfARemovedApp:
	@pytest.fixture
	def automation(self):
		made = automate(channel="To-do", text="Call {{ contact_name }}")
		made.db_set("channel", "Pigeon")
		forget_automations()
		return made

	def test_an_unknown_channel_refused_every_booking_that_it_was_for(self, page, automation):
		other = automate(channel="To-do", text="Call {{ contact_name }}")
		booking = book(page)
		assert actions(booking.id, automation=automation.name) == []
		assert [each.status for each in actions(booking.id, automation=other.name)] == ["Pending"]
		[entry] = frappe.get_all("Error Log", {"method": f"The automation {automation.title} did nothing"}, ["error"])
		assert entry.error == "There is no channel 'Pigeon'."

	def test_what_it_planned_before_is_skipped_and_stays_in_the_log(self, page):
		automation = automate(channel="To-do", text="Call {{ contact_name }}")
		booking = book(page)
		frappe.db.set_value("Outbox Task", {"automation": automation.name}, "kind", "pigeon")
		deliver(booking.id, NOW)
		_columns, [row] = automation_log.execute({"automation": automation.name})
		assert (row["channel"], row["outcome"], row["reason"]) == (
			"pigeon",
			"Skipped",
			"Nothing here handles “pigeon”.",
		)

	def test_its_preview_and_its_form_say_why(self, automation):
		with pytest.raises(InvalidRequest, match="Nothing here handles “Pigeon”"):
			preview(automation.name, None)
		automation.reload()
		with pytest.raises(InvalidRequest, match="Nothing here handles “Pigeon”"):
			automation.save()


class TestConditions:
	@pytest.mark.parametrize("field", ["scheduling_page", "meeting_type", "host"])
	def test_page_type_and_host(self, page, field):
		wanted, other_page = make_meeting_type(page), make_page()
		value = {"scheduling_page": page.name, "meeting_type": wanted.name, "host": page.user}[field]
		automation = automate(webhook_url="https://hooks.example/x", **{field: value})
		assert actions(book(page, wanted).id, automation=automation.name)
		assert not actions(book(other_page).id, automation=automation.name)

	def test_first_booking_of_the_attendee(self, page):
		automation = automate(webhook_url="https://hooks.example/x", first_time_only=1)
		address = f"{fresh('ada')}@guests.example"
		first = door.book(payload(page, make_meeting_type(page), NINE, attendee_email=address), NOW)
		second = door.book(payload(page, make_meeting_type(page), NINE + HOUR, attendee_email=address), NOW)
		assert actions(first.id, automation=automation.name)
		assert not actions(second.id, automation=automation.name)

	def test_tag_of_the_contact(self, page):
		automation = automate(webhook_url="https://hooks.example/x", contact_tag="VIP")
		address = f"{fresh('ada')}@guests.example"
		first = door.book(payload(page, make_meeting_type(page), NINE, attendee_email=address), NOW)
		assert not actions(first.id, automation=automation.name)
		contact = frappe.db.get_value("Booking", first.id, "contact")
		frappe.db.set_value("Contact", contact, "_user_tags", ",VIP,Partner")
		second = door.book(payload(page, make_meeting_type(page), NINE + HOUR, attendee_email=address), NOW)
		assert actions(second.id, automation=automation.name)

	@pytest.mark.parametrize(("phase", "acts"), [("Build", True), ("Grow", False)])
	def test_phase_of_the_client_whose_report_led_to_the_booking(self, page, phase, acts):
		fields = {"consultant": page.user, "scheduler_provider": "Native"}
		frappe.get_doc({"doctype": "Consultant Scheduler Settings", **fields}).insert()
		meeting_type, assessment = make_meeting_type(page), make_assessment(page.user, primary_phase="Build")
		record_click(find_target(assessment.name, meeting_type.name), "report", Visit("203.0.113.7"), NOW - 60)
		automation = automate(webhook_url="https://hooks.example/x", phase=phase)
		booking = book(page, meeting_type, reference=written(Reference(meeting_type.name, assessment.name, "report")))
		assert bool(actions(booking.id, automation=automation.name)) is acts


class TestAfterTheMeeting:
	"""The messages that invite to book again: their links work although the manage link doesn't any more."""

	@pytest.mark.long
	@pytest.mark.parametrize(
		("move", "moment", "words"),
		[
			(lambda each: bookings.mark_no_show(each.id, "", NINE + 1800), NINE + 1800, "vermisst"),
			(lambda each: bookings.complete(each.id, NINE + 1800), NINE + 1800 + HOUR, "Vielen Dank"),
			(lambda each: bookings.cancel_by_host(each.id, "Flu", NOW), NOW, "Anderen Termin"),
		],
	)
	def test_they_speak_the_readers_language_and_lead_to_the_page(
		self, client, page, outgoing_mail, move, moment, words
	):
		booking = book(page, make_meeting_type(page, reminders="0"), language="de")
		deliver(booking.id, NOW)
		move(booking)
		deliver(booking.id, moment)
		sent = frappe.get_all(
			"Outbox Task",
			{"booking": booking.id, "target": booking.attendee.email, "done_at": moment, "status": "Sent"},
			pluck="external_id",
		)
		texts = [
			message_from_string(frappe.get_doc("Email Queue", name).message, policy=policy.default) for name in sent
		]
		pages = [each.get_body(("html",)).get_content() for each in texts]
		[html] = [each for each in pages if words in each]
		path = f"/schedule/{page.slug}/"
		assert path in html
		assert client.get(path + html.partition(path)[2].partition('"')[0]).status_code == 200


def test_a_site_without_a_crm_refuses_to_set_a_status_there():
	if optional_doctypes() & {"CRM Lead", "CRM Deal", "Lead", "Opportunity"}:
		pytest.skip("this site has a CRM")
	with pytest.raises(InvalidRequest, match="Only with ERPNext or Frappe CRM"):
		automate(channel="Set CRM Status", record_doctype="CRM Lead", record_value="New")
