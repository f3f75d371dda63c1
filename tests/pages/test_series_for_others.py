"""A host books a meeting that repeats for somebody, on /scheduling/book without a script: how often, which dates aren't free."""

import frappe
import pytest

from scheduler_integration.platform.clock import iso, now, utc
from tests.pages.offer import book as book_one
from tests.pages.offer import bookings_of, day_in, host_of, in_three_days, make_offer, sign_in
from tests.pages.reading import read, typed_in
from tests.support.factories import make_meeting_type, page_of
from tests.support.outbox import tasks

pytestmark = pytest.mark.usefixtures("commit_clean")

BOOK = "/scheduling/book"
DAY = day_in(3)
WEEK = 7 * 86400
NOON = iso(in_three_days(12), "UTC")
WHO = {"attendee_name": "Ada Lovelace", "attendee_email": "ada@guests.example"}


@pytest.fixture
def open_form(client):
	def opened(**fields):
		offer = make_offer(**{"repeats": "Attendee Chooses", "repeat_weeks": 1, "repeat_count": 4, **fields})
		sign_in(client, host_of(offer))
		answer = client.get(BOOK, params={"type": offer.name, "date": str(DAY)})
		assert answer.status_code == 200, answer.text
		return offer, form_of(answer)

	return opened


def form_of(answer):
	return read(answer.text).one("main").one("form", class_="card answer")


def send(client, form, **typed):
	return client.post(form["action"], data=typed_in(form, **{**WHO, **typed}))


def options(form):
	return [option.text for option in form.one("select", id="series-times").all("option")]


def listed(form):
	return form.one("ul", class_="day-list series-list").all("li")


def close_noon(offer, week):
	other = make_meeting_type(page_of(offer))
	frappe.db.commit()
	book_one(other, in_three_days(12) + week * WEEK)


def starts_of(offer):
	return sorted((each.starts_at - in_three_days(12)) / WEEK for each in bookings_of(offer))


def test_a_type_that_doesnt_repeat_asks_for_no_number(client):
	offer = make_offer()
	sign_in(client, host_of(offer))
	assert not form_of(client.get(BOOK, params={"type": offer.name})).all("div", id="series")


@pytest.mark.long
def test_a_host_had_no_way_to_book_several_dates(client, open_form):
	offer, form = open_form()
	assert options(form) == ["Just this once", "2 times", "3 times", "4 times"]
	answer = send(client, form, start=NOON, times="3")
	form = form_of(answer)
	assert (answer.status_code, bookings_of(offer)) == (200, [])
	assert ("All 3 dates are free." in form.text, len(listed(form))) == (True, 3)
	assert form.one("input", name="attendee_name")["value"] == "Ada Lovelace"
	answer = send(client, form)
	assert answer.status_code == 303
	assert starts_of(offer) == [0, 1, 2]
	assert {each.source for each in bookings_of(offer)} == {"host"}


def test_one_date_is_booked_at_once(client, open_form):
	offer, form = open_form()
	assert send(client, form, start=NOON).status_code == 303
	assert [each.series for each in bookings_of(offer)] == [None]


def test_the_button_shows_the_dates_without_booking(client, open_form):
	offer, form = open_form()
	form = form_of(send(client, form, start=NOON, times="2", look="1"))
	assert len(listed(form)) == 2
	assert len(listed(form_of(send(client, form, times="4", look="1")))) == 4
	assert bookings_of(offer) == []


@pytest.mark.long
def test_a_date_that_isnt_free_gets_another_time_or_is_left_out(client, open_form):
	offer, form = open_form()
	for week in (1, 3):
		close_noon(offer, week)
	form = form_of(send(client, form, start=NOON, times="4", look="1"))
	assert "2 of 4 dates aren't free." in form.text
	second, fourth = form.all("fieldset", class_="field choices")
	# The times that attendees are offered, although a host may book at any other.
	offered = [each["value"][11:16] for each in second.all("input")[:3]]
	assert offered == ["11:30", "12:30", "11:00"]
	chosen, left_out = second.all("input")[0]["value"], fourth.all("input")[-1]["value"]
	assert send(client, form, **{"date-1": chosen, "date-3": left_out}).status_code == 303
	assert starts_of(offer) == [0, 1 - 1800 / WEEK, 2]


@pytest.mark.long
def test_dates_that_were_taken_meanwhile_are_shown_again(client, open_form):
	offer, form = open_form()
	form = form_of(send(client, form, start=NOON, times="4", look="1"))
	close_noon(offer, 2)
	answer = send(client, form)
	assert (answer.status_code, bookings_of(offer)) == (409, [])
	again = form_of(answer)
	assert "Some of the dates aren't free." in again.one("div", class_="alert").text
	assert len(again.all("fieldset", class_="field choices")) == 1
	assert again.one("input", name="attendee_name")["value"] == "Ada Lovelace"


def test_another_time_than_that_of_the_list_is_shown_before_it_is_booked(client, open_form):
	offer, form = open_form()
	form = form_of(send(client, form, start=NOON, times="2", look="1"))
	later = iso(in_three_days(15), "UTC")
	answer = send(client, form, start=later)
	assert (answer.status_code, bookings_of(offer)) == (200, [])
	assert form_of(answer).one("input", name="date-0")["value"][:13] == later[:13]


def test_a_typed_time_off_the_grid_repeats(client, open_form):
	offer, form = open_form()
	form = form_of(send(client, form, other_time="12:10", times="3", look="1"))
	assert "All 3 dates are free." in form.text
	assert send(client, form).status_code == 303
	assert starts_of(offer) == [600 / WEEK, 1 + 600 / WEEK, 2 + 600 / WEEK]


@pytest.mark.long
def test_a_first_date_that_is_taken_offers_the_nearest_times(client, open_form):
	offer, form = open_form()
	close_noon(offer, 0)
	answer = send(client, form, other_time="12:00", times="3", look="1")
	form = form_of(answer)
	assert (answer.status_code, form.all("ul", class_="day-list series-list")) == (409, [])
	assert "This time isn't free." in form.one("div", class_="alert").text
	[first, *_further] = form.all("button", name="choose_start")
	form = form_of(send(client, form, choose_start=first["value"]))
	assert len(listed(form)) == 3
	assert send(client, form).status_code == 303
	assert starts_of(offer) == [week - 3600 / WEEK for week in range(3)]


@pytest.mark.long
def test_a_suggested_time_of_another_day_stays_chosen(client, open_form):
	offer, form = open_form()
	for hour in range(9, 18):
		other = make_meeting_type(page_of(offer), duration_minutes=60)
		frappe.db.commit()
		book_one(other, in_three_days(hour))
	form = form_of(send(client, form, other_time="12:00", times="2", look="1"))
	chosen = form.all("button", name="choose_start")[0]
	form = form_of(send(client, form, choose_start=chosen["value"]))
	assert chosen["value"][:10] in form["action"]
	assert send(client, form).status_code == 303
	assert len(starts_of(offer)) == 2


def test_without_a_time_there_are_no_dates(client, open_form):
	offer, form = open_form(repeats="Fixed")
	answer = send(client, form)
	assert (answer.status_code, bookings_of(offer)) == (400, [])
	assert "Choose a time." in form_of(answer).one("div", class_="alert").text


def test_a_host_books_fewer_dates_than_attendees_must(client, open_form):
	offer, form = open_form(repeats="Fixed", repeat_weeks=2)
	assert form.one("select", id="series-times").one("option", selected=None).text == "4 times"
	assert "Every 2 weeks" in form.text
	form = form_of(send(client, form, start=NOON, times="2"))
	assert send(client, form).status_code == 303
	assert starts_of(offer) == [0, 2]


@pytest.mark.long
def test_only_the_first_date_of_a_series_was_taken_back(client, open_form):
	offer, form = open_form()
	form = form_of(send(client, form, start=NOON, times="3", look="1"))
	answer = send(client, form)
	names = [each.name for each in bookings_of(offer)]
	undo = read(client.get(answer.headers["Location"]).text).one(id="toast").one("form")
	again = client.post(undo["action"], data=[*typed_in(undo), ("undo", undo.one("button")["value"])])
	assert again.status_code == 303
	assert [each.status for each in bookings_of(offer)] == ["Cancelled"] * 3
	frappe.db.rollback()
	assert {task.status for name in names for task in tasks(name, kind="email")} <= {"Skipped"}


@pytest.mark.long
def test_a_series_that_was_changed_since_is_not_taken_back(client, open_form):
	offer, form = open_form()
	answer = send(client, form_of(send(client, form, start=NOON, times="2", look="1")))
	frappe.db.set_value("Booking", bookings_of(offer)[1].name, "modified", utc(now()).replace(tzinfo=None))
	frappe.db.commit()
	undo = read(client.get(answer.headers["Location"]).text).one(id="toast").one("form")
	again = client.post(undo["action"], data=[*typed_in(undo), ("undo", undo.one("button")["value"])])
	assert again.status_code == 409
	assert [each.status for each in bookings_of(offer)] == ["Scheduled"] * 2


def test_nothing_is_asked_for_if_a_host_books(client, open_form):
	offer, form = open_form(price=50, currency="EUR")
	frappe.db.set_value("Meeting Type", offer.name, "payment", "Before Booking")
	frappe.clear_document_cache("Meeting Type", offer.name)
	frappe.db.commit()
	form = form_of(send(client, form, start=NOON, times="2", look="1"))
	assert "€" not in form.text
	assert send(client, form).status_code == 303
	assert {each.payment_status for each in bookings_of(offer)} == {None}
