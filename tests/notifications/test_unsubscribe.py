"""Messages that nobody needs to hold a meeting can be stopped, by one click and by mail programs themselves."""

import re
from email import message_from_string, policy
from urllib.parse import urlsplit

import frappe
import pytest
import requests

from scheduler_integration import bookings
from scheduler_integration.notifications.digest import queue_digest
from scheduler_integration.notifications.preferences import choose_digest
from scheduler_integration.notifications.unsubscribe import FOLLOW_UPS, Subscription
from tests.pages.reading import read
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_user, payload
from tests.support.outbox import actions, deliver

pytestmark = pytest.mark.usefixtures("commit_clean", "outgoing_mail")

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-05 09:00")
HOUR = 3600


@pytest.fixture
def page():
	return make_page(make_user("Jane", time_zone="Europe/Berlin", email=f"{fresh('jane')}@hosts.example"))


@pytest.fixture
def address():
	return f"{fresh('Ada')}@guests.example"


def over(page, address, start=NINE):
	"""Return a booking whose meeting is over, and whose thank-you is sent if the attendee wants it."""
	booking = door.book(payload(page, make_meeting_type(page), start, attendee_email=address), NOW)
	deliver(booking.id, NOW)
	bookings.complete_past_meetings(start + HOUR)
	deliver(booking.id, start + 3 * HOUR)
	return booking.id


def messages_to(address):
	names = frappe.get_all("Email Queue Recipient", {"recipient": address}, pluck="parent", order_by="creation asc")
	texts = [frappe.db.get_value("Email Queue", name, "message") for name in names]
	return [message_from_string(text, policy=policy.default) for text in texts]


def path_in(message):
	url = message["List-Unsubscribe"].strip("<>")
	assert url in message.get_body(("plain",)).get_content().replace("=\n", "")
	return urlsplit(url).path


def test_only_the_message_after_the_meeting_can_be_stopped(page, address):
	over(page, address)
	confirmation, thanks = messages_to(address)
	assert (confirmation["List-Unsubscribe"], confirmation["List-Unsubscribe-Post"]) == (None, None)
	assert thanks["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
	assert path_in(thanks)


@pytest.mark.long
def test_a_mail_program_stops_them_without_cookies_and_the_next_is_not_sent(client, page, address):
	over(page, address)
	path = path_in(messages_to(address)[-1])
	answer = requests.post(
		f"{client.base_url}{path}",
		data={"List-Unsubscribe": "One-Click"},
		headers={"X-Frappe-Site-Name": client.headers["X-Frappe-Site-Name"]},
		timeout=60,
	)
	assert answer.status_code == 200
	frappe.db.rollback()
	again = over(page, address, NINE + 2 * HOUR)
	assert len(messages_to(address)) == 3
	assert {each.error for each in actions(again, status="Skipped")} >= {
		"This reader wants no messages after a meeting."
	}


@pytest.mark.long
def test_a_scanner_that_opens_the_link_stops_nothing(client, page, address):
	over(page, address)
	path = path_in(messages_to(address)[-1])
	shown = client.get(path)
	assert read(shown.text).one("h1").text == "No more messages after a meeting?"
	frappe.db.rollback()
	assert not Subscription(FOLLOW_UPS, address).is_stopped()
	assert read(client.post(path).text).one("h1").text == "They are stopped"
	assert client.post(path).status_code == 200
	frappe.db.rollback()
	assert Subscription(FOLLOW_UPS, address.upper()).is_stopped()


def test_a_forged_link_leads_nowhere(client, page, address):
	path = urlsplit(Subscription(FOLLOW_UPS, address).url).path
	for wrong in (
		path[:-1] + ("0" if path[-1] != "0" else "1"),
		re.sub(r"follow-ups", "digest", path),
		"/schedule/unsubscribe/x",
	):
		answer = client.post(wrong)
		assert answer.status_code == 404
		# Nobody looks for a booking page here.
		assert "This link stops no messages." in answer.text
		assert "booking page" not in answer.text
	assert not Subscription(FOLLOW_UPS, address).is_stopped()


def test_a_host_stops_the_digest_in_their_mail_program(client, page):
	choose_digest(page.user, True)
	name = frappe.db.get_value("Host Preferences", {"user": page.user})
	door.book(payload(page, make_meeting_type(page), at("2026-03-02 09:00")), at("2026-03-01 06:00"))
	assert queue_digest(name, NOW)
	frappe.db.commit()
	[digest] = messages_to(frappe.db.get_value("User", page.user, "email"))
	assert client.post(path_in(digest)).status_code == 200
	frappe.db.rollback()
	assert not frappe.db.get_value("Host Preferences", name, "morning_digest")
