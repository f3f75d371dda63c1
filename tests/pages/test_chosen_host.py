""" "With anyone" or with one host of a round robin, if its meeting type lets attendees choose."""

import frappe
import pytest

from tests.pages.offer import DAYS
from tests.pages.reading import form_values, read
from tests.support.api import call
from tests.support.factories import make_host, make_meeting_type, make_team_page

ALWAYS = {day: ["09:00-17:00"] for day in DAYS}


@pytest.fixture
def team(commit_clean):
	return make_team_page([make_host(name, ALWAYS, timezone="UTC") for name in ("Ann", "Ben", "Ann")])


@pytest.fixture
def tour(team):
	made = make_meeting_type(team, assignment="Round Robin", attendee_chooses_host=1)
	frappe.db.commit()
	return made


def address(team, tour):
	return f"/schedule/{team.slug}/{tour.slug}"


def chips(client, path):
	return {
		link.text.strip(): link
		for link in read(client.get(path).text).one("div", class_="durations host-choices").all("a")
	}


def first_slot(team, tour, **asked):
	status, body = call("public.next_slots", "Guest", slug=team.slug, meeting_type=tour.slug, timezone="UTC", **asked)
	assert status == 200
	return next(iter(body["data"]["days"].values()))[0]["start"]


def book(team, tour, start, **fields):
	who = {"attendee_name": "Ada", "attendee_email": "ada@guests.example", "timezone": "UTC"}
	return call("public.book", "Guest", slug=team.slug, meeting_type=tour.slug, start=start, **who, **fields)


def host_of(team, number):
	return team.hosts[number].user


def hosts_booked():
	return frappe.get_all("Booking", pluck="host", order_by="creation desc")


def test_each_host_is_offered_by_name(client, team, tour):
	found = chips(client, address(team, tour))
	assert [*found] == ["With anyone", "With Ann", "With Ben"]
	assert found["With Ann"]["href"].endswith("?with=ann-2")
	assert found["With Ben"]["href"].endswith("?with=ben")
	chosen = chips(client, f"{address(team, tour)}?with=ben&tz=UTC")
	assert chosen["With Ben"]["aria-current"] == "true"
	assert "tz=UTC" in chosen["With anyone"]["href"]
	assert "with=" not in chosen["With anyone"]["href"]


def test_the_chosen_host_is_booked_without_scripts(client, team, tour):
	start = first_slot(team, tour, host="ben")
	path = f"{address(team, tour)}?with=ben&tz=UTC&start={start.replace('+', '%2B')}"
	form = next(form for form in read(client.get(path).text).all("form", method="post"))
	assert "with=ben" in form["action"]
	who = {"attendee_name": "Ada", "attendee_email": "ada@guests.example"}
	assert (
		client.post(form["action"], data={**dict(form_values(form)), **who}, allow_redirects=False).status_code == 303
	)
	frappe.db.rollback()
	assert hosts_booked()[0] == host_of(team, 1)


def test_the_chosen_host_is_booked_by_the_api_until_the_time_is_taken(team, tour):
	start = first_slot(team, tour)
	assert book(team, tour, start, host="ann-2")[0] == 201
	assert hosts_booked()[0] == host_of(team, 2)
	frappe.db.commit()
	status, body = book(team, tour, start, host="ann-2")
	assert (status, body["code"]) == (409, "SLOT_TAKEN")
	assert book(team, tour, start)[0] == 201
	assert first_slot(team, tour, host="ann-2") != start


def test_a_choice_counts_as_a_turn(team, tour):
	start = first_slot(team, tour)
	book(team, tour, start, host="ben")
	credit = frappe.db.get_value("Round Robin Turn", {"meeting_type": tour.name, "user": host_of(team, 1)}, "credit")
	assert credit < 0


def test_a_hold_keeps_the_chosen_hosts_time(team, tour):
	start = first_slot(team, tour)
	held = call("public.hold_slot", "Guest", slug=team.slug, meeting_type=tour.slug, start=start, host="ben")
	assert held[0] == 201
	assert first_slot(team, tour, host="ben") != start
	assert first_slot(team, tour, host="ann") == start


@pytest.mark.parametrize("key", ["nobody", "x" * 5000, "ben@hosts.example", "<b>"])
def test_nobody_else_can_be_chosen(client, team, tour, key):
	start = first_slot(team, tour)
	assert book(team, tour, start, host=key)[0] == 400
	status, body = call("public.next_slots", "Guest", slug=team.slug, meeting_type=tour.slug, host=key)
	assert (status, [*body["details"]]) == (400, ["host"])
	assert client.get(address(team, tour), params={"with": key}).status_code == 200


def test_a_type_that_lets_nobody_choose_shows_and_takes_no_choice(client, team, tour):
	tour.attendee_chooses_host = 0
	tour.save()
	frappe.db.commit()
	assert "host-choices" not in client.get(f"{address(team, tour)}?with=ben").text
	assert book(team, tour, first_slot(team, tour), host="ben")[0] == 400
	status, body = call("public.get_page", "Guest", slug=team.slug)
	assert (status, [*body["data"]["meeting_types"][0]["host_choices"]]) == (200, [])


def test_users_are_not_told(team, tour):
	_status, body = call("public.get_page", "Guest", slug=team.slug)
	choices = body["data"]["meeting_types"][0]["host_choices"]
	assert [*choices] == [{"id": "ann", "name": "Ann"}, {"id": "ben", "name": "Ben"}, {"id": "ann-2", "name": "Ann"}]
	assert "@hosts.example" not in frappe.as_json(body)


def with_line(client, names, required=3, **fields):
	team = make_team_page([make_host(name, ALWAYS, timezone="UTC") for name in names])
	for row in team.hosts[required:]:
		row.is_required = 0
	team.save()
	made = make_meeting_type(team, **fields)
	frappe.db.commit()
	return read(client.get(address(team, made), headers={"Accept-Language": "en"}).text).one("p", class_="with").text


@pytest.mark.long
def test_the_people_are_named_before_booking_if_they_are_few(client, commit_clean):
	turns, together = {"assignment": "Round Robin"}, {"assignment": "Collective"}
	assert with_line(client, ("Ann", "Ben", "Cleo"), **turns) == "With Ann, Ben, or Cleo"
	assert with_line(client, ("Ann", "Ben", "Cleo", "Dan"), **turns) == "With one of our team"
	assert with_line(client, ("Ann", "Ben", "Cleo"), **together) == "Ann, Ben, and Cleo"
	assert with_line(client, ("Ann", "Ben", "Cleo", "Dan"), **together) == "The team"


def test_who_joins_only_if_free_isnt_promised(client, commit_clean):
	assert (
		with_line(client, ("Ann", "Ben", "Cleo"), required=2, assignment="Collective")
		== "Ann and Ben, with Cleo if free"
	)
