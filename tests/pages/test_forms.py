"""Booking and cancelling with plain forms, as in a browser without scripts."""

import re
import uuid

import frappe
import pytest

from tests.pages.offer import QUESTIONS, bookings_of, make_offer, path_of
from tests.pages.reading import read, typed_in


@pytest.fixture
def offer(commit_clean):
	return make_offer(questions=QUESTIONS)


@pytest.fixture
def fill(client, offer):
	"""Open the form of the nth free time. Returns its address and the values that it sends."""

	def open_form(position=0, **typed):
		page = read(client.get(f"{path_of(offer)}?tz=Asia/Tokyo").text)
		form = read(client.get(page.all("a", class_="time")[position]["href"]).text).one("form", id="booking-form")
		names = [f"answer_{row.name}" for row in offer.questions]
		answers = {names[0]: "Prices\nand terms", names[1]: "11–50", names[2]: ["Pricing", "Security"], names[3]: "1"}
		who = {"attendee_name": "Ada Lovelace", "attendee_email": "ada@guests.example"}
		return form["action"], typed_in(form, **{**who, **answers, **typed})

	return open_form


@pytest.mark.long
def test_a_form_books_and_leads_to_the_confirmation(client, offer, fill):
	answer = client.post(fill()[0], data=fill()[1])
	assert answer.status_code == 303
	assert re.fullmatch(r"/schedule/manage/[\w.-]+\?booked=1", answer.headers["Location"])
	[booking] = bookings_of(offer)
	assert (booking.attendee_email, booking.timezone) == ("ada@guests.example", "Asia/Tokyo")
	assert [row.answer for row in booking.answers] == ["Prices\nand terms", "11–50", "Pricing\nSecurity", "Yes"]
	confirmation = client.get(answer.headers["Location"])
	assert confirmation.status_code == 200
	assert read(confirmation.text).one("h1").text == "You're booked"
	assert "Japan Standard Time" in confirmation.text


def test_a_form_sent_twice_books_once(client, offer, fill):
	action, values = fill()
	first, second = client.post(action, data=values), client.post(action, data=values)
	assert first.headers["Location"] == second.headers["Location"]
	assert len(bookings_of(offer)) == 1


def test_a_refused_form_keeps_what_was_typed_and_says_why(client, offer, fill):
	action, values = fill(attendee_email="nobody", attendee_name='Ada "<b>" & co')
	answer = client.post(action, data=values)
	assert answer.status_code == 400
	form = read(answer.text).one("form", id="booking-form")
	assert dict(typed_in(form)) == dict(values)
	assert form.one(id="attendee_email-error").text
	assert form.one("input", id="attendee_email")["aria-invalid"] == "true"
	assert form.one("textarea", name=f"answer_{offer.questions[0].name}").texts == ["Prices\nand terms"]
	assert len(form.all("input", name=f"answer_{offer.questions[2].name}", checked=None)) == 2
	assert bookings_of(offer) == []


def test_a_question_that_was_not_answered_is_named_beside_it(client, offer, fill):
	name = f"answer_{offer.questions[0].name}"
	action, values = fill(**{name: ""})
	form = read(client.post(action, data=values).text).one("form", id="booking-form")
	assert form.one(id=f"{name}-error").text == "Please answer this question."


@pytest.mark.long
def test_a_lost_race_keeps_what_was_typed_and_offers_the_nearest(client, offer, fill):
	action, values = fill(2)
	other, theirs = fill(2, attendee_email="bob@guests.example", idempotency_key=str(uuid.uuid4()))
	assert client.post(other, data=theirs).status_code == 303
	answer = client.post(action, data=values)
	assert answer.status_code == 409
	page = read(answer.text)
	assert "That time was just taken" in page.one(id="lost-race").text
	assert dict(typed_in(page.one("form", id="booking-form"))) == dict(values)
	nearest = page.all("button", name="choose_start")
	assert len(nearest) == 3
	again = client.post(action, data=[*values, ("choose_start", nearest[0]["value"])])
	assert again.status_code == 303
	assert len(bookings_of(offer)) == 2


@pytest.mark.long
def test_who_cancelled_and_sends_the_form_again_can_book(client, offer, fill):
	action, values = fill()
	booked = client.post(action, data=values)
	token = booked.headers["Location"].rpartition("/")[2].partition("?")[0]
	client.call("scheduler_integration.api.public.cancel", token=token)
	answer = client.post(action, data=values)
	assert answer.status_code == 409
	page = read(answer.text)
	assert "cancelled since" in page.one(id="form-problem").text
	retyped = typed_in(page.one("form", id="booking-form"))
	assert client.post(action, data=retyped).status_code == 303
	assert [booking.status for booking in bookings_of(offer)].count("Scheduled") == 1


@pytest.mark.parametrize("start", ["", "soon", "2020-01-01T09:00:00+00:00", "9999-12-31T23:59:59Z", "\x00", "9" * 9999])
def test_an_invalid_start_is_refused_with_the_page(client, offer, fill, start):
	action, values = fill(start=start)
	answer = client.post(action, data=values)
	assert answer.status_code in (400, 409)
	assert read(answer.text).all("table", id="sheet")
	assert bookings_of(offer) == []


@pytest.mark.parametrize(
	"text",
	["x" * 200_000, "\x00\x01\x02", "<script>alert(1)</script>", "{{ 7 * 7 }} {index} {next}", '"><img src=x>', "a\nb"],
)
def test_hostile_text_is_refused_or_stored_but_never_run(client, offer, fill, text):
	action, values = fill(attendee_name=text, notes=text, attendee_company=text)
	answer = client.post(action, data=values)
	assert answer.status_code in (303, 400, 413)
	page = read(answer.text)
	assert not page.all("img")
	assert all("alert(1)" not in script.text for script in page.all("script") if script.attributes.get("id") != "data")
	assert "49" not in page.one(id="attendee_name")["value"] if answer.status_code == 400 else True


def test_whoever_fills_what_people_do_not_see_is_refused(client, offer, fill):
	action, values = fill(website="https://spam.example")
	assert client.post(action, data=values).status_code == 400
	assert bookings_of(offer) == []


def test_where_the_guest_came_from_is_carried_along(client, offer):
	page = read(client.get(f"{path_of(offer)}?utm_source=mail&utm_campaign=spring").text)
	form = read(client.get(page.all("a", class_="time")[0]["href"]).text).one("form", id="booking-form")
	names = [f"answer_{row.name}" for row in offer.questions]
	values = typed_in(
		form, attendee_name="Ada", attendee_email="a@guests.example", **{names[0]: "x", names[2]: ["Pricing"]}
	)
	assert client.post(form["action"], data=values).status_code == 303
	[booking] = bookings_of(offer)
	assert (booking.utm_source, booking.utm_campaign) == ("mail", "spring")


@pytest.mark.long
def test_a_booking_is_cancelled_once(client, offer, fill):
	manage = client.post(fill()[0], data=fill()[1]).headers["Location"].partition("?")[0]
	form = read(client.get(manage).text).one("section", id="cancel").one("form")
	answer = client.post(form["action"], data=[*typed_in(form, reason="Another time"), ("action", "cancel")])
	assert (answer.status_code, answer.headers["Location"]) == (303, manage)
	page = read(client.get(manage).text)
	assert page.one("h1").text == "This meeting is cancelled"
	assert "Another time" in page.one("dl").text
	assert client.post(manage, data={"action": "cancel"}).status_code == 409
	assert bookings_of(offer)[0].status == "Cancelled"


@pytest.mark.long
def test_a_scanner_that_posts_to_a_link_cancelled_the_meeting(client, offer, fill):
	manage = client.post(fill()[0], data=fill()[1]).headers["Location"].partition("?")[0]
	for link in (manage, f"{manage}?cancel=1", f"{manage}?action=cancel", f"{manage}?guests=1"):
		assert client.post(link, data={}).status_code == 200
		assert client.post(link, data="x", headers={"Content-Type": "text/plain"}).status_code == 200
	assert bookings_of(offer)[0].status == "Scheduled"


def test_a_meeting_that_is_over_has_no_link_any_more(client, offer, fill):
	manage = client.post(fill()[0], data=fill()[1]).headers["Location"].partition("?")[0]
	[booking] = bookings_of(offer)
	frappe.db.set_value("Booking", booking.name, {"starts_at": 1_600_000_000, "ends_at": 1_600_001_800})
	frappe.db.commit()
	answer = client.get(manage)
	assert answer.status_code == 410
	assert "over" in read(answer.text).one("main").text
	assert client.post(manage, data={"action": "cancel"}).status_code == 410
