"""`/scheduling`, a host's own page, and the CSRF token in forms of signed-in people."""

import pytest

from tests.pages.offer import book, bookings_of, host_of, in_three_days, make_offer, path_of, sign_in
from tests.pages.reading import read, typed_in
from tests.support.factories import make_user

DAY = 86400


@pytest.fixture
def offer(commit_clean):
	return make_offer()


@pytest.fixture
def booked(offer):
	book(offer, in_three_days(12), notes="Bold wishes")
	return offer


def test_a_host_sees_what_is_next_and_the_links(client, booked):
	sign_in(client, host_of(booked))
	answer = client.get("/scheduling")
	assert answer.status_code == 200
	page = read(answer.text)
	assert "Ada Lovelace" in page.one("li", class_="row-item").text
	assert "Bold wishes" in answer.text
	assert [button["data-copy"].endswith(path_of(booked)) for button in page.all("button", data_copy=None)] == [
		False,
		True,
	]


def test_a_host_cancels_by_form(client, booked):
	sign_in(client, host_of(booked))
	form = read(client.get("/scheduling").text).one("form", class_="act")
	values = typed_in(form, reason="I am ill")
	without = [(name, value) for name, value in values if name != "csrf_token"]
	assert client.post("/scheduling", data=[*without, ("action", "cancel")]).status_code == 400, "no CSRF token"
	answer = client.post("/scheduling", data=[*values, ("action", "cancel")])
	assert (answer.status_code, answer.headers["Location"]) == (303, "/scheduling?done=cancel")
	page = read(client.get(answer.headers["Location"]).text)
	assert "cancelled" in page.one(class_="done").text
	assert not page.all("li", class_="row-item")
	assert bookings_of(booked)[0].status == "Cancelled"


def test_another_host_sees_and_cancels_nothing(client, booked):
	[booking] = bookings_of(booked)
	other = make_user("Omar")
	sign_in(client, other)
	answer = client.get("/scheduling")
	assert answer.status_code == 200
	assert not read(answer.text).all("li", class_="row-item")
	token = read(answer.text).one("input", name="csrf_token")["value"]
	refused = client.post("/scheduling", data={"name": booking.name, "action": "cancel", "csrf_token": token})
	assert refused.status_code in (400, 403)
	assert bookings_of(booked)[0].status == "Scheduled"


@pytest.mark.parametrize("action", ["", "explode", "list"])
def test_an_unknown_action_is_refused(client, booked, action):
	sign_in(client, host_of(booked))
	form = read(client.get("/scheduling").text).one("form", class_="act")
	assert client.post("/scheduling", data=[*typed_in(form), ("action", action)]).status_code == 400


def test_a_signed_in_person_books_with_the_token_of_their_session(client, offer):
	sign_in(client, make_user("Omar"))
	page = read(client.get(path_of(offer)).text)
	form = read(client.get(page.all("a", class_="time")[0]["href"]).text).one("form", id="booking-form")
	values = typed_in(form, attendee_name="Omar", attendee_email="omar@guests.example")
	assert "csrf_token" in dict(values)
	assert client.post(form["action"], data=values).status_code == 303
	assert len(bookings_of(offer)) == 1
