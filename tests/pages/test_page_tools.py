"""The booking form is a tool for an assistant in the browser (WebMCP): it fills the fields in, and the person presses the button."""

import re

import frappe
import pytest

from tests.pages.offer import QUESTIONS, book, make_offer, path_of
from tests.pages.reading import read
from tests.support.factories import token_of


@pytest.fixture
def offer(commit_clean):
	return make_offer(
		questions=[
			*QUESTIONS,
			{"label": "Which size?", "question_type": "Select", "options": "S\nL", "show_if": "Which topics?"},
		],
	)


def form_of(client, path, language="en"):
	return read(client.get(path, headers={"Accept-Language": language}).text).one("form", id="booking-form")


def told(form):
	"""Return what the fields say, by their names. Browsers read the words of a group of choices from its fieldset."""
	found = [
		((each.all(name=None) or [each])[0]["name"], each["toolparamdescription"])
		for each in form.all(toolparamdescription=None)
	]
	assert len(dict(found)) == len(found)
	return dict(found)


def test_each_field_that_a_person_sees_says_what_it_is_for(client, offer):
	form = form_of(client, path_of(offer))
	assert form["toolname"] == "book_meeting"
	# So the person presses the button.
	assert "toolautosubmit" not in form.attributes
	assert form["tooldescription"] == "Choose a time first. The person checks the form and presses the button."
	words = told(form)
	seen = {each["name"] for each in form.all(name=None) if each.attributes.get("type") != "hidden"}
	assert set(words) == seen
	assert words["attendee_name"] == "Your name"
	assert words["guests"] == "Invite others (E-mail addresses, separated by commas.)"
	assert words["website"] == "Leave this empty"
	answers = [words[f"answer_{row.name}"] for row in offer.questions]
	assert answers[2] == "Which topics? (Choose all that fit.)"
	assert answers[3] == "I agree to be recorded"
	assert answers[5] == "Which size? (Only if you answered “Which topics?”)"


def test_moving_a_meeting_is_another_tool(client, commit_clean):
	offer = make_offer()
	form = form_of(client, f"{path_of(offer)}?reschedule={token_of(book(offer))}")
	assert form["toolname"] == "move_meeting"
	assert "toolautosubmit" not in form.attributes
	assert told(form)["reason"] == "Let your host know why"


def test_the_words_are_in_the_visitors_language(client, offer):
	form = form_of(client, path_of(offer), "ja")
	assert re.search("[぀-ヿ]", form["tooldescription"])
	assert re.search("[぀-ヿ一-鿿]", told(form)["attendee_name"])


def form_with(client, path, name):
	return read(client.get(path).text).one("form", toolname=name)


def seen_in(form):
	return {each["name"] for each in form.all(name=None) if each.attributes.get("type") not in ("hidden", "submit")}


@pytest.mark.parametrize(
	("name", "path"),
	[
		("join_waitlist", "{type}/waitlist"),
		("cancel_meeting", "/schedule/manage/{token}?cancel=1"),
		("wait_for_earlier", "/schedule/manage/{token}?sooner=1"),
		("confirm_address", "/schedule/manage/{token}?code=1"),
	],
)
def test_other_forms_are_tools_too(client, commit_clean, choose, name, path):
	choose(confirm_address="Unknown people")
	offer = make_offer(has_waitlist=1)
	booked = book(offer, guests=["bob@guests.example"])
	frappe.db.set_value("Booking", booked.id, "address_status", "Unconfirmed")
	frappe.db.commit()
	form = form_with(client, path.format(type=path_of(offer), token=token_of(booked)), name)
	assert form["tooldescription"]
	assert "toolautosubmit" not in form.attributes
	assert {*told(form)} == seen_in(form) - {"action"}


def test_a_form_that_is_folded_away_is_no_tool(client, commit_clean):
	page = read(client.get(f"/schedule/manage/{token_of(book(make_offer(has_waitlist=1)))}").text)
	assert page.all("form")
	assert not page.all("form", toolname=None)
