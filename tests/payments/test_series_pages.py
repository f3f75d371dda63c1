"""A guest books several dates and pays for them at once, over HTTP; and the pages on which the dates are changed later."""

from urllib.parse import urlsplit

import frappe
import pytest
import requests

from scheduler_integration.platform.clock import iso_z
from tests.pages.offer import book as book_one
from tests.pages.offer import bookings_of, host_of, in_three_days, path_of, sign_in, wish_for
from tests.pages.reading import read, typed_in
from tests.payments.test_pages import GERMAN, data_of, make_paid_offer, press
from tests.support.factories import make_meeting_type, page_of

pytestmark = pytest.mark.usefixtures("commit_clean")
WEEK = 7 * 86400


@pytest.fixture
def advisory(stripe_for_all):
	return make_advisory()


def make_advisory(**fields):
	return make_paid_offer(**{"repeats": "Attendee Chooses", "repeat_weeks": 1, "repeat_count": 4, **fields})


def open_form(client, offer, times="3", **headers):
	query = {"start": iso_z(in_three_days(12)), "tz": "UTC", "clock": "24", "times": times}
	return read(client.get(path_of(offer), params=query, headers=headers).text).one("form", id="booking-form")


def booked_by_form(client, offer):
	"""Book three dates by the form without a script, and return the path of the page that asks for the payment."""
	form = open_form(client, offer)
	values = typed_in(form, attendee_name="Ada", attendee_email="ada@guests.example")
	answer = client.post(form["action"], data=values)
	assert answer.status_code == 303, read(answer.text).one("div", id="form-problem").text
	return urlsplit(client.get(answer.headers["Location"]).url).path


def book_by_api(client, offer, **fields):
	answer = client.call("scheduler_integration.api.public.book", **wish_for(offer, times="3", **fields))
	return data_of(answer)


def pay(client, path, run_jobs):
	back = requests.post(press(client, path).headers["Location"], allow_redirects=False, timeout=10)
	client.get(back.headers["Location"])
	run_jobs()
	frappe.db.rollback()


@pytest.mark.long
def test_the_form_names_the_sum(client, advisory):
	assert "3 dates at €50.00 each: €150.00" in open_form(client, advisory).text
	other = make_meeting_type(page_of(advisory))
	frappe.db.commit()
	book_one(other, in_three_days(12) + WEEK)
	assert "Each date costs €50.00. You pay for the dates that you book." in open_form(client, advisory).text


@pytest.mark.long
def test_a_series_that_is_paid_when_people_meet_names_no_sum(client, stripe_for_all):
	assert "each: €" not in open_form(client, make_advisory(payment="")).text


@pytest.mark.long
def test_a_guest_books_three_dates_and_pays_once(client, stripe_for_all, advisory, run_jobs):
	path = booked_by_form(client, advisory)
	page = read(client.get(path).text)
	assert page.one("h1").text == "Pay to book these dates"
	assert page.one("button", name="pay").text == "Pay €150.00"
	assert "€50.00 for each of 3 dates" in page.one("dl").text
	assert len(page.one("ul", id="days").all("li")) == 3
	pay(client, path, run_jobs)
	page = read(client.get(path).text)
	assert page.one("h1").text == "Paid. You're booked"
	assert "€150.00" in page.one("dl").text
	assert {(each.status, each.payment_status) for each in bookings_of(advisory)} == {("Scheduled", "Paid")}
	[session] = stripe_for_all.sessions.values()
	assert session["amount_total"] == 15000


@pytest.mark.long
def test_the_sum_is_written_as_the_reader_does(client, advisory):
	path = booked_by_form(client, advisory)
	page = read(client.get(path, headers=GERMAN).text)
	assert page.one("h1").text == "Bezahlen Sie, um diese Termine zu buchen"
	assert page.one("button", name="pay").text == "150,00 € bezahlen"


@pytest.mark.long
def test_the_pages_of_dates_say_the_share_and_the_sum(client, advisory, run_jobs):
	booked = book_by_api(client, advisory)
	manage = urlsplit(booked["manage_url"]).path
	page = read(client.get(manage).text)
	assert "All dates: €150.00, paid at once" in page.one("dl").text
	cancel = page.one("section", id="cancel")
	assert "so this is for all of them" in cancel.text
	assert cancel.all("input", name="scope") == []
	pay(client, urlsplit(booked["payment"]["url"]).path, run_jobs)
	page = read(client.get(manage).text)
	assert "€50.00 paid" in page.one("dl").text
	assert "All dates: €150.00 paid" in page.one("dl").text
	cancel = page.one("section", id="cancel")
	assert "You get €50.00 back. This is for this date." in cancel.text
	client.post(manage, data=typed_in(cancel.one("form"), scope="later", action="cancel"))
	run_jobs()
	assert "All dates: €150.00 paid, €150.00 paid back" in read(client.get(manage).text).one("dl").text


@pytest.mark.long
def test_the_page_of_the_payment_lists_the_dates_that_are_left(client, advisory, run_jobs):
	booked = book_by_api(client, advisory)
	path = urlsplit(booked["payment"]["url"]).path
	pay(client, path, run_jobs)
	for place, left in ((2, 2), (1, 0)):
		token = booked["series"]["dates"][place]["manage_url"].rpartition("/")[2]
		data_of(client.call("scheduler_integration.api.public.cancel", token=token))
		page = read(client.get(path).text)
		assert page.one("h1").text == "Paid. You're booked"
		assert len(page.one("ul", id="days").all("li")) == left


@pytest.mark.long
def test_a_host_sees_the_sum_and_notes_it_as_paid(client, advisory):
	booked = book_by_api(client, advisory)
	sign_in(client, host_of(advisory))
	address = f"/scheduling/meeting/{booked['series']['dates'][1]['id']}"
	page = read(client.get(address, params={"do": "cancel"}).text)
	assert "All dates: €150.00, paid at once" in page.one("main").text
	assert page.one("div", id="panel").all("input", name="scope") == []
	assert page.one("section", id="dates").text.count("Not paid yet") == 3
	assert "Needs your answer" not in page.text
	panel = read(client.get(address, params={"do": "pay"}).text).one("div", id="panel")
	assert "Still to pay: €150.00" in panel.text
	answer = client.post(address, data=typed_in(panel.all("form")[-1], action="mark_paid"))
	assert answer.status_code == 303
	assert {(each.status, each.amount_paid) for each in bookings_of(advisory)} == {("Scheduled", 50)}
	panel = read(client.get(address, params={"do": "refund"}).text).one("div", id="panel")
	assert panel.one("input", name="amount")["value"] == "50"


@pytest.mark.long
def test_the_api_says_what_a_series_costs_and_what_was_paid(client, advisory, run_jobs):
	asked = {"slug": page_of(advisory).slug, "meeting_type": advisory.slug, "times": "3"}
	start = iso_z(in_three_days(12))
	offered = data_of(client.call("scheduler_integration.api.public.get_series", "GET", **asked, start=start))
	assert offered["payment"] == {"price": 50, "due": 50, "currency": "EUR"}
	booked = book_by_api(client, advisory)
	assert (booked["payment"]["status"], booked["payment"]["due"]) == ("awaiting", 50)
	sums = {"price": 150, "due": 150, "paid": 0, "refunded": 0, "currency": "EUR"}
	assert booked["series"]["payment"] == sums
	assert [each["payment"]["due"] for each in booked["series"]["dates"]] == [50] * 3
	pay(client, urlsplit(booked["payment"]["url"]).path, run_jobs)
	token = booked["manage_url"].rpartition("/")[2]
	data_of(client.call("scheduler_integration.api.public.cancel", token=token))
	shown = data_of(client.call("scheduler_integration.api.public.get_booking", "GET", token=token))
	assert shown["series"]["payment"] == {**sums, "paid": 150, "refunded": 50}
	assert [each["payment"]["refunded"] for each in shown["series"]["dates"]] == [50, 0, 0]


@pytest.mark.long
def test_who_returns_to_the_form_gets_the_open_payment_of_the_series(client, advisory):
	form = open_form(client, advisory, "1")
	values = typed_in(form, attendee_name="Ada", attendee_email="ada@guests.example", start=iso_z(in_three_days(12)))
	answers = [client.post(path_of(advisory), data=[*values, ("times", "3")]) for _again in range(2)]
	[path] = {urlsplit(client.get(answer.headers["Location"]).url).path for answer in answers}
	assert path.startswith("/schedule/pay/")
	assert len({each.series for each in bookings_of(advisory)}) == 1


@pytest.mark.long
def test_a_host_tries_a_series_that_costs_money_and_pays_nothing(client, stripe_for_all, advisory):
	sign_in(client, host_of(advisory))
	editor = f"/scheduling/types/{advisory.name}"
	form = read(client.get(editor).text).one("form", action=f"{editor}/test")
	answer = client.post(form["action"], data=typed_in(form))
	assert answer.status_code == 200
	assert bookings_of(advisory) == []
	assert not stripe_for_all.sessions


def test_a_free_series_costs_no_statement(stripe_for_all):
	from tests.bookings.test_series import NOW, book, make_series_type
	from tests.support.statements import recorded

	page, free = make_series_type()
	with recorded() as statements:
		answer = book(page, free, now=NOW)
	assert answer.series.amounts is None
	assert not [text for text, _values in statements if "tabBooking Payment" in text]
