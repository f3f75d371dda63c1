"""The attendee adds and removes additional guests on the page of the booking."""

from urllib.parse import urlsplit

import pytest

from tests.pages.offer import book, bookings_of, make_offer
from tests.pages.reading import read, typed_in

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def offer():
	return make_offer()


@pytest.fixture
def path(offer):
	return urlsplit(book(offer, guests=["ben@guests.example"]).manage_url).path


def send(client, path, guests):
	form = read(client.get(path).text).one("section", id="guests-form").one("form")
	return client.post(path, data=[*typed_in(form, guests=guests), ("action", "guests")])


def test_guests_come_and_go(client, offer, path):
	form = read(client.get(path).text).one("section", id="guests-form").one("form")
	assert form.one("textarea", id="guests").text == "ben@guests.example"
	answer = send(client, path, "cleo@guests.example; dan@guests.example")
	assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?invited=1&who=0.1")
	page = read(client.get(answer.headers["Location"]).text)
	assert page.one("h1").text == "Guests updated"
	news = page.one("header", class_="ticket-head").one("p", class_="soft").text
	assert news == "We've sent an invitation to cleo@guests.example, dan@guests.example."
	[booking] = bookings_of(offer)
	assert [row.email for row in booking.guests] == ["cleo@guests.example", "dan@guests.example"]
	assert booking.status == "Scheduled"
	answer = send(client, path, "")
	assert answer.headers["Location"] == f"{path}?invited=1"
	assert "everyone affected" in read(client.get(answer.headers["Location"]).text).one("header").text
	assert bookings_of(offer)[0].guests == []


def test_a_wrong_address_is_refused_beside_the_field_and_stays_typed(client, offer, path):
	answer = send(client, path, "cleo@guests.example, nobody")
	page = read(answer.text)
	assert answer.status_code == 400
	assert "not an e-mail address" in page.one(id="guests-error").text
	assert page.one("textarea", id="guests").text == "cleo@guests.example, nobody"
	assert "hidden" in page.one("section", id="cancel").attributes
	assert "hidden" not in page.one("section", id="guests-form").attributes
	assert [row.email for row in bookings_of(offer)[0].guests] == ["ben@guests.example"]
