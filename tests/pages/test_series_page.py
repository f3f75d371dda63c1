"""A meeting that repeats, with links and forms only: how often, which dates aren't free, and all of them on the confirmation."""

from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.platform.clock import iso, now
from tests.pages.offer import book as book_one
from tests.pages.offer import bookings_of, host_of, in_three_days, make_offer, path_of, sign_in
from tests.pages.reading import read, typed_in
from tests.support.factories import make_meeting_type, page_of

pytestmark = pytest.mark.usefixtures("commit_clean")

WHO = {"attendee_name": "Ada Lovelace", "attendee_email": "ada@guests.example"}
WEEK = 7 * 86400


def make_series(**fields):
	return make_offer(**{"repeats": "Attendee Chooses", "repeat_weeks": 1, "repeat_count": 4, **fields})


def open_form(client, meeting_type, **query):
	start = iso(in_three_days(12), "UTC")
	pairs = {"tz": "UTC", "clock": "24", "start": start, **query}
	page = read(client.get(path_of(meeting_type), params=pairs).text)
	return page.one("form", id="booking-form")


def send(client, form, **typed):
	answer = client.post(form["action"], data=typed_in(form, **{**WHO, **typed}))
	return answer, read(answer.text)


def options(form):
	return [option.text for option in form.one("select", id="series-times").all("option")]


def close_noon(meeting_type, week):
	other = make_meeting_type(page_of(meeting_type))
	frappe.db.commit()
	book_one(other, in_three_days(12) + week * WEEK)


def test_the_page_says_how_a_meeting_repeats(client):
	page = read(client.get(path_of(make_series())).text)
	assert "Every week, up to 4 times" in page.one("ul", class_="facts").text
	fixed = read(client.get(path_of(make_series(repeats="Fixed", repeat_weeks=2))).text)
	assert "Every 2 weeks, 4 times" in fixed.one("ul", class_="facts").text


def test_a_type_that_doesnt_repeat_asks_for_no_number(client):
	form = open_form(client, make_offer())
	assert (form.all("select", id="series-times"), form.all("div", id="series")) == ([], [])


def test_one_date_is_booked_as_ever(client):
	advisory = make_series()
	form = open_form(client, advisory)
	assert options(form) == ["Just this once", "2 times", "3 times", "4 times"]
	answer, _page = send(client, form)
	assert answer.status_code == 303
	[booking] = bookings_of(advisory)
	assert not booking.series


@pytest.mark.long
def test_the_dates_are_shown_before_they_are_booked(client):
	advisory = make_series()
	answer, page = send(client, open_form(client, advisory), times="3")
	assert (answer.status_code, bookings_of(advisory)) == (200, [])
	form = page.one("form", id="booking-form")
	assert "All 3 dates are free." in form.text
	assert len(form.one("ul", class_="day-list series-list").all("li")) == 3
	assert form.one("input", name="attendee_name")["value"] == "Ada Lovelace"
	answer, _page = send(client, form)
	assert answer.status_code == 303
	dates = [booking.starts_at for booking in bookings_of(advisory)]
	assert sorted(dates) == [in_three_days(12) + week * WEEK for week in range(3)]
	shown = read(client.get(answer.headers["Location"]).text)
	assert len(shown.one("div", id="dates").all("a")) == 2
	assert "Add all dates to your calendar" in shown.one("section", id="add").text


def test_a_date_that_isnt_free_gets_another_time_or_is_left_out(client):
	advisory = make_series(repeats="Fixed")
	for week in (1, 3):
		close_noon(advisory, week)
	form = open_form(client, advisory)
	assert "2 of 4 dates aren't free." in form.text
	second, fourth = form.all("fieldset", class_="field choices")
	assert [label.text[-5:] for label in second.all("label")[:3]] == ["11:30", "12:30", "11:00"]
	chosen = second.all("input")[1]["value"]
	left_out = fourth.all("input")[-1]["value"]
	answer, _page = send(client, form, **{"date-1": chosen, "date-3": left_out})
	assert answer.status_code == 303
	starts = sorted(booking.starts_at - in_three_days(12) for booking in bookings_of(advisory))
	assert starts == [0, WEEK + 1800, 2 * WEEK]


def test_nobody_books_dates_that_werent_agreed_to(client):
	advisory = make_series(repeats="Fixed")
	form = open_form(client, advisory)
	close_noon(advisory, 2)
	answer, page = send(client, form)
	assert (answer.status_code, bookings_of(advisory)) == (409, [])
	assert "Some of the dates aren't free." in page.text
	assert len(page.all("fieldset", class_="field choices")) == 1
	# Without a choice nothing is booked either.
	answer, _page = send(client, page.one("form", id="booking-form"))
	assert (answer.status_code, bookings_of(advisory)) == (409, [])


def test_the_link_can_say_how_often(client):
	form = open_form(client, make_series(), times="3")
	assert len(form.one("ul", class_="day-list series-list").all("li")) == 3
	assert open_form(client, make_series(), times="99").one("input", name="shown")["value"] == "4"


def book_series(client, meeting_type, times="4"):
	form = open_form(client, meeting_type, times=times)
	answer, _page = send(client, form)
	assert answer.status_code == 303
	return answer.headers["Location"].partition("?")[0]


def present(meeting_type):
	return sorted(
		booking.starts_at - in_three_days(12) for booking in bookings_of(meeting_type) if booking.status == "Scheduled"
	)


@pytest.mark.parametrize(("scope", "left"), [("one", 3), ("later", 0)])
def test_an_attendee_cancels_one_date_or_all_later_ones(client, scope, left):
	advisory = make_series()
	page = read(client.get(book_series(client, advisory)).text)
	form = page.one("section", id="cancel").one("form")
	assert [label.text for label in form.all("label", class_="choice")] == [
		"Only this date",
		"This date and all later ones",
		"All dates",
	]
	answer = client.post(form["action"], data=typed_in(form, scope=scope, action="cancel"))
	assert (answer.status_code, len(present(advisory))) == (303, left)


def test_a_single_meeting_has_no_choice_of_dates(client):
	page = read(client.get(book_series(client, make_series(), times="1")).text)
	assert page.one("section", id="cancel").all("input", name="scope") == []
	assert page.all("div", id="dates") == []


@pytest.mark.long
def test_an_attendee_moves_all_dates_and_leaves_one_where_it_is(client):
	advisory = make_series()
	manage = book_series(client, advisory)
	other = make_meeting_type(page_of(advisory))
	frappe.db.commit()
	book_one(other, in_three_days(14) + WEEK)
	page = read(client.get(manage).text)
	link = next(each["href"] for each in page.all("a") if each.text == "Reschedule all dates")
	start = iso(in_three_days(14), "UTC").replace("+", "%2B")
	form = read(client.get(f"{link}&clock=24&start={start}").text).one("form", id="booking-form")
	assert "4 dates move" in form.text
	assert "One of 4 dates isn't free." in form.text
	[field] = form.all("fieldset", class_="field choices")
	assert field.all("label")[-1].text.startswith("It stays on")
	answer, _page = send(client, form, **{"date-1": field.all("input")[-1]["value"]})
	assert answer.status_code == 303
	hours = 2 * 3600
	assert present(advisory) == [hours, WEEK, 2 * WEEK + hours, 3 * WEEK + hours]


@pytest.mark.long
def test_a_host_moves_this_and_later_dates_and_then_cancels_all(client):
	advisory = make_series()
	book_series(client, advisory)
	second = sorted(bookings_of(advisory), key=lambda each: each.starts_at)[1]
	sign_in(client, host_of(advisory))
	address = f"/scheduling/meeting/{second.name}"
	page = read(client.get(address, params={"do": "move"}).text)
	assert len(page.one("section", id="dates").all("a")) == 4
	start = iso(second.starts_at + 3600, "UTC")
	form = page.one("div", id="panel").all("form")[-1]
	answer = client.post(address, data=typed_in(form, scope="later", start=start, action="reschedule"))
	assert answer.status_code == 303
	assert present(advisory) == [0, WEEK + 3600, 2 * WEEK + 3600, 3 * WEEK + 3600]
	address = answer.headers["Location"].partition("?")[0]
	form = read(client.get(address, params={"do": "cancel"}).text).one("div", id="panel").all("form")[-1]
	answer = client.post(address, data=typed_in(form, scope="all", action="cancel"))
	assert (answer.status_code, present(advisory)) == (303, [])


@pytest.mark.long
def test_a_host_moves_the_dates_that_are_free(client):
	advisory = make_series()
	book_series(client, advisory)
	other = make_meeting_type(page_of(advisory))
	frappe.db.commit()
	book_one(other, in_three_days(14) + WEEK)
	first = min(bookings_of(advisory), key=lambda each: each.starts_at)
	sign_in(client, host_of(advisory))
	address = f"/scheduling/meeting/{first.name}"
	form = read(client.get(address, params={"do": "move"}).text).one("div", id="panel").all("form")[-1]
	start = iso(in_three_days(14), "UTC")
	answer = client.post(address, data=typed_in(form, scope="all", start=start, action="reschedule"))
	assert answer.status_code == 409
	again = next(each for each in read(answer.text).all("form") if "Move the others only" in each.text)
	answer = client.post(address, data=typed_in(again, action="reschedule"))
	assert answer.status_code == 303
	assert present(advisory) == [7200, WEEK, 2 * WEEK + 7200, 3 * WEEK + 7200]


def test_a_cancelled_date_was_noted_in_english_on_a_german_page(client):
	booked = book_one(make_series(requires_confirmation=1), in_three_days(12), times=3)
	bookings.cancel_by_host(booked.series.dates[1].id, "", now())
	frappe.db.commit()
	answer = client.get(urlsplit(booked.manage_url).path, headers={"Accept-Language": "de-DE"})
	notes = [each.text for each in read(answer.text).one("div", id="dates").all("span", class_="soft")]
	assert notes == ["Noch nicht bestätigt", "Abgesagt", "Noch nicht bestätigt"]
