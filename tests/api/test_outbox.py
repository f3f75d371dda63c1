"""Hosts and managers see what goes out for a booking, try it again, or stop it."""

import frappe
import pytest

from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload
from tests.support.outbox import status_of, tasks

pytestmark = pytest.mark.usefixtures("commit_clean")

API = "scheduler_integration.api.outbox"
NOW = at("2030-03-04 06:00")
NINE = at("2030-03-04 09:00")


PASSWORD = "Analytical-Engine-1843"


@pytest.fixture
def page(commit_clean):
	return make_page(make_user("Jane", new_password=PASSWORD))


@pytest.fixture
def booking(page):
	booked = door.book(payload(page, make_meeting_type(page), NINE), NOW).id
	frappe.db.commit()
	return booked


@pytest.fixture
def host(client, page, booking):
	client.login(page.user, PASSWORD)
	return client


def fail(task, reason="(550, b'No such mailbox')"):
	frappe.db.set_value("Outbox Task", task.name, {"status": "Failed", "error": reason})
	frappe.db.commit()


def test_a_host_sees_what_waits_for_whom(host, page, booking):
	listed = host.call(f"{API}.list", "GET", booking=booking).json()["data"]["tasks"]
	assert [(task["purpose"], task["status"]) for task in listed[:2]] == [
		("attendee_confirmed", "Pending"),
		("host_confirmed", "Pending"),
	]
	assert {task["purpose"] for task in listed[2:]} == {"reminder"}
	automations = {task["automation"] for task in listed[2:]}
	assert automations == {"Reminder to the attendee", "Reminder to the host", "Thank you and feedback"}
	assert listed[0]["automation"] is None
	assert listed[1]["target"] == page.user
	assert listed[0]["due_at"] == "2030-03-04T06:00:00+00:00"


def test_what_failed_can_be_tried_again(host, booking):
	task, _other = tasks(booking)
	fail(task)
	answer = host.call(f"{API}.try_again", name=task.name).json()
	assert answer["success"]
	again = next(each for each in answer["data"]["tasks"] if each["name"] == task.name)
	assert (again["status"], again["attempts"], again["error"]) in [
		("Pending", 0, None),
		("Sending", 1, None),
		("Sent", 1, None),
	]


def test_what_waits_can_be_stopped_and_says_by_whom(host, booking):
	task, _other = tasks(booking)
	answer = host.call(f"{API}.stop", name=task.name).json()
	stopped = next(each for each in answer["data"]["tasks"] if each["name"] == task.name)
	assert (stopped["status"], stopped["error"]) == ("Skipped", "Stopped by Jane.")
	frappe.db.rollback()
	assert status_of(booking) == ["Skipped", "Pending"]


def test_what_was_sent_can_be_neither_repeated_nor_stopped(host, booking):
	task, _other = tasks(booking)
	frappe.db.set_value("Outbox Task", task.name, "status", "Sent")
	frappe.db.commit()
	for method in ("try_again", "stop"):
		response = host.call(f"{API}.{method}", name=task.name)
		assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("who", ["nobody", "another host"])
def test_others_learn_and_change_nothing(client, booking, who):
	if who == "another host":
		stranger = make_user("Eve", new_password=PASSWORD)
		frappe.db.commit()
		client.login(stranger, PASSWORD)
	status = 401 if who == "nobody" else 403
	task, _other = tasks(booking)
	assert client.call(f"{API}.list", "GET", booking=booking).status_code == status
	assert client.call(f"{API}.try_again", name=task.name).status_code == status
	assert client.call(f"{API}.stop", name=task.name).status_code == status
	frappe.db.rollback()
	assert status_of(booking) == ["Pending", "Pending"]


@pytest.mark.parametrize("name", ["nothing", "", "Outbox Task", {"a": 1}])
def test_an_unknown_task_is_refused_with_a_sentence(host, name):
	response = host.call(f"{API}.stop", name=name)
	assert response.status_code == 400
	assert response.json()["error"]


@pytest.mark.long
def test_a_hosts_list_says_whom_a_message_did_not_reach(host, booking):
	task, _other = tasks(booking)
	fail(task)
	listed = host.call("scheduler_integration.api.bookings.list", "GET").json()["data"]["bookings"]
	(mine,) = (each for each in listed if each["id"] == booking)
	assert mine["delivery_error"] == f"Not sent to {task.target}. The booking in the desk says why."
	text = host.get("/scheduling").text
	assert task.target in text
	# Not only inside the fold.
	assert "Problem" in text.split('class="meeting-link"')[1].split("</a>")[0]


@pytest.mark.parametrize(
	("kind", "target", "shown"),
	[
		pytest.param("calendar_event", "4f1c0ffee1", "the calendar", id="a connection that is gone"),
		pytest.param("webhook", "hooks.example", "hooks.example", id="a webhook"),
	],
)
def test_what_a_task_reaches_is_shown_in_words_without_secrets(host, booking, kind, target, shown):
	task, _other = tasks(booking)
	fail(task)
	frappe.db.set_value("Outbox Task", task.name, {"kind": kind, "target": target})
	frappe.db.commit()
	listed = host.call(f"{API}.list", "GET", booking=booking)
	assert shown in {each["target"] for each in listed.json()["data"]["tasks"]}
	page = host.get("/scheduling").text
	assert f"Not sent to {shown}." in page
	assert "SECRET" not in listed.text + page


def test_a_task_can_be_read_by_its_host_and_written_by_nobody(as_user, page, booking):
	task, _other = tasks(booking)
	with as_user(page.user):
		assert task.name in frappe.get_list("Outbox Task", pluck="name")
		doc = frappe.get_doc("Outbox Task", task.name)
		assert doc.has_permission("read")
		assert not doc.has_permission("write")
	with as_user(make_user("Eve")):
		assert frappe.get_list("Outbox Task", pluck="name") == []
		assert not doc.has_permission("read")
