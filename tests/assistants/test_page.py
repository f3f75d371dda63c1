"""`/scheduling/proposal/<id>`: the host reads what an assistant proposes, and confirms or dismisses it."""

from concurrent.futures import ThreadPoolExecutor

import frappe
import pytest

from scheduler_integration.platform.clock import now, utc
from tests.assistants.conftest import new_key
from tests.pages.offer import book, host_of, make_offer, sign_in
from tests.support.factories import page_of
from tests.support.html import Page

ENDPOINT = "/api/method/scheduler_integration.api.mcp.host"


@pytest.fixture
def offer(commit_clean):
	return make_offer()


@pytest.fixture
def booking(offer):
	return book(offer)


@pytest.fixture
def jane(client, offer):
	"""The host, signed in, who lets an assistant propose something. Returns a function that gives its address."""
	sign_in(client, host_of(offer))
	client.take_csrf_token("/app")

	def propose(tool, **given):
		params = {"name": tool, "arguments": {"key": new_key(), **given}}
		message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
		answer = client.post(ENDPOINT, json=message).json()["result"]
		assert not answer["isError"], answer
		return answer["structuredContent"]["confirm_url"].partition("/scheduling")[2]

	return propose


def state_of(booking):
	frappe.db.rollback()
	return frappe.db.get_value("Booking", booking.id, "status")


def test_the_host_reads_the_change_and_confirms_it(client, jane, booking):
	path = "/scheduling" + jane("cancel", booking=booking.id, reason="I am ill.")
	read = Page(client.get(path).text).text("main")
	assert "Cancelled" in read
	assert "I am ill." in read
	assert state_of(booking) == "Scheduled"
	there = client.post(path, data={"action": "confirm"})
	assert there.status_code in (302, 303)
	assert state_of(booking) == "Cancelled"
	done = Page(client.get(there.headers["Location"]).text)
	assert "You confirmed this." in done.text("main")
	key = done.element("#toast [name=undo]")["value"]
	client.post(path, data={"undo": key})
	assert state_of(booking) == "Scheduled"


def test_a_dismissed_proposal_stays_undone(client, jane, booking):
	path = "/scheduling" + jane("cancel", booking=booking.id)
	client.post(path, data={"action": "dismiss"})
	assert "You didn't want this." in Page(client.get(path).text).text("main")
	assert state_of(booking) == "Scheduled"


def test_a_proposal_that_there_is_not_is_404(client, jane):
	assert client.get("/scheduling/proposal/0123456789abcdef").status_code == 404


def test_what_has_changed_meanwhile_is_said(client, jane, booking):
	path = "/scheduling" + jane("cancel", booking=booking.id)
	other = "/scheduling" + jane("cancel", booking=booking.id)
	client.post(path, data={"action": "confirm"})
	refused = client.post(other, data={"action": "confirm"})
	assert refused.status_code == 409
	assert state_of(booking) == "Cancelled"


def test_answers_were_booked_that_the_host_had_not_read(client, jane, offer):
	offer.reload().append("questions", {"label": "Which topic?", "question_type": "Text"})
	offer.save()
	frappe.db.commit()
	[question] = client.call("scheduler_integration.api.public.get_page", "GET", slug=page_of(offer).slug).json()[
		"data"
	]["meeting_types"][0]["questions"]
	wish = {"meeting_type": offer.name, "start": utc(now() + 4 * 86400).strftime("%Y-%m-%dT10:00:00Z")}
	person = {"attendee_name": "Ada", "attendee_email": "ada@guests.example"}
	path = "/scheduling" + jane("book_for", **wish, **person, answers={question["id"]: "Security"})
	read = Page(client.get(path).text).text("main")
	assert "Which topic?" in read
	assert "Security" in read


def test_clicks_at_once_took_a_seat_each(client, server, jane, offer):
	offer.reload().update({"seats": 8}).save()
	frappe.db.commit()
	start = utc(now() + 4 * 86400).strftime("%Y-%m-%dT10:00:00Z")
	path = "/scheduling" + jane(
		"book_for", meeting_type=offer.name, start=start, attendee_name="Ada", attendee_email="ada@guests.example"
	)

	def click(_number):
		window = server.client()
		window.cookies.update(client.cookies)
		window.headers.update(client.headers)
		return window.post(path, data={"action": "confirm"}).status_code

	with ThreadPoolExecutor(8) as clicks:
		assert {*clicks.map(click, range(8))} <= {303, 409}
	frappe.db.rollback()
	assert frappe.db.count("Booking", {"meeting_type": offer.name}) == 1
