"""Booking links without a script: the page, its form, and what it says once the link can't be used."""

import frappe
import pytest

from scheduler_integration.catalogue.booking_links import link_token
from scheduler_integration.catalogue.edit_links import create_link, revoke_link
from scheduler_integration.platform.clock import iso, now
from tests.pages.offer import book, bookings_of, host_of, in_three_days, make_offer
from tests.pages.reading import read, typed_in
from tests.support.factories import make_meeting_type, page_of


@pytest.fixture
def offer(commit_clean):
	return make_offer(is_unlisted=1)


def make_link(offer, **fields):
	link = create_link({"meeting_type": offer.name, "user": host_of(offer), **fields})
	frappe.db.commit()
	return link


def path_of(link):
	return f"/schedule/l/{link_token(link.name)}"


def form_of(page, **typed):
	form = read(page.text).one("form", id="booking-form")
	return form["action"], typed_in(form, attendee_name="Ada Lovelace", attendee_email="ada@guests.example", **typed)


def test_the_page_shows_the_type_with_the_bounds_of_the_link(client, offer):
	page = client.get(path_of(make_link(offer)))
	shown = read(page.text)
	assert page.status_code == 200
	assert shown.one("h1").text == "Intro call"
	[notice] = shown.all("div", class_="notice-away")
	assert notice.text.startswith("This link is for one meeting.You can book until")
	assert "noindex" in page.headers.get("X-Robots-Tag", "") or shown.all("meta", name_="robots")
	assert page.headers["Referrer-Policy"] in ("no-referrer", "same-origin", "origin")


@pytest.mark.long
def test_the_form_books_once_and_the_link_says_that_it_was_used(client, offer):
	link = make_link(offer)
	month = read(client.get(path_of(link)).text)
	time = month.all("a", class_="time")[0]["href"]
	assert time.startswith(path_of(link))
	action, values = form_of(client.get(time))
	first, second = client.post(action, data=values), client.post(action, data=values)
	assert first.status_code == 303
	assert first.headers["Location"] == second.headers["Location"]
	[booking] = bookings_of(offer)
	assert booking.booking_link == link.name
	another = [(name, "0" * 32 if name == "idempotency_key" else value) for name, value in values]
	for gone in (client.get(path_of(link)), client.post(action, data=another)):
		assert gone.status_code == 410
		assert "for one meeting, which is booked already" in read(gone.text).one("main").text


def test_who_opened_the_form_before_somebody_else_booked_reads_why(client, offer):
	link = make_link(offer)
	start = iso(in_three_days(12), "UTC")
	one, two = (form_of(client.get(f"{path_of(link)}?start={start.replace('+', '%2B')}")) for _each in range(2))
	assert client.post(one[0], data=one[1]).status_code == 303
	late = client.post(two[0], data=two[1])
	assert late.status_code == 410
	assert read(late.text).one("h1").text == "This link has been used"


def test_a_closed_link_leads_to_the_hosts_page_if_something_is_listed_there(client, offer):
	link = make_link(offer)
	revoke_link(link.name)
	frappe.db.commit()
	gone = client.get(path_of(link))
	assert gone.status_code == 410
	assert f"/schedule/{page_of(offer).slug}" not in gone.text
	make_meeting_type(page_of(offer))
	frappe.db.commit()
	gone = read(client.get(path_of(link)).text)
	assert gone.one("h1").text == "This link is withdrawn"
	[way] = [each for each in gone.all("a") if each.text == "See other meetings"]
	assert way["href"].endswith(f"/schedule/{page_of(offer).slug}")


def test_a_forged_link_is_not_found(client, offer):
	token = path_of(make_link(offer))
	assert client.get(token[:-1] + ("0" if token[-1] != "0" else "1")).status_code == 404


def test_name_and_address_of_the_recipient_are_in_the_form_and_not_in_the_address(client, offer):
	link = make_link(offer, attendee_name="Ada Lovelace", attendee_email="ada@guests.example")
	start = iso(in_three_days(12), "UTC").replace("+", "%2B")
	page = client.get(f"{path_of(link)}?start={start}")
	assert dict(typed_in(read(page.text).one("form", id="booking-form")))["attendee_email"] == "ada@guests.example"
	links = [each["href"].lower() for each in read(page.text).all("a", href=None)]
	# A random key may have the letters "ada".
	assert not [link for link in links if "lovelace" in link or "ada@" in link or "ada%40" in link]


def test_a_time_that_is_taken_meanwhile_answers_with_the_nearest_free_ones(client, offer):
	book(offer, in_three_days(12))
	start = iso(in_three_days(12), "UTC").replace("+", "%2B")
	for path in (path_of(make_link(offer, single_use=0)), f"/schedule/{page_of(offer).slug}/{offer.slug}"):
		page = read(client.get(f"{path}?start={start}&tz=UTC").text)
		assert "That time is no longer free" in page.one(id="times").one("div", role="alert").text
		nearest = page.one("p", id="nearest").all("a")
		assert [each["href"].partition("start=")[2][11:18] for each in nearest] == ["11%3A00", "11%3A30", "12%3A30"]
		assert client.get(nearest[0]["href"]).status_code == 200


def test_a_chosen_time_that_is_past_answers_with_the_next_ones(client, offer):
	start = iso(now() - 86400, "UTC").replace("+", "%2B")
	page = read(client.get(f"{path_of(make_link(offer))}?start={start}").text)
	assert page.one("p", id="nearest").all("a")


def test_a_link_leads_to_no_waitlist(client, offer):
	frappe.db.set_value("Meeting Type", offer.name, "has_waitlist", 1)
	frappe.clear_document_cache("Meeting Type", offer.name)
	frappe.db.commit()
	link = path_of(make_link(offer))
	assert "waitlist" not in client.get(link).text.partition("<body>")[2]
	answer = client.get(f"{link}/waitlist")
	assert (answer.status_code, read(answer.text).one("a", class_="button")["href"]) == (409, link)
	assert client.post(f"{link}/waitlist", data={"attendee_name": "Ada"}).status_code == 409
