"""A host's actions on the page of a meeting, by the state of the meeting: move, ask for another time, guests, outcome."""

import frappe
import pytest

from scheduler_integration.platform.clock import now, utc
from tests.pages.offer import (
	TeamOffer,
	bookings_of,
	host_of,
	in_three_days,
	make_offer,
	meeting_path,
	press,
	sign_in,
	wish_for,
)
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


def buttons(client, name):
	"""Return the commands that the meeting's page offers: at once, or in a panel."""
	main = read(client.get(meeting_path(name)).text).one("main")
	panels = {
		link["href"].partition("do=")[2].partition("#")[0] for link in main.all("a", href=None) if "do=" in link["href"]
	}
	return panels | {button["value"] for button in main.all("button", name="action")}


def test_a_meeting_moves_to_the_hosts_own_time(client, offer):
	name = book(offer)
	frappe.db.set_value("User", host_of(offer), "time_zone", "Asia/Tokyo")
	frappe.db.commit()
	# 21:30 in Tokyo is 12:30 in London in winter and in UTC always.
	typed = {"to_date": str(utc(NOON).date()), "to_time": "21:30", "reason": "The room is taken"}
	answer = press(client, name, "reschedule", "move", **typed)
	first, second = bookings_of(offer)
	assert (first.status, second.status, second.starts_at) == ("Rescheduled", "Scheduled", NOON + 1800)
	assert answer.headers["Location"].startswith(f"{meeting_path(second.name)}?done=reschedule&undo=")
	assert f'href="{meeting_path(second.name)}"' in client.get(meeting_path(first.name)).text


@pytest.mark.long
def test_the_free_times_of_a_day_are_shown_with_the_attendees_clock(client, offer):
	name = book(offer, timezone="Asia/Kolkata")
	client.cookies.set("scheduling_clock", "24")
	book(offer, NOON + 3600)
	page = read(client.get(meeting_path(name, "move")).text)
	[today] = [
		link
		for link in page.one("nav", class_="day-strip").all("a", class_="chip")
		if "aria-current" in link.attributes
	]
	assert today["href"].partition("date=")[2].startswith(str(utc(NOON).date()))
	times = {label.text for label in page.all("label", class_="slot")}
	assert "09:30 15:00 15:00 in Kolkata" in times
	assert "below: in Kolkata" in page.one("legend").text
	# Its own time isn't offered, and a colleague's meeting is in the way at one.
	assert not [text for text in times if text.startswith(("12:00", "13:00"))]
	other = page.one("nav", class_="day-strip").all("a", class_="chip")[1]
	shown = read(client.get(other["href"].partition("#")[0]).text)
	assert shown.all("input", type="radio")[0]["value"].startswith(str(utc(NOON + DAY).date()))
	chosen = shown.all("input", type="radio")[2]["value"]
	[form] = [form for form in shown.one("main").all("form", method="post") if form.all("button", value="reschedule")]
	typed = [*typed_in(form), ("start", chosen), ("action", "reschedule")]
	assert client.post(meeting_path(name), data=typed).status_code == 303
	assert max(each.starts_at for each in bookings_of(offer)) == NOON + DAY - 2 * 3600


def test_what_was_typed_stays_after_a_refusal(client, offer):
	name = book(offer)
	book(offer, NOON + 3600)
	typed = {"to_date": str(utc(NOON).date()), "to_time": "13:00", "reason": "The room is taken"}
	page = read(press(client, name, "reschedule", "move", **typed).text)
	assert page.one("textarea", name="reason").text == "The room is taken"
	assert page.one("input", name="to_time")["value"] == "13:00"


def test_a_time_that_is_not_free_says_why_and_offers_the_nearest(client, offer):
	name = book(offer)
	book(offer, NOON + 3600)
	answer = press(client, name, "reschedule", "move", to_date=str(utc(NOON).date()), to_time="13:00")
	assert answer.status_code == 409
	box = read(answer.text).one("div", class_="alert")
	(reason,) = box.all("li")
	assert reason.text == "Something else is in the calendar at that time."
	others = box.all("form")
	assert len(others) == 3
	assert "anyway" not in box.text
	answer = client.post(meeting_path(name), data=[*typed_in(others[0]), ("action", "reschedule")])
	assert answer.status_code == 303
	assert sorted(each.status for each in bookings_of(offer)) == ["Rescheduled", "Scheduled", "Scheduled"]


def test_a_time_on_another_date_of_the_attendee_was_shown_without_it(client, offer):
	name = book(offer, timezone="Pacific/Kiritimati")
	client.cookies.set("scheduling_clock", "24")
	page = read(client.get(meeting_path(name, "move")).text)
	# Noon in UTC is two in the night of the next day there.
	labels = [label.text for label in page.all("label", class_="slot")]
	tomorrow = f"{utc(NOON + DAY):%b} {utc(NOON + DAY).day}"
	assert [text for text in labels if text.startswith("12:30") and tomorrow in text and "02:30" in text]


def test_a_refused_move_shows_the_chosen_day_and_the_message_again(client, offer):
	name = book(offer)
	later = NOON + 3 * DAY
	book(offer, later)
	typed = {"to_date": str(utc(later).date()), "to_time": "12:00", "reason": "The room is taken"}
	answer = press(client, name, "reschedule", "move", **typed)
	assert answer.status_code == 409
	panel = read(answer.text).one("div", id="panel")
	[chosen] = [link for link in panel.one("nav").all("a", class_="chip") if "aria-current" in link.attributes]
	assert typed["to_date"] in chosen["href"]
	assert panel.one("input", id="to_date")["value"] == typed["to_date"]
	assert panel.one("input", id="to_time")["value"] == "12:00"
	assert panel.one("textarea", id="reason").text == "The room is taken"


def test_a_manager_moves_a_meeting_outside_the_hours_after_a_second_look(client):
	team = TeamOffer()
	name = team.book(12, team.colleague)
	sign_in(client, team.manager)
	answer = press(client, name, "reschedule", "move", to_date=str(utc(NOON).date()), to_time="19:00")
	assert answer.status_code == 409
	[anyway] = [f for f in read(answer.text).one("div", class_="alert").all("form") if "anyway" in f.text]
	assert client.post(meeting_path(name), data=[*typed_in(anyway), ("action", "reschedule")]).status_code == 303


@pytest.mark.parametrize("typed", [{"to_date": "soon"}, {"to_time": "25:00"}, {"to_date": ""}])
def test_a_time_that_cannot_be_read_is_named(client, offer, typed):
	answer = press(client, book(offer), "reschedule", "move", **typed)
	assert answer.status_code == 400
	assert "Choose a time." in read(answer.text).one("div", class_="alert").text


def test_a_host_withdraws_that_they_asked_for_another_time(client, offer):
	name = book(offer)
	press(client, name, "ask_to_reschedule", "ask")
	asked = read(client.get(meeting_path(name)).text).one("main")
	assert "Asked for another time" in asked.text
	assert buttons(client, name) == {"move", "cancel", "guests", "withdraw_ask"}
	assert press(client, name, "withdraw_ask").status_code == 303
	assert "Asked for another time" not in client.get(meeting_path(name)).text
	assert "ask" in buttons(client, name)


def test_the_attendee_is_asked_for_another_time(client, offer):
	name = book(offer)
	assert press(client, name, "ask_to_reschedule", "ask", reason="I am ill").status_code == 303
	[booking] = bookings_of(offer)
	assert (booking.status, booking.reschedule_message) == ("Scheduled", "I am ill")
	for address in ("/scheduling", meeting_path(name)):
		assert "Asked for another time" in read(client.get(address).text).one("main").text
	assert press(client, name, "ask_to_reschedule", "ask", gives_back=["1"]).status_code == 303
	assert bookings_of(offer)[0].status == "Rescheduled"


def test_guests_come_and_go(client, offer):
	name = book(offer, guests=["ben@guests.example"])
	assert press(client, name, "guests", "guests", guests="cleo@guests.example").status_code == 303
	assert [row.email for row in bookings_of(offer)[0].guests] == ["cleo@guests.example"]
	answer = press(client, name, "guests", "guests", guests="nobody")
	assert answer.status_code == 400
	assert "not an e-mail address" in read(answer.text).one("div", class_="alert").text


def test_the_buttons_follow_the_state(client, offer):
	place = {"location_type": "In Person", "location_details": "Main Street 1"}
	request = make_meeting_type(page_of(offer), requires_confirmation=1, **place)
	waiting = book(request, NOON + 3600)
	assert buttons(client, book(offer)) == {"move", "cancel", "ask", "guests"}
	assert buttons(client, waiting) == {"confirm", "decline", "move", "ask", "guests"}
	assert frappe.db.get_value("Booking", waiting, "status") == "Pending"


@pytest.mark.long
def test_a_meeting_of_the_last_days_is_marked_and_corrected(client, offer):
	yesterday = (now() // DAY - 1) * DAY + 12 * 3600
	name = book(offer, yesterday, as_of=yesterday - 3 * DAY)
	past = "/scheduling?when=past"

	def row():
		return read(client.get(past).text).one("li", class_="meeting")

	assert [button["value"] for button in row().all("button", name="action")] == ["complete", "no_show"]
	form = row().one("form")
	answer = client.post("/scheduling", data=[*typed_in(form), ("action", "no_show")])
	assert answer.status_code == 303
	assert "when=past" in answer.headers["Location"]
	assert "No-show" in row().one("a").text
	assert [button["value"] for button in row().all("button", name="action")] == ["complete"]
	press(client, name, "complete")
	frappe.db.rollback()
	assert frappe.db.get_value("Booking", name, "status") == "Completed"
	assert read(client.get("/scheduling").text).all("li", class_="meeting") == []


def test_a_session_moves_as_one(client):
	workshop = make_offer(title="Workshop", seats=4)
	sign_in(client, host_of(workshop))
	ada, _grace = [book(workshop, attendee_name=name) for name in ("Ada", "Grace")]
	typed = {"to_date": str(utc(NOON).date()), "to_time": "15:00"}
	assert press(client, ada, "reschedule_for_all", "move_all", **typed).status_code == 303
	starts = [each.starts_at for each in bookings_of(workshop) if each.status == "Scheduled"]
	assert starts == [NOON + 3 * 3600] * 2


def test_undoing_a_no_show_led_away_from_the_past_meetings(client, offer):
	yesterday = (now() // DAY - 1) * DAY + 12 * 3600
	name = book(offer, yesterday, as_of=yesterday - 3 * DAY)
	past = "/scheduling?when=past"
	form = read(client.get(past).text).one("li", class_="meeting").one("form")
	answer = client.post("/scheduling", data=[*typed_in(form), ("action", "no_show")])
	undo = read(client.get(answer.headers["Location"]).text).one(id="toast").one("form")
	again = client.post(undo["action"], data=[*typed_in(undo), ("undo", undo.one("button")["value"])])
	assert again.headers["Location"].startswith(f"{past}&done=undone")
	shown = read(client.get(again.headers["Location"]).text)
	assert shown.one("nav", class_="tabs lists").one("a", aria_current="page").text == "Past"
	assert shown.one("a", class_="meeting-link")["href"] == meeting_path(name)


def test_times_of_the_night_are_folded_when_a_meeting_moves(client):
	early = make_offer(hours="05:00-12:00")
	sign_in(client, host_of(early))
	client.cookies.set("scheduling_clock", "24")
	name = book(early, in_three_days(9))
	form = read(client.get(meeting_path(name, "move")).text).one("fieldset", class_="pick-time")
	fold = form.one("details", class_="fold")
	assert fold.one("summary").text == "Before 08:00"
	assert "open" not in fold.attributes
	assert fold.all("label", class_="slot")[0].text.startswith("05:00")
	assert len(fold.all("label", class_="slot")) == 6
