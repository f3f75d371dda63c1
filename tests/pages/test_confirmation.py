"""The attendee's page of a booking: what it says of the place, of what was typed, and what its links lead to."""

from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration.meetings.tokens import cancel_url, reschedule_url
from scheduler_integration.platform.clock import now
from tests.pages.offer import book, bookings_of, make_offer, path_of
from tests.pages.reading import read, typed_in

pytestmark = pytest.mark.usefixtures("commit_clean")
QUESTIONS = [
	{"label": "Goals", "question_type": "Long Text"},
	{"label": "Topics", "question_type": "Multi Select", "options": "Prices\nTerms\nPeople"},
	{"label": "Recorded", "question_type": "Checkbox"},
	{"label": "Campaign", "question_type": "Text", "prefill_key": "campaign", "is_hidden": 1},
]
ARABIC = {"Accept-Language": "ar"}


def path_to(booking, rest=""):
	return urlsplit(booking.manage_url).path + rest


def shown(client, booking, rest="", **headers):
	return read(client.get(path_to(booking, rest), headers=headers).text)


def answered(offer):
	ids = {row.label: row.name for row in offer.questions}
	return {ids["Goals"]: "Grow\nslowly", ids["Topics"]: ["Prices", "People"], ids["Recorded"]: "1"}


def test_the_host_calls_and_the_page_says_at_which_number(client):
	booking = book(make_offer(location_type="Phone", location_details=""), attendee_phone="+49 30 1234567")
	place = shown(client, booking).one("div", id="place")
	assert "Jane Doe calls you at +49 30 1234567" in place.text
	assert place.one("bdi", dir="ltr").text == "+49 30 1234567"
	assert place.all("a") == []


@pytest.mark.parametrize(
	("number", "address"),
	[
		("+33 1 70 18 99 00", "tel:+33170189900"),
		("+49 (0)30 1234567 ext. 12", "tel:+49301234567;ext=12"),
		("030/123-45 67x8", "tel:0301234567;ext=8"),
	],
)
def test_the_attendee_calls_with_one_tap(client, number, address):
	booking = book(make_offer(location_type="Phone", location_details=number))
	link = shown(client, booking).one("div", id="place").one("a")
	assert (link["href"], link.text) == (address, f"Call Jane Doe at {number}")


def test_a_place_that_is_not_known_yet_was_not_mentioned_at_all(client):
	booking = book(make_offer(location_type="", location_details=""))
	assert shown(client, booking).one("div", id="place").one("dd").text == "Jane Doe will tell you where."


def test_notes_and_answers_are_on_the_page_and_hidden_ones_are_not(client):
	offer = make_offer(questions=QUESTIONS)
	booking = book(offer, notes="Bring <b>maps</b> & ham", answers=answered(offer), prefill={"campaign": "spring"})
	told = shown(client, booking).one("dd", class_="told")
	assert [each.text for each in told.all("p")] == [
		"Goals Grow slowly",
		"Topics Prices People",
		"Recorded Yes",
		"Your note Bring <\u2060b>maps<\u2060/b> & ham",
	]
	assert not told.all("b")


def test_addresses_and_numbers_were_backwards_in_arabic(client):
	booking = book(
		make_offer(location_type="Phone", location_details="+33 1 70 18 99 00"), guests=["bob@guests.example"]
	)
	page = shown(client, booking, "?booked=1&_lang=ar", **ARABIC)
	isolated = [each.text for each in page.all("bdi", dir="ltr")]
	assert isolated == [booking.attendee.email, "+33 1 70 18 99 00", "bob@guests.example"]
	assert "<bdi" not in page.one("meta", name="description")["content"]


def test_opening_the_links_of_a_mail_changes_nothing(client):
	"""Mail programs open links before people do."""
	offer = make_offer()
	booking = book(offer)
	[doc] = bookings_of(offer)
	question = urlsplit(cancel_url(doc))
	page = read(client.get(f"{question.path}?{question.query}").text)
	assert "hidden" not in page.one("section", id=question.fragment).attributes
	moving = client.get(reschedule_url(doc).partition(question.netloc)[2])
	assert urlsplit(moving.url).path == path_of(offer)
	assert read(moving.text).one("p", class_="old-time")
	assert bookings_of(offer)[0].status == "Scheduled"
	form = page.one("section", id="cancel").one("form")
	assert client.post(form["action"], data=[*typed_in(form), ("action", "cancel")]).status_code == 303
	assert bookings_of(offer)[0].status == "Cancelled"
	assert shown(client, booking, "?cancel=1").one("h1").text == "This meeting is cancelled"


def test_links_of_a_mail_that_the_type_does_not_allow_say_why(client):
	booking = book(make_offer(allow_cancel=0, allow_reschedule=0))
	for rest in ("?cancel=1", "?reschedule=1"):
		answer = client.get(path_to(booking, rest))
		page = read(answer.text)
		assert answer.status_code == 200
		assert not page.all("section", id="cancel")
		assert "can't be" in page.one("article").one("footer").text


def test_the_meeting_can_be_joined_on_its_day(client):
	offer = make_offer(location_type="Custom", location_details="https://meet.example/abc")
	booking = book(offer)
	assert "Join the meeting" not in shown(client, booking).one("section", id="add").text
	# Ten minutes later it may be tomorrow by the attendee's clock.
	begun = now()
	frappe.db.set_value("Booking", booking.id, {"starts_at": begun, "ends_at": begun + 86400})
	frappe.db.commit()
	assert "Join the meeting" in shown(client, booking).one("section", id="add").text


@pytest.mark.long
def test_booking_again_after_a_cancellation_began_with_an_empty_form(client):
	offer = make_offer(questions=QUESTIONS)
	typed = {"notes": "A\nB", "guests": ["bob@guests.example"], "attendee_company": "Ada & Co"}
	booking = book(offer, answers=answered(offer), **typed)
	[link] = [each["href"] for each in cancelled(client, booking).all("a") if each.text == "Book another time"]
	page = client.get(link)
	assert page.headers["Referrer-Policy"] == "no-referrer"
	form = read(client.get(read(page.text).all("a", class_="time")[0]["href"]).text).one("form", id="booking-form")
	values = typed_in(form)
	names = [f"answer_{row.name}" for row in offer.questions]
	assert dict(values)["attendee_email"] == booking.attendee.email
	assert (dict(values)["notes"], dict(values)["guests"]) == ("A\nB", "bob@guests.example")
	assert dict(values)["attendee_company"] == "Ada & Co"
	assert [value for name, value in values if name in names] == ["Grow\nslowly", "Prices", "People", "1"]
	assert client.post(form["action"], data=values).status_code == 303
	assert len(bookings_of(offer)) == 2


def cancelled(client, booking):
	form = shown(client, booking).one("section", id="cancel").one("form")
	client.post(form["action"], data=[*typed_in(form), ("action", "cancel")])
	return shown(client, booking)


def test_a_live_bookings_token_fills_in_no_form(client):
	offer = make_offer()
	token = path_to(book(offer)).rpartition("/")[2]
	for each in (token, "nothing", f"{token}0"):
		page = client.get(f"{path_of(offer)}?again={each}")
		assert page.status_code == 200
		assert read(page.text).one("input", id="attendee_email")["value"] == ""
