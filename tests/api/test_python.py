"""Methods that Python calls: tools of assistants, server scripts, other apps. Nobody reads an HTTP response there."""

import frappe
import pytest

from scheduler_integration.api import availability, public
from scheduler_integration.exceptions import SlotTaken
from tests.support.factories import at, make_meeting_type, make_page, payload, token_of

NOW, NINE = at("2026-03-02 06:00"), "2026-03-05T09:00:00+00:00"
BOOK = "scheduler_integration.api.public.book"


@pytest.fixture
def wish(frozen, commit_clean):
	frozen(NOW)
	page = make_page()
	meeting_type = make_meeting_type(page)
	frappe.db.commit()
	return payload(page, meeting_type, NINE)


@pytest.fixture
def response():
	"""The response of the request in which the method is called."""
	before, frappe.local.response = frappe.local.response, frappe._dict()
	yield frappe.local.response
	frappe.local.response = before


def test_two_assistants_booked_one_time_and_read_the_same_answer(wish, response):
	booked = frappe.call(BOOK, **wish)
	assert (booked["status"], booked["start"]) == ("Scheduled", "2026-03-05T10:00:00+01:00")
	frappe.db.commit()
	with pytest.raises(SlotTaken, match="just taken"):
		frappe.call(BOOK, **wish | {"attendee_email": "ben@guests.example"})
	assert response == {}, "this is the response to somebody else's request"


def test_a_call_within_a_request_to_another_method_returns_its_data(wish, response):
	frappe.utils.set_request(method="POST", path="/api/method/our_own_server_script")
	try:
		assert frappe.call(BOOK, **wish)["status"] == "Scheduled"
		assert response == {}
	finally:
		del frappe.local.request
		frappe.db.commit()


def test_a_file_is_returned_with_its_name(wish, response):
	booked = frappe.call(BOOK, **wish)
	file = public.calendar_file(token=token_of(booked))
	assert (file["filename"], file["content_type"]) == ("meeting.ics", "text/calendar")
	assert "BEGIN:VCALENDAR" in str(file["content"])
	assert response == {}
	frappe.db.commit()


def test_a_sentence_without_data_is_returned(as_user):
	page = make_page()
	with as_user(page.user):
		blocked = availability.block(start_time="2030-03-05T09:00:00Z", end_time="2030-03-05T10:00:00Z")
		assert availability.unblock(blocked["id"]) == "Blocked time deleted successfully"
