"""Workshops with seats and multi-day meetings, with links and forms only."""

from datetime import timedelta

import frappe
import pytest

from scheduler_integration.platform.clock import now, utc
from tests.pages import offer
from tests.pages.offer import bookings_of, make_offer, path_of
from tests.pages.reading import read, typed_in
from tests.support.factories import at, make_meeting_type, page_of

WHO = {"attendee_name": "Ada Lovelace", "attendee_email": "ada@guests.example"}


def open_form(client, path, position=0):
	page = read(client.get(path).text)
	return read(client.get(page.all("a", class_="time")[position]["href"]).text)


def book(client, path, **typed):
	form = open_form(client, path).one("form", id="booking-form")
	answer = client.post(form["action"], data=typed_in(form, **{**WHO, **typed}))
	assert answer.status_code == 303, read(answer.text).text
	return read(client.get(answer.headers["Location"]).text)


def days_of(element, id):
	return [day.text for day in element.one("ul", id=id).all("li")]


def close(meeting_type, instant):
	"""Give the host a day off on the date."""
	off = {"doctype": "Availability Override", "user": meeting_type.consultant, "date": instant[:10]}
	frappe.get_doc(off).insert()
	frappe.db.commit()


@pytest.mark.usefixtures("commit_clean")
class TestSeats:
	@pytest.mark.long
	def test_those_left_are_said_until_none_is(self, client):
		path = path_of(make_offer(seats=2, hours="09:00-09:30"))
		page = read(client.get(path).text)
		assert "A group of up to 2" in page.one("ul", class_="facts").text
		first = page.all("a", class_="time")[0]
		assert first.text.endswith("2 seats left")
		book(client, path)
		left = read(client.get(path).text).all("a", class_="time")[0]
		assert (left["href"], left.text.endswith("1 seat left")) == (first["href"], True)
		book(client, path, attendee_email="bob@guests.example")
		assert "no longer free" in client.get(first["href"]).text

	def test_a_type_without_seats_says_nothing_of_them(self, client):
		assert "left" not in read(client.get(path_of(make_offer())).text).all("a", class_="time")[0].text


@pytest.mark.usefixtures("commit_clean")
class TestDays:
	@pytest.fixture
	def retreat(self):
		return make_offer(number_of_days=3, duration_minutes=240, hours="10:00-14:00")

	@pytest.mark.long
	def test_all_of_them_are_listed_from_the_choice_to_the_confirmation(self, client, retreat):
		client.cookies.set("scheduling_clock", "24")
		path = f"{path_of(retreat)}?tz=Asia/Kolkata"
		page = read(client.get(path).text)
		assert "3 days" in page.one("ul", class_="facts").text
		assert "–" in page.all("a", class_="time")[0].all("small")[0].text
		form = open_form(client, path)
		for listed in (days_of(form, "chosen-days"), days_of(form, "summary-days")):
			assert len(listed) == 3
			assert all("15:30" in day and "19:30" in day for day in listed)
		booked = book(client, path)
		assert days_of(booked, "days") == days_of(form, "chosen-days")
		# Only the file has all days. If it is today already in Kolkata, "Join" comes first.
		assert [link.text for link in booked.one("section", id="add").all("a")][-1:] == [
			"Add all days to your calendar"
		]
		[booking] = bookings_of(retreat)
		assert len(booking.hosts) == 3

	@pytest.mark.long
	def test_days_that_changed_since_they_were_shown_are_not_booked(self, client):
		retreat = make_offer(number_of_days=2, duration_minutes=240, hours="10:00-14:00", skips_days_off=1)
		path = f"{path_of(retreat)}?tz=UTC"
		form = open_form(client, path)
		first, second = form.one("input", name="parts")["value"].split()
		off = {"doctype": "Availability Override", "user": retreat.consultant, "date": second[:10]}
		frappe.get_doc(off).insert()
		frappe.db.commit()
		sent = form.one("form", id="booking-form")
		answer = client.post(sent["action"], data=typed_in(sent, **WHO))
		assert answer.status_code == 409
		assert not bookings_of(retreat)
		again = read(answer.text).one("form", id="booking-form")
		assert again.one("input", name="parts")["value"].split()[0] == first
		assert client.post(again["action"], data=typed_in(again, **WHO)).status_code == 303

	@pytest.mark.long
	def test_the_days_of_the_nearest_times_are_said_and_booked_or_nothing_is(self, client):
		retreat = make_offer(number_of_days=2, duration_minutes=240, hours="10:00-14:00", skips_days_off=1)
		form = open_form(client, f"{path_of(retreat)}?tz=UTC")
		sent = form.one("form", id="booking-form")
		days = form.one("input", name="parts")["value"].split()
		close(retreat, days[0])
		lost = read(client.post(sent["action"], data=typed_in(sent, **WHO)).text)
		nearest = lost.all("button", name="choose_start")[0]
		assert "–" in nearest.text
		close(retreat, nearest["value"].split()[1])
		again = lost.one("form", id="booking-form")
		typed = {**dict(typed_in(again, **WHO)), "choose_start": nearest["value"]}
		answer = client.post(again["action"], data=typed)
		assert answer.status_code == 409
		assert not bookings_of(retreat)
		typed["choose_start"] = read(answer.text).all("button", name="choose_start")[0]["value"]
		assert client.post(again["action"], data=typed).status_code == 303
		[booking] = bookings_of(retreat)
		assert [row.starts_at for row in booking.hosts] == [at(text[:16]) for text in typed["choose_start"].split()]

	def test_a_start_of_which_a_day_is_taken_is_shown_but_cannot_be_chosen(self, client, retreat):
		day = utc(now()).date() + timedelta(days=5)
		start = at(f"{day} 11:00")
		offer.book(make_meeting_type(page_of(retreat)), start)
		shown = read(client.get(f"{path_of(retreat)}?date={day - timedelta(days=1)}&tz=UTC").text)
		assert shown.one("p", class_="no-times").text.startswith("No free times on")
		[partial] = shown.all("span", class_="time is-partial")
		assert "2 of 3 days free; not on" in partial.text
		assert not shown.all("a", class_="time")
		[opened] = [
			one for one in shown.all("a") if one.attributes.get("aria-current") == "true" and "day" in one["class"]
		]
		assert "is-partial" in opened["class"]
		assert opened["aria-label"].endswith("partly free")
