"""Offers on the devices of people who wait: sent to a push service, and forgotten with the entry."""

import frappe
import pytest

from scheduler_integration.privacy.held import held_data
from scheduler_integration.waitlist import commands
from scheduler_integration.waitlist.links import entry_token
from tests.support.outbox import deliver, tasks
from tests.support.push_service import Browser
from tests.waitlist.world import NOW, again, cancel, fill, join, look, make_type, take

pytestmark = pytest.mark.usefixtures("commit_clean", "outgoing_mail")

API = "scheduler_integration.api.waiting_devices"


@pytest.fixture
def waits():
	"""Return the full meeting type's bookings by hour, the type, and somebody who waits."""
	meeting_type = make_type(title="Intro call")
	taken = fill(meeting_type)
	ann = join(meeting_type, timezone="Europe/Berlin")
	frappe.db.commit()
	return taken, meeting_type, ann


def turn_on(client, entry, browser, method="add"):
	answer = client.call(f"{API}.{method}", token=entry_token(entry.name), **browser.keys)
	frappe.db.rollback()
	return answer


def offer(taken, meeting_type, entry, clock="09:30"):
	cancel(taken[clock])
	look(meeting_type)
	deliver(entry.name, NOW)


def test_an_offer_is_shown_on_the_device_with_the_link(client, push_service, waits):
	taken, meeting_type, ann = waits
	browser = Browser(push_service.url)
	assert turn_on(client, ann, browser).json()["data"] == {"is_on": True}
	offer(taken, meeting_type, ann)
	[request] = push_service.requests
	shown = browser.read(request)
	assert shown["title"] == "A time is free: Tue, 6 Oct 11:30"
	assert shown["body"] == "Intro call · Free until 12:30"
	assert shown["path"] == f"/schedule/waitlist/{entry_token(ann.name)}"
	assert {task.kind: task.status for task in tasks(ann.name, purpose="waitlist_offer")} == {
		"email": "Sent",
		"web_push": "Sent",
	}


def test_somebody_has_three_devices_at_most(client, push_service, waits):
	_taken, _meeting_type, ann = waits
	browsers = [Browser(push_service.url) for _each in range(4)]
	for browser in (*browsers, browsers[-1]):
		turn_on(client, ann, browser)
	assert [each["endpoint"] for each in again(ann).devices] == [each.endpoint for each in browsers[1:]]
	assert frappe.db.count("Host Device", {"endpoint": browsers[0].endpoint}) == 0
	[held] = held_data(ann.attendee_email)["waitlists"]
	assert held["devices"] == 3
	assert browsers[1].endpoint not in str(held)


def test_a_device_that_is_turned_off_or_gone_gets_nothing_more(client, push_service, waits):
	taken, meeting_type, ann = waits
	kept, off = Browser(push_service.url), Browser(push_service.url)
	for browser in (kept, off):
		turn_on(client, ann, browser)
	answer = client.call(f"{API}.remove", token=entry_token(ann.name), endpoint=off.endpoint)
	assert answer.json()["data"] == {"is_on": False}
	frappe.db.rollback()
	push_service.status = 410
	offer(taken, meeting_type, ann)
	assert [request.url for request in push_service.requests] == [kept.endpoint]
	assert again(ann).devices == ()


@pytest.mark.long
def test_devices_are_forgotten_with_the_entry(client, push_service, waits):
	taken, meeting_type, ann = waits
	turn_on(client, ann, Browser(push_service.url))
	offer(taken, meeting_type, ann)
	take(ann)
	assert again(ann).devices == ()
	frappe.db.commit()
	assert turn_on(client, ann, Browser(push_service.url)).json()["code"] == "WAITLIST_OVER"
	ben = join(meeting_type, "Ben")
	frappe.db.commit()
	turn_on(client, ben, Browser(push_service.url))
	commands.leave_waitlist(entry_token(ben.name), NOW)
	assert again(ben).devices == ()


def test_only_the_link_of_the_entry_adds_a_device(client, push_service, waits):
	_taken, _meeting_type, ann = waits
	browser = Browser(push_service.url)
	forged = client.call(f"{API}.add", token=f"{ann.name}.{'0' * 32}", **browser.keys)
	assert forged.json()["code"] == "WAITLIST_ENTRY_NOT_FOUND"
	wrong = client.call(f"{API}.add", token=entry_token(ann.name), **{**browser.keys, "endpoint": "javascript:1"})
	assert set(wrong.json()["details"]) == {"endpoint"}
	frappe.db.rollback()
	assert again(ann).devices == ()


def test_an_address_inside_the_servers_network_is_not_called(client, push_service, waits, monkeypatch):
	taken, meeting_type, ann = waits
	turn_on(client, ann, Browser(push_service.url))
	monkeypatch.setitem(frappe.local.conf, "scheduling_allowed_hosts", [])
	offer(taken, meeting_type, ann)
	assert push_service.requests == []


def test_the_worker_works_for_the_pages_of_those_who_wait(client):
	answer = client.get(f"/api/method/{API}.worker")
	assert answer.headers["Service-Worker-Allowed"] == "/schedule/waitlist/"
	assert "notificationclick" in answer.text
