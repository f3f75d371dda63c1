"""A host's actions on `/scheduling`, by the state of the meeting: move, ask for another time, guests, outcome."""

import frappe
import pytest

from scheduler_integration.platform.clock import now, utc
from tests.pages.offer import TeamOffer, bookings_of, host_of, in_three_days, make_offer, sign_in, wish_for
from tests.pages.reading import read, typed_in
from tests.support import door
from tests.support.factories import make_meeting_type, page_of

pytestmark = pytest.mark.usefixtures("commit_clean")

DAY = 86400
NOON = in_three_days(12)


@pytest.fixture
def offer(client):
	made = make_offer()
	sign_in(client, host_of(made))
	return made


def book(offer, start=NOON, as_of=None, **fields):
	made = door.book(wish_for(offer, start, **fields), as_of or now())
	frappe.db.commit()
	return made.id


def form_with(page, action):
	"""Return the form that has the button for the action."""
	[form] = [form for form in page.all("form", method="post") if form.all("button", value=action)]
	return form


def send(client, action, address="/scheduling", **typed):
	form = form_with(read(client.get(address).text), action)
	return client.post("/scheduling", data=[*typed_in(form, **typed), ("action", action)])


def buttons(client, address="/scheduling"):
	rows = read(client.get(address).text).all("li", class_="row-item")
	return {button["value"] for row in rows for button in row.all("button", name="action")}


def test_a_meeting_moves_to_the_hosts_own_time(client, offer):
	book(offer)
	frappe.db.set_value("User", host_of(offer), "time_zone", "Asia/Tokyo")
	frappe.db.commit()
	# 21:30 in Tokyo is 12:30 in London in winter and in UTC always.
	answer = send(client, "reschedule", to_date=str(utc(NOON).date()), to_time="21:30", reason="The room is taken")
	assert (answer.status_code, answer.headers["Location"]) == (303, "/scheduling?done=reschedule")
	first, second = bookings_of(offer)
	assert (first.status, second.status, second.starts_at) == ("Rescheduled", "Scheduled", NOON + 1800)


def test_a_time_that_is_not_free_says_why_and_offers_the_nearest(client, offer):
	book(offer)
	book(offer, NOON + 3600)
	page = read(client.get("/scheduling").text)
	form = page.all("form", class_="move")[0]
	typed = typed_in(form, to_date=str(utc(NOON).date()), to_time="13:00")
	answer = client.post("/scheduling", data=[*typed, ("action", "reschedule")])
	assert answer.status_code == 409
	box = read(answer.text).one("div", class_="alert")
	assert box.all("li")
	others = box.all("form")
	assert len(others) == 3
	assert "anyway" not in box.text
	answer = client.post("/scheduling", data=[*typed_in(others[0]), ("action", "reschedule")])
	assert answer.status_code == 303
	assert sorted(each.status for each in bookings_of(offer)) == ["Rescheduled", "Scheduled", "Scheduled"]


def test_a_manager_moves_a_meeting_outside_the_hours_after_a_second_look(client):
	team = TeamOffer()
	team.book(12, team.colleague)
	sign_in(client, team.manager)
	everybody = f"/scheduling?whose=all&hosted_by={team.colleague}"
	answer = send(client, "reschedule", everybody, to_date=str(utc(NOON).date()), to_time="19:00")
	assert answer.status_code == 409
	[anyway] = [f for f in read(answer.text).one("div", class_="alert").all("form") if "anyway" in f.text]
	assert client.post("/scheduling", data=[*typed_in(anyway), ("action", "reschedule")]).status_code == 303


@pytest.mark.parametrize("typed", [{"to_date": "soon"}, {"to_time": "25:00"}, {"to_date": ""}])
def test_a_time_that_cannot_be_read_is_named(client, offer, typed):
	book(offer)
	answer = send(client, "reschedule", **typed)
	assert answer.status_code == 400
	assert "Choose a time." in read(answer.text).one("div", class_="alert").text


def test_the_attendee_is_asked_for_another_time(client, offer):
	book(offer)
	assert send(client, "ask_to_reschedule", reason="I am ill").status_code == 303
	[booking] = bookings_of(offer)
	assert (booking.status, booking.reschedule_message) == ("Scheduled", "I am ill")
	assert send(client, "ask_to_reschedule", gives_back=["1"]).status_code == 303
	assert bookings_of(offer)[0].status == "Rescheduled"


def test_guests_come_and_go(client, offer):
	book(offer, guests=["ben@guests.example"])
	assert send(client, "guests", guests="cleo@guests.example").status_code == 303
	assert [row.email for row in bookings_of(offer)[0].guests] == ["cleo@guests.example"]
	answer = send(client, "guests", guests="nobody")
	assert answer.status_code == 400
	assert "not an e-mail address" in read(answer.text).one("div", class_="alert").text


def test_the_buttons_follow_the_state(client, offer):
	book(offer)
	request = make_meeting_type(page_of(offer), requires_confirmation=1)
	waiting = book(request, NOON + 3600)
	assert {"reschedule", "cancel", "ask_to_reschedule", "guests"} <= buttons(client, f"/scheduling?type={offer.name}")
	asked = buttons(client, f"/scheduling?type={request.name}")
	assert {"confirm", "decline", "reschedule"} <= asked
	assert not {"complete", "no_show"} & asked
	assert frappe.db.get_value("Booking", waiting, "status") == "Pending"


def test_a_meeting_of_the_last_days_is_marked_and_corrected(client, offer):
	yesterday = (now() // DAY - 1) * DAY + 12 * 3600
	name = book(offer, yesterday, as_of=yesterday - 3 * DAY)
	[week] = [
		link["href"] for link in read(client.get("/scheduling").text).all("a") if link.text == "The last seven days"
	]
	assert buttons(client, week) == {"complete", "no_show"}
	answer = send(client, "no_show", week)
	assert answer.status_code == 303
	assert "didn't come" in read(client.get(answer.headers["Location"]).text).one("li", class_="row-item").text
	assert buttons(client, week) == {"complete"}
	send(client, "complete", week)
	frappe.db.rollback()
	assert frappe.db.get_value("Booking", name, "status") == "Completed"
	assert not buttons(client)


def test_a_session_moves_as_one(client):
	workshop = make_offer(title="Workshop", seats=4)
	sign_in(client, host_of(workshop))
	for name in ("Ada", "Grace"):
		book(workshop, attendee_name=name)
	answer = send(client, "reschedule_for_all", to_date=str(utc(NOON).date()), to_time="15:00")
	assert (answer.status_code, answer.headers["Location"]) == (303, "/scheduling?done=reschedule_for_all")
	starts = [each.starts_at for each in bookings_of(workshop) if each.status == "Scheduled"]
	assert starts == [NOON + 3 * 3600] * 2
