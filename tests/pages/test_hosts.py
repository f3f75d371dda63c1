"""`/scheduling`, a host's own page, and the CSRF token in forms of signed-in people."""

import pytest

from scheduler_integration.platform.clock import now
from tests.pages.offer import (
	book,
	bookings_of,
	host_of,
	in_three_days,
	meeting_path,
	path_of,
	press,
	sign_in,
)
from tests.pages.reading import read, typed_in
from tests.support.factories import make_team_page, make_user
from tests.support.outbox import mails


@pytest.fixture
def booked(offer):
	book(offer, in_three_days(12), notes="Bold wishes")
	return offer


@pytest.mark.long
def test_a_host_sees_what_is_next_and_the_links(client, booked):
	sign_in(client, host_of(booked))
	answer = client.get("/scheduling")
	assert answer.status_code == 200
	page = read(answer.text)
	row = page.one("li", class_="meeting")
	assert "Ada Lovelace" in row.text
	assert "Bold wishes" in client.get(row.one("a", class_="meeting-link")["href"]).text
	copies = [button["data-copy"].endswith(path_of(booked)) for button in page.all("button", data_copy=None)]
	# The page's link twice: as "Copy your link", and beside its address.
	assert copies == [False, False, True]


def test_a_host_cancels_by_form(client, booked):
	sign_in(client, host_of(booked))
	[booking] = bookings_of(booked)
	form = read(client.get(meeting_path(booking.name, "cancel")).text).one("div", id="panel").one("form")
	values = typed_in(form, reason="I am ill")
	without = [(name, value) for name, value in values if name != "csrf_token"]
	assert client.post(form["action"], data=[*without, ("action", "cancel")]).status_code == 400, "no CSRF token"
	answer = client.post(form["action"], data=[*values, ("action", "cancel")])
	assert answer.status_code == 303
	assert answer.headers["Location"].startswith(f"{meeting_path(booking.name)}?done=cancel&undo=")
	assert bookings_of(booked)[0].status == "Cancelled"
	page = read(client.get(answer.headers["Location"]).text)
	assert "The e-mail leaves in ten seconds" in page.one(id="toast").text
	assert not read(client.get("/scheduling").text).all("li", class_="meeting")


@pytest.mark.long
def test_a_host_takes_back_what_they_did_and_nobody_was_told(client, booked):
	sign_in(client, host_of(booked))
	[booking] = bookings_of(booked)
	before = mails(booking.name, now())
	answer = press(client, booking.name, "cancel", "cancel")
	undo = read(client.get(answer.headers["Location"]).text).one(id="toast").one("form")
	typed = [*typed_in(undo), ("undo", undo.one("button")["value"])]
	answer = client.post(undo["action"], data=typed)
	assert (answer.status_code, answer.headers["Location"]) == (303, f"{meeting_path(booking.name)}?done=undone")
	assert "Nobody was told" in read(client.get(answer.headers["Location"]).text).one(id="toast").text
	assert bookings_of(booked)[0].status == "Scheduled"
	assert [(each.template, each.reader.email) for each in mails(booking.name, now())] == [
		(each.template, each.reader.email) for each in before
	]
	again = client.post(undo["action"], data=typed)
	assert again.status_code == 409
	assert "too late" in read(again.text).one("div", class_="alert").text


def test_a_script_that_undoes_gets_json(client, booked):
	sign_in(client, host_of(booked))
	[booking] = bookings_of(booked)
	answer = press(client, booking.name, "cancel", "cancel")
	undo = read(client.get(answer.headers["Location"]).text).one(id="toast").one("form")
	typed = [*typed_in(undo), ("undo", undo.one("button")["value"])]
	answer = client.post(undo["action"], data=typed, headers={"Accept": "application/json"})
	assert answer.headers["Content-Type"].startswith("application/json")
	assert answer.json() == {
		"saved": True, "message": "Undone. Nobody was told.", "modified": "", "undo": None, "seconds": None,
	}  # fmt: skip


def test_another_host_sees_and_cancels_nothing(client, booked):
	[booking] = bookings_of(booked)
	other = make_user("Omar")
	sign_in(client, other)
	answer = client.get("/scheduling")
	assert answer.status_code == 200
	assert not read(answer.text).all("li", class_="meeting")
	assert client.get(meeting_path(booking.name)).status_code == 403
	assert client.get(meeting_path("nothing")).status_code == 404
	token = read(answer.text).all("input", name="csrf_token")[0]["value"]
	refused = client.post("/scheduling", data={"name": booking.name, "action": "cancel", "csrf_token": token})
	assert refused.status_code in (400, 403)
	assert bookings_of(booked)[0].status == "Scheduled"


def test_a_host_who_left_a_team_shares_its_links_no_more(client, commit_clean):
	ann, ben = make_user("Ann"), make_user("Ben")
	team = make_team_page([ann, ben])
	for left in (False, True):
		team.hosts[1].is_active = int(not left)
		team.save()
		sign_in(client, ben)
		assert (f"/schedule/{team.slug}" in client.get("/scheduling").text) is not left


@pytest.mark.parametrize("action", ["", "explode", "list"])
def test_an_unknown_action_is_refused(client, booked, action):
	sign_in(client, host_of(booked))
	[booking] = bookings_of(booked)
	form = read(client.get(meeting_path(booking.name, "cancel")).text).one("div", id="panel").one("form")
	for address in ("/scheduling", form["action"]):
		assert client.post(address, data=[*typed_in(form), ("action", action)]).status_code == 400


def test_a_signed_in_person_books_with_the_token_of_their_session(client, offer):
	sign_in(client, make_user("Omar"))
	page = read(client.get(path_of(offer)).text)
	form = read(client.get(page.all("a", class_="time")[0]["href"]).text).one("form", id="booking-form")
	values = typed_in(form, attendee_name="Omar", attendee_email="omar@guests.example")
	assert "csrf_token" in dict(values)
	assert client.post(form["action"], data=values).status_code == 303
	assert len(bookings_of(offer)) == 1


@pytest.mark.parametrize("page", ["times", "hours", "embed", "calendars", "ill", "links", "page", "types", "waitlist"])
def test_who_is_signed_in_without_the_role_sees_no_page_of_hosts(client, offer, page):
	sign_in(client, make_user("Mallory", roles=()))
	answer = client.get(f"/scheduling/{page}")
	assert answer.status_code == 403
	assert read(answer.text).one("a", href="/scheduling").text == "Your meetings"
