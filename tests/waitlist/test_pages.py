"""The pages of people who wait, with links and forms only."""

from urllib.parse import parse_qsl, urlsplit

import frappe
import pytest

from scheduler_integration.availability.holds import release_hold
from scheduler_integration.bookings import cancel_by_host
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.platform.clock import now
from scheduler_integration.waitlist import records
from tests.pages.offer import book, bookings_of, in_three_days, path_of
from tests.pages.reading import read, typed_in
from tests.support.factories import page_of
from tests.waitlist.people import (
	empty,
	entries_of,
	fill,
	fresh_entry,
	look,
	make_waited,
	offered,
	path,
	that_day,
	waiting,
)
from tests.waitlist.world import wait_for_earlier

pytestmark = pytest.mark.usefixtures("commit_clean")


def open_page(client, entry, **query):
	return read(client.get(path(entry), params=query).text)


def press(client, entry, action, panel="", **typed):
	"""Press the button `action` of the form on the entry's page."""
	page = open_page(client, entry, **({panel: "1"} if panel else {}))
	[form] = [each for each in page.all("form", method="post") if each.all("button", value=action)]
	return follow(client, client.post(form["action"], data=[*typed_in(form, **typed), ("action", action)]))


def follow(client, answer):
	"""Return the page to which a form led, or the answer if it led nowhere."""
	return client.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def heading(page):
	return page.one("h1").text


def test_somebody_sees_their_place_and_when_they_have_time(client):
	meeting_type = make_waited()
	book(meeting_type, in_three_days(12))
	book(meeting_type, in_three_days(12.5))
	waiting(meeting_type)
	second = waiting(meeting_type, "Ben", weekdays=[1, 2, 3, 4, 5, 6, 7], from_time="12:00", to_time="13:00")
	page = open_page(client, second)
	assert heading(page) == "You're on the waitlist"
	assert "One person is before you." in page.one("header").text
	assert "The meeting begins between 12:00" in page.one("dl").text
	assert second.attendee_email in page.one("footer", class_="ticket-part ticket-foot no-print").text


def test_taking_the_offered_time_leads_to_the_meeting(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	page = open_page(client, entry)
	assert heading(page) == "A time is free for you"
	assert "12:00" in page.one("dl").text
	assert "We're keeping it for you until" in page.one("p", class_="held-until").text
	answer = press(client, entry, "take")
	assert answer.url.endswith("?booked=1")
	assert heading(read(answer.text)) == "You're booked"
	assert [each.starts_at for each in bookings_of(meeting_type)] == [in_three_days(12)]
	again = open_page(client, entry)
	assert heading(again) == "You took a time"
	assert "/schedule/manage/" in again.one("a", class_="button")["href"]


def test_a_time_that_is_not_held_any_more_can_be_taken_while_it_is_free(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	offer = records.open_offer_of(entry.name)
	records.end_offers([offer.name], records.EXPIRED)
	release_hold(offer.hold_key)
	frappe.db.commit()
	page = open_page(client, entry)
	assert heading(page) == "You're on the waitlist"
	assert "If nobody else has it, you can still take it." in page.one("p", class_="held-until").text
	answer = press(client, entry, "take", offer=offer.name)
	assert answer.url.endswith("?booked=1")
	assert [each.starts_at for each in bookings_of(meeting_type)] == [in_three_days(12)]


def test_a_time_that_is_not_held_any_more_and_that_somebody_has_is_not_shown_again(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	offer = records.open_offer_of(entry.name)
	records.end_offers([offer.name], records.EXPIRED)
	release_hold(offer.hold_key)
	book(meeting_type, offer.start)
	answer = press(client, entry, "take", offer=offer.name)
	assert answer.status_code == 409
	assert "Somebody else was quicker" in read(answer.text).one("p", role="alert").text
	assert "still take it" not in open_page(client, entry).text


def test_a_type_that_was_switched_off_shows_no_time_and_gives_none(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	action = open_page(client, entry).one("section", id="answer").one("form")["action"]
	offer = records.open_offer_of(entry.name)
	meeting_type.db_set("is_active", 0)
	meeting_type.clear_cache()
	frappe.db.commit()
	assert heading(open_page(client, entry)) == "You're on the waitlist"
	answer = client.post(action, data={"offer": offer.name, "action": "take"})
	assert answer.status_code == 409
	sentence = "Nobody can book this meeting at present. You keep your place on the waitlist."
	assert sentence in read(answer.text).one("p", role="alert").text


def test_taking_an_earlier_time_moves_the_meeting(client):
	meeting_type = make_waited()
	booked = book(meeting_type, in_three_days(12.5))
	entry = wait_for_earlier(frappe.get_doc("Booking", booked.id), now(), first_date=that_day())
	frappe.db.commit()
	look(meeting_type)
	page = open_page(client, entry)
	assert "Your current time" in page.one("dl").text
	assert page.one("button", value="take").text == "Move my meeting to this time"
	answer = press(client, entry, "take")
	assert answer.url.endswith("?moved=1")
	assert bookings_of(meeting_type)[-1].starts_at == in_three_days(12)


def test_not_this_one_keeps_the_place(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	answer = press(client, entry, "pass")
	assert heading(read(answer.text)) == "You left this time to others"
	assert fresh_entry(entry).status == records.WAITING
	assert records.open_offer_of(entry.name) is None


def test_a_time_that_somebody_else_took_is_said_with_a_way_on(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	offer = records.open_offer_of(entry.name)
	release_hold(offer.hold_key)
	book(meeting_type, offer.start)
	answer = press(client, entry, "take")
	page = read(answer.text)
	assert answer.status_code == 409
	assert "Somebody else was quicker" in page.one("p", role="alert").text
	assert heading(page) == "You're on the waitlist"


def test_the_link_to_leave_only_asks(client):
	meeting_type = make_waited()
	entry = waiting(meeting_type)
	page = open_page(client, entry, leave="1")
	assert "Leave the waitlist?" in page.one("section", id="leave").text
	assert fresh_entry(entry).status == records.WAITING
	left = press(client, entry, "leave", "leave")
	assert heading(read(left.text)) == "You have left the waitlist"
	assert fresh_entry(entry).status == records.LEFT
	assert [each.text for each in read(left.text).all("a", class_="button")] == ["Join again"]


def test_a_mail_program_leaves_by_one_click(client):
	entry = waiting(make_waited())
	client.post(f"{path(entry)}?leave=1", data={"List-Unsubscribe": "One-Click"})
	assert fresh_entry(entry).status == records.LEFT


def test_somebody_changes_when_they_have_time(client):
	meeting_type = make_waited()
	book(meeting_type, in_three_days(12))
	book(meeting_type, in_three_days(12.5))
	entry = waiting(meeting_type)
	page = open_page(client, entry, change="1")
	form = page.one("section", id="change").one("form")
	assert form.one("input", id="first_date")["value"] == that_day()
	assert len(form.all("input", name="weekdays", checked=None)) == 7
	answer = press(client, entry, "change", "change", last_date="2020-01-01")
	assert answer.status_code == 400
	assert read(answer.text).one("p", id="last_date-error").text == "Choose a later date or time."
	answer = press(client, entry, "change", "change", from_time="12:30")
	assert heading(read(answer.text)) == "Your times are saved"
	assert fresh_entry(entry).bounds.from_minute == 750


def test_who_widened_their_wish_was_mailed_a_time_that_was_free_all_along(client):
	meeting_type = make_waited()
	book(meeting_type, in_three_days(12))
	entry = waiting(meeting_type, from_time="12:00", to_time="12:00")
	answer = press(client, entry, "change", "change", from_time="", to_time="")
	[link] = read(answer.text).one("section", id="change").one("nav").all("a")
	assert (answer.status_code, "12:30" in link.text) == (409, True)
	assert fresh_entry(entry).bounds == entry.bounds
	assert read(client.get(link["href"]).text).one("form", id="booking-form")
	look(meeting_type)
	assert records.open_offer_of(entry.name) is None
	press(client, entry, "change", "change", to_time="12:15")
	assert fresh_entry(entry).bounds.to_minute == 735


def test_who_waits_for_an_earlier_time_and_widened_their_wish_was_mailed_one_that_was_free(client):
	meeting_type = make_waited()
	booked = book(meeting_type, in_three_days(12.5))
	entry = wait_for_earlier(
		frappe.get_doc("Booking", booked.id), now(), first_date=that_day(), last_date=that_day(), to_time="11:00"
	)
	frappe.db.commit()
	answer = press(client, entry, "change", "change", to_time="")
	assert answer.status_code == 409
	[free] = read(answer.text).one("section", id="change").one("nav").all("a")
	assert read(client.get(free["href"]).text).one(id="booking")["data-step"] == "details"


def test_who_passed_a_time_can_change_the_rest_while_it_is_free(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	press(client, entry, "pass")
	answer = press(client, entry, "change", "change", most_offers="2")
	assert heading(read(answer.text)) == "Your times are saved"


@pytest.mark.parametrize(
	("because", "sentence"),
	[
		(records.BECAUSE_DATE, "Your last day is over"),
		(records.BECAUSE_UNANSWERED, "You didn't answer our last offers"),
		(records.BECAUSE_HOST, "Your host has taken you off"),
	],
)
def test_who_no_longer_waits_learns_why_and_can_join_again(client, because, sentence):
	meeting_type = make_waited()
	entry = waiting(meeting_type)
	records.close([entry.name], records.ENDED, now(), because=because)
	frappe.db.commit()
	page = open_page(client, entry)
	assert sentence in page.one("header").text
	assert page.one("a", class_="button")["href"] == f"{path_of(meeting_type)}/waitlist"


def test_a_wrong_link_is_answered_with_a_page(client):
	answer = client.get("/schedule/waitlist/abc.def")
	assert answer.status_code == 404
	assert heading(read(answer.text)) == "Page not found"


def test_the_address_stays_secret(client):
	entry = waiting(make_waited())
	answer = client.get(path(entry))
	assert answer.headers["Referrer-Policy"] == "no-referrer"
	assert '<meta name="robots" content="noindex, nofollow">' in answer.text


# Joining

WHO = {"attendee_name": "Ann Lee", "attendee_email": "ann@guests.example"}


def open_form(client, meeting_type, **query):
	page = read(client.get(f"{path_of(meeting_type)}/waitlist", params={"tz": "UTC", **query}).text)
	return page.one("form", id="booking-form")


def send(client, form, **typed):
	return client.post(form["action"], data=typed_in(form, **{**WHO, **typed}))


def test_a_visitor_joins_with_the_day_and_hour_of_the_link(client):
	meeting_type = make_waited()
	bounds = {"first_date": that_day(), "last_date": that_day(), "from_time": "12:30", "to_time": "12:30"}
	book(meeting_type, in_three_days(12.5))
	form = open_form(client, meeting_type, **bounds)
	assert form.one("input", id="from_time")["value"] == "12:30"
	answer = send(client, form)
	page = read(answer.text)
	assert (answer.status_code, heading(page)) == (200, "You're on the waitlist")
	assert "ann@guests.example" in page.one("header").text
	assert "/schedule/waitlist/" not in answer.text
	[entry] = entries_of(meeting_type)
	assert entry.bounds.fit(in_three_days(12.5))
	assert not entry.bounds.fit(in_three_days(12))


def test_nobody_waits_for_a_time_that_is_free_and_reads_which_they_can_take(client):
	"""It was offered to them by mail a moment later, one time after the other, and each was held meanwhile."""
	meeting_type = make_waited()
	book(meeting_type, in_three_days(12))
	day = {"first_date": that_day(), "last_date": that_day()}
	answer = send(client, open_form(client, meeting_type, **day))
	page = read(answer.text)
	assert (answer.status_code, entries_of(meeting_type)) == (409, [])
	[link] = page.one("nav").all("a")
	assert "12:30" in link.text
	assert read(client.get(link["href"]).text).one("form", id="booking-form")
	exactly = {**day, "from_time": "12:00", "to_time": "12:00"}
	assert send(client, open_form(client, meeting_type, **exactly)).status_code == 200
	look(meeting_type)
	[entry] = entries_of(meeting_type)
	assert records.open_offer_of(entry.name) is None


def test_each_wrong_field_has_its_sentence_and_keeps_what_was_typed(client):
	meeting_type = make_waited()
	form = open_form(client, meeting_type)
	answer = send(
		client,
		form,
		attendee_email="nobody",
		first_date="soon",
		last_date="2020-01-01",
		most_offers="99",
		attendee_name="Ann Lee",
	)
	page = read(answer.text)
	assert answer.status_code == 400
	for name in ("attendee_email", "last_date", "most_offers"):
		assert page.one("p", id=f"{name}-error").text
	assert page.one("p", id="first_date-error").text == "Write it as 2026-11-23."
	assert page.one("input", id="attendee_name")["value"] == "Ann Lee"
	assert entries_of(meeting_type) == []


def test_the_form_asks_what_the_booking_form_asks_and_the_offer_books_with_it(client):
	question = {"label": "What is it about?", "question_type": "Text", "required": 1}
	meeting_type = make_waited(questions=[question], duration_options="30, 60")
	form = open_form(client, meeting_type)
	[field] = [each for each in form.all("input") if each.attributes.get("name", "").startswith("answer_")]
	assert not form.all("input", name="guests")
	assert "Please answer" in send(client, form).text or send(client, form).status_code == 400
	fill(meeting_type, answers={meeting_type.questions[0].name: "Prices"})
	day = {"first_date": that_day(), "last_date": that_day()}
	send(client, open_form(client, meeting_type, **day), **{field["name"]: "Prices", "duration": "30"})
	[entry] = entries_of(meeting_type)
	empty(meeting_type)
	look(meeting_type)
	press(client, entry, "take")
	booking = bookings_of(meeting_type)[-1]
	assert (booking.answers[0].answer, booking.duration_minutes) == ("Prices", 30)


def test_a_code_is_asked_without_a_script(client):
	frappe.db.set_single_value("Scheduler Settings", "captcha_mode", "Always")
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	meeting_type = make_waited()
	page = read(send(client, open_form(client, meeting_type, from_time="06:00", to_time="07:00")).text)
	assert "and you are on the waitlist" in page.one("p", role="alert").text
	assert page.all("input", id="code")
	assert entries_of(meeting_type) == []


def test_a_type_without_a_waitlist_leads_back_to_its_times(client):
	meeting_type = make_waited(has_waitlist=0)
	answer = client.get(f"{path_of(meeting_type)}/waitlist")
	page = read(answer.text)
	assert (answer.status_code, heading(page)) == (409, "No waitlist")
	assert page.one("a", class_="button")["href"] == path_of(meeting_type)


def test_a_former_address_of_the_page_leads_to_the_form(client):
	meeting_type = make_waited()
	before = f"{path_of(meeting_type)}/waitlist"
	page = page_of(meeting_type)
	page.reload().slug = f"{page.slug}-new"
	page.save()
	frappe.db.commit()
	answer = client.get(before, params={"first_date": that_day()}, allow_redirects=False)
	assert (answer.status_code, answer.headers["Location"]) == (
		301,
		f"{path_of(meeting_type)}/waitlist?first_date={that_day()}",
	)


def test_a_page_in_a_frame_stays_in_it(client):
	meeting_type = make_waited()
	form = open_form(client, meeting_type, embed="1")
	assert "embed=1" in form["action"]
	entry = offered(meeting_type)
	page = open_page(client, entry, embed="1")
	[answers] = page.all("form", class_="answers")
	assert "embed=1" in answers["action"]


# An earlier time


def manage_path(booked):
	return urlsplit(booked.manage_url).path


def test_an_attendee_waits_for_an_earlier_time_from_the_page_of_the_meeting(client):
	meeting_type = make_waited()
	sooner, booked = (book(meeting_type, in_three_days(hour)) for hour in (12, 12.5))
	page = read(client.get(manage_path(booked), params={"sooner": "1"}).text)
	form = page.one("section", id="sooner").one("form")
	assert form.one("input", id="last_date")["value"] == that_day()
	answer = client.post(form["action"], data=[*typed_in(form, first_date=that_day()), ("action", "sooner")])
	page = read(follow(client, answer).text)
	part = page.one("section", id="sooner")
	assert "You're waiting for an earlier time" in part.text
	frappe.db.rollback()
	cancel_by_host(sooner.id, "", now())
	frappe.db.commit()
	look(meeting_type)
	part = read(client.get(manage_path(booked)).text).one("section", id="sooner")
	assert "A time is free for you" in part.text
	entry_page = read(client.get(part.one("a")["href"]).text)
	assert heading(entry_page) == "A time is free for you"


def test_an_earlier_time_that_is_free_already_was_mailed_instead_of_shown(client):
	meeting_type = make_waited()
	booked = book(meeting_type, in_three_days(12.5))
	page = read(client.get(manage_path(booked), params={"sooner": "1"}).text)
	form = page.one("section", id="sooner").one("form")
	answer = client.post(form["action"], data=[*typed_in(form, first_date=that_day()), ("action", "sooner")])
	assert answer.status_code == 409
	assert not entries_of(meeting_type)
	[free] = read(answer.text).one("section", id="sooner").one("nav").all("a")
	assert parse_instant(dict(parse_qsl(urlsplit(free["href"]).query))["start"]) == in_three_days(12)
	moving = read(client.get(free["href"]).text)
	assert moving.one(id="booking")["data-step"] == "details"


def test_wrong_bounds_for_an_earlier_time_are_said_beside_the_field(client):
	booked = book(make_waited(), in_three_days(12.5))
	page = read(client.get(manage_path(booked), params={"sooner": "1"}).text)
	form = page.one("section", id="sooner").one("form")
	data = [*typed_in(form, first_date=that_day(), last_date="2020-01-01"), ("action", "sooner")]
	answer = client.post(form["action"], data=data)
	page = read(answer.text)
	assert answer.status_code == 400
	assert page.one("p", id="last_date-error").text == "Choose a later date or time."
	assert "hidden" not in page.one("section", id="sooner").attributes


@pytest.mark.parametrize("fields", [{"has_waitlist": 0}, {"allow_reschedule": 0}])
def test_a_meeting_that_cant_be_moved_or_waited_for_has_no_such_form(client, fields):
	booked = book(make_waited(**fields), in_three_days(12))
	page = read(client.get(manage_path(booked), params={"sooner": "1"}).text)
	assert not page.all("section", id="sooner")
	assert "Earlier if possible" not in page.text


# The links on the booking page


def wait_links(page):
	"""Return the visible links to the waitlist with the times that they fill in."""
	shown = [each for each in page.all("p") if "hidden" not in each.attributes]
	links = [link for line in shown for link in line.all("a") if "/waitlist" in link["href"]]
	return {link.text: dict(parse_qsl(urlsplit(link["href"]).query)) for link in links}


def test_under_the_times_of_a_day_is_a_link_with_that_day(client):
	meeting_type = make_waited()
	page = read(client.get(path_of(meeting_type), params={"date": that_day(), "tz": "UTC"}).text)
	links = wait_links(page)
	assert links == {
		"Tell me when a time becomes free": {"tz": "UTC", "first_date": that_day(), "last_date": that_day()}
	}
	assert "None of these suit you?" in page.one("p", id="wait-day").text


def test_a_full_day_and_an_empty_month_have_the_link(client):
	meeting_type = make_waited({"show_taken_times": 1})
	book(meeting_type, in_three_days(12))
	book(meeting_type, in_three_days(12.5))
	page = read(client.get(path_of(meeting_type), params={"date": that_day(), "tz": "UTC"}).text)
	assert wait_links(page)["Tell me when a time becomes free"]["first_date"] == that_day()
	assert "hidden" in page.one("span", id="wait-lead").attributes
	far = read(client.get(path_of(meeting_type), params={"month": f"{int(that_day()[:4]) + 1}-10", "tz": "UTC"}).text)
	assert "hidden" not in far.one("p", id="wait-month").attributes


def test_a_taken_time_leads_to_its_own_hour(client):
	meeting_type = make_waited({"show_taken_times": 1})
	book(meeting_type, in_three_days(12.5))
	page = read(client.get(path_of(meeting_type), params={"date": that_day(), "tz": "UTC", "clock": "24"}).text)
	link = page.one("a", class_="time is-taken")
	assert dict(parse_qsl(urlsplit(link["href"]).query)) == {
		"tz": "UTC",
		"first_date": that_day(),
		"last_date": that_day(),
		"from_time": "12:30",
		"to_time": "12:30",
	}
	form = read(client.get(link["href"]).text).one("form", id="booking-form")
	assert form.one("input", id="to_time")["value"] == "12:30"


def test_a_full_session_is_one_of_the_taken_times(client):
	meeting_type = make_waited({"show_taken_times": 1}, seats=2)
	book(meeting_type, in_three_days(12))
	book(meeting_type, in_three_days(12), attendee_email="ben@guests.example")
	page = read(client.get(path_of(meeting_type), params={"date": that_day(), "tz": "UTC", "clock": "24"}).text)
	assert "12:00, taken. Tell me when it becomes free." in page.one("a", class_="time is-taken").text


def test_a_page_of_a_type_without_a_waitlist_says_nothing_of_it(client):
	meeting_type = make_waited({"show_taken_times": 1}, has_waitlist=0)
	book(meeting_type, in_three_days(12))
	answer = client.get(path_of(meeting_type), params={"date": that_day(), "tz": "UTC"}).text
	body = answer.partition("<body>")[2]
	assert "waitlist" not in body
	assert 'id="wait-' not in body


def test_whoever_moves_a_meeting_isnt_led_to_the_waitlist(client):
	meeting_type = make_waited()
	booked = book(meeting_type, in_three_days(12))
	token = manage_path(booked).rpartition("/")[2]
	page = read(client.get(path_of(meeting_type), params={"reschedule": token, "date": that_day()}).text)
	assert wait_links(page) == {}
