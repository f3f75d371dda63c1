"""Times that are taken, shown beside the free ones if the page allows it. Nobody reads why they are taken."""

from datetime import timedelta

import frappe
import pytest

from scheduler_integration.platform.clock import now
from scheduler_integration.platform.clock import to_site_time as site_time
from tests.pages.offer import make_offer, path_of
from tests.pages.reading import read, script_data
from tests.support import door
from tests.support.factories import at, fresh, payload

pytestmark = pytest.mark.usefixtures("commit_clean")

GET_SLOTS = "scheduler_integration.api.public.get_slots"


def tomorrow():
	return frappe.utils.getdate(frappe.utils.now_datetime()) + timedelta(days=2)


def busy_offer(show=1):
	"""The host has a booking at 9:00, a calendar entry of a secret from 10:00 to 10:30, and a whole day off after it."""
	offer = make_offer({"show_taken_times": show})
	page = frappe.get_doc("Scheduling Page", offer.scheduling_page)
	day = tomorrow()
	door.book(payload(page, offer, at(f"{day} 09:00"), attendee_email=f"{fresh('ada')}@guests.example"), now())
	later = at(f"{day + timedelta(days=1)} 00:00")
	for start, end in ((at(f"{day} 10:00"), at(f"{day} 10:30")), (later, later + 86400)):
		secret = {"doctype": "Blocked Time", "user": page.user, "reason": "Dentist"}
		frappe.get_doc({**secret, "start_time": site_time(start), "end_time": site_time(end)}).insert()
	frappe.db.commit()
	return offer


def ask(client, offer, **query):
	slug = frappe.db.get_value("Scheduling Page", offer.scheduling_page, "slug")
	day = tomorrow()
	asked = {"slug": slug, "meeting_type": offer.slug, "timezone": "UTC"}
	asked |= {"start_date": str(day), "end_date": str(day + timedelta(days=1)), **query}
	return client.call(GET_SLOTS, "GET", **asked).json()["data"]


def test_the_method_lists_taken_times_of_a_page_that_shows_them(client):
	offer = busy_offer()
	day = str(tomorrow())
	answer = ask(client, offer, include_taken=1)
	assert [each["start"][11:16] for each in answer["taken"][day]] == ["09:00", "10:00"]
	assert set(answer["taken"]) == {day}, "a day off isn't a full day"
	assert set(answer["taken"][day][0]) == {"start", "end"}
	assert not {each["start"] for each in answer["taken"][day]} & {each["start"] for each in answer["days"][day]}
	assert "taken" not in ask(client, offer)


def test_a_page_that_doesnt_show_them_says_nothing_of_taken_times(client):
	offer = busy_offer(show=0)
	assert "taken" not in ask(client, offer, include_taken=1)
	html = client.get(f"{path_of(offer)}?date={tomorrow()}").text
	assert "taken" not in script_data(read(html))["slots"]
	assert "is-taken" not in html


def test_the_page_names_taken_times_without_a_link_and_without_a_reason(client):
	offer = busy_offer()
	answer = client.get(f"{path_of(offer)}?date={tomorrow()}&tz=UTC&clock=24")
	html = read(answer.text)
	assert [
		each.all("span", class_="visually-hidden")[0].text for each in html.all("span", class_="time is-taken")
	] == [
		"09:00, taken",
		"10:00, taken",
	]
	assert "Dentist" not in answer.text
	assert len(script_data(html)["slots"]["taken"]) == 2
	day_off = tomorrow() + timedelta(days=1)
	assert "is-taken" not in client.get(f"{path_of(offer)}?date={day_off}&tz=UTC").text
