"""The attendee chooses another time without a script: the booking page with the old time struck through."""

from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration.platform.clock import now, utc
from tests.pages.offer import book, bookings_of, in_three_days, make_offer, path_of
from tests.pages.reading import form_values, read, script_data, typed_in
from tests.support.factories import token_of

pytestmark = pytest.mark.usefixtures("commit_clean")

NOON = in_three_days(12)
HOUR = 3600


def manage(client, booking):
	return read(client.get(urlsplit(booking.manage_url).path).text)


def open_times(client, booking):
	"""Follow "Reschedule" from the booking's page to the day with the meeting."""
	[link] = [link["href"] for link in manage(client, booking).all("a") if link.text == "Reschedule"]
	page = read(client.get(link).text)
	wanted = f"date={utc(booking.start).date()}"
	# Not `class_="day is-free"`: a day has more classes if it belongs to the chosen meeting of several days.
	[day] = [link for link in page.all("a", class_=None) if wanted in link.attributes.get("href", "")]
	assert "is-free" in day["class"].split()
	return read(client.get(day["href"]).text)


def times_at(page, label):
	"""Return the addresses of the times of the day that start at, for example, 12:30."""
	return [link["href"] for link in page.all("a", class_="time") if f"T{label.replace(':', '%3A')}" in link["href"]]


def choose(client, page, label):
	[link] = times_at(page, label)
	return read(client.get(link).text)


def send(client, page, **typed):
	form = page.one("form", id="booking-form")
	return client.post(form["action"], data=typed_in(form, **typed))


@pytest.mark.long
def test_the_meeting_moves_and_its_old_link_shows_the_new_time(client):
	offer = make_offer()
	booking = book(offer, timezone="UTC")
	times = open_times(client, booking)
	[old] = times.all("p", class_="old-time")
	assert "12:00" in old.one("s").text
	assert times_at(times, "11:30")
	assert not times_at(times, "12:00")
	# Half an hour later begins while the meeting's old time goes on. It doesn't stand in its own way.
	form = choose(client, times, "12:30")
	assert not form.all("input", id="attendee_name")
	answer = send(client, form, reason="The train is late")
	assert answer.status_code == 303
	path, _question, query = answer.headers["Location"].partition("?")
	assert query == "moved=1"
	first, second = bookings_of(offer)
	assert (first.status, second.status, second.starts_at) == ("Rescheduled", "Scheduled", NOON + HOUR // 2)
	assert second.reschedule_reason == "The train is late"
	for address, is_news in ((f"{path}?moved=1", True), (urlsplit(booking.manage_url).path, False)):
		page = read(client.get(address).text)
		assert "12:30" in page.one("time", class_="when").text
		# The old time is news once. On every later visit it would only be confusing.
		assert ["12:00" in each.one("s").text for each in page.all("span", class_="earlier")] == [True] * is_news
	assert "Meeting moved" in client.get(f"{path}?moved=1").text
	cancel = page.one("section", id="cancel").one("form")
	client.post(cancel["action"], data=[*form_values(cancel), ("action", "cancel")])
	cancelled = read(client.get(path).text)
	assert "12:30" in cancelled.one("time", class_="when struck").text
	assert cancelled.all("span", class_="earlier") == []


@pytest.mark.long
def test_a_taken_time_is_409_with_the_nearest_as_buttons_and_the_reason_stays(client):
	offer = make_offer()
	booking = book(offer, timezone="UTC")
	form = choose(client, open_times(client, booking), "15:00")
	book(offer, NOON + 3 * HOUR)
	answer = send(client, form, reason="The train is late")
	again = read(answer.text)
	assert answer.status_code == 409
	assert again.one("textarea", id="reason").text == "The train is late"
	others = again.all("button", name="choose_start")
	assert len(others) == 3
	answer = client.post(
		again.one("form", id="booking-form")["action"],
		data=[*typed_in(again.one("form", id="booking-form")), ("choose_start", others[0]["value"])],
	)
	assert answer.status_code == 303
	assert [each.status for each in bookings_of(offer)].count("Rescheduled") == 1


@pytest.mark.long
def test_a_reason_that_is_required_is_asked_for(client):
	offer = make_offer(reschedule_reason="Required")
	form = choose(client, open_times(client, book(offer, timezone="UTC")), "15:00")
	assert "required" in form.one("textarea", id="reason").attributes
	answer = send(client, form)
	assert answer.status_code == 400
	assert read(answer.text).one(id="reason-error").text == "Please say why."


def test_no_reason_is_asked_for_if_the_type_wants_none(client):
	offer = make_offer(reschedule_reason="Not Asked")
	form = choose(client, open_times(client, book(offer, timezone="UTC")), "15:00")
	assert not form.all("textarea")
	assert send(client, form).status_code == 303


@pytest.mark.long
def test_every_day_of_a_multi_day_meeting_moves_and_is_struck_through(client):
	offer = make_offer(number_of_days=2)
	booking = book(offer, timezone="UTC")
	times = open_times(client, booking)
	assert len(times.one("ul", class_="day-list old-days").all("s")) == 2
	assert send(client, choose(client, times, "15:00")).status_code == 303
	assert [part[0] for part in bookings_of(offer)[1].parts()] == [NOON + 3 * HOUR, NOON + 3 * HOUR + 86400]


@pytest.mark.parametrize(
	("fields", "words"),
	[({"allow_reschedule": 0}, "can't be moved here"), ({"change_notice_hours": 24 * 30}, "too late to change")],
)
def test_a_meeting_that_stays_says_why_and_the_page_of_times_is_closed(client, fields, words):
	offer = make_offer(**fields)
	booking = book(offer)
	page = manage(client, booking)
	assert words in page.one("footer", class_="ticket-part ticket-foot no-print").text
	assert page.one("footer", class_="ticket-part ticket-foot no-print").text.count(words) == 1
	assert not [link for link in page.all("a") if link.text == "Reschedule"]
	answer = client.get(f"{path_of(offer)}?reschedule={token_of(booking)}")
	assert answer.status_code == 403
	assert words in read(answer.text).text


def test_a_wrong_token_is_404_and_a_wrong_type_in_the_address_leads_to_the_right_one(client):
	offer, other = make_offer(), make_offer()
	booking = book(offer)
	assert client.get(f"{path_of(offer)}?reschedule=nothing").status_code == 404
	answer = client.get(f"{path_of(other)}?reschedule={token_of(booking)}", allow_redirects=False)
	assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, path_of(offer))


def test_the_address_with_the_token_is_kept_from_search_engines_and_other_sites(client):
	offer = make_offer()
	token = token_of(book(offer))
	answer = client.get(f"{path_of(offer)}?reschedule={token}")
	assert answer.headers["Referrer-Policy"] == "no-referrer"
	page = read(answer.text)
	assert page.one("meta", name="robots")["content"] == "noindex, nofollow"
	assert script_data(page)["rescheduling"] == token
	assert "Choose another time" in page.one("title").text


def test_a_host_who_asks_for_another_time_is_heard(client):
	offer = make_offer(allow_reschedule=0)
	booking = book(offer)
	frappe.db.set_value(
		"Booking", booking.id, {"reschedule_asked_at": now(), "reschedule_message": "I am ill on that day."}
	)
	frappe.db.commit()
	page = manage(client, booking)
	assert "Please choose another time" in page.one("h1").text
	assert "I am ill on that day." in page.text
	[link] = [link["href"] for link in page.all("a") if link.text == "Choose another time"]
	assert "I am ill on that day." in client.get(link).text
