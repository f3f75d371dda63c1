"""Forms do what their buttons say. A word that no button sends changes nothing."""

from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration.meetings.tokens import answer_url
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW, NINE = at("2030-03-04 06:00"), at("2030-03-04 09:00")


@pytest.fixture
def asked():
	page = make_page(make_user("Jane"))
	booking = door.book(payload(page, make_meeting_type(page, requires_confirmation=1), NINE), NOW)
	frappe.db.commit()
	return frappe.get_doc("Booking", booking.id), f"/schedule/manage/{token_of(booking)}"


def test_any_word_cancelled_a_meeting(client, asked):
	booking, path = asked
	for word in ("subscribe", "CANCEL", "undo", "1"):
		assert client.post(path, data={"action": word}).status_code == 200
	assert status_of(booking) == "Pending"
	client.post(path, data={"action": "cancel"})
	assert status_of(booking) == "Cancelled"


def test_any_word_declined_a_request(client, asked):
	booking, _path = asked
	path = urlsplit(answer_url(booking, booking.host)).path
	for word in ("yes", "Confirm", "on", "1"):
		assert client.post(path, data={"answer": word}).status_code == 200
	assert status_of(booking) == "Pending"


def test_the_form_for_a_code_had_a_template_error_in_it(client):
	shown = client.post("/schedule/your-data", data={"action": "code", "address": "ada@guests.example"})
	assert "no such element" not in shown.text


def status_of(booking):
	frappe.db.rollback()
	return frappe.db.get_value("Booking", booking.name, "status")
