"""A control that says what a page is about, such as its day or its meeting type: what is done is about what is chosen."""

from datetime import timedelta

import frappe
import pytest

from tests.pages.offer import book, day_in, host_of, in_three_days, make_offer, sign_in
from tests.pages.reading import form_values, read
from tests.support.factories import make_meeting_type

PAGES = {
	"/scheduling/ill": ("clear", "clear", "day"),
	"/scheduling/book": ("book", "", "type"),
	"/scheduling/links": ("new-link", "create", "type"),
	"/scheduling/times": ("", "", "type"),
}


@pytest.fixture
def offer(client, commit_clean):
	offer = make_offer()
	sign_in(client, host_of(offer))
	return offer


def everything():
	frappe.db.rollback()
	return (
		frappe.get_all("Booking", fields=["name", "status", "starts_at", "modified"]),
		frappe.get_all("Booking Link", pluck="name"),
		frappe.get_all("Availability Override", pluck="name"),
	)


@pytest.mark.parametrize("path", PAGES)
def test_a_choice_was_ignored_and_the_action_was_about_the_former_one(client, offer, path):
	"""Its control stood in a form of its own, so who didn't press "Show" cancelled today's meetings in place of Friday's."""
	other = make_meeting_type(frappe.get_doc("Scheduling Page", offer.scheduling_page), title="Other", slug="other")
	meeting = book(offer, in_three_days(10))
	day = day_in(3)
	frappe.db.commit()
	id, action, chooser = PAGES[path]
	shown = f"{path}?day={day}" if path.endswith("ill") else f"{path}?type={offer.name}"
	form = next(
		each
		for each in read(client.get(shown).text).all("form", method="post")
		if each.all("input", name=f"shown:{chooser}")
	)
	assert form.attributes.get("id", "") == id
	values = {**dict(form_values(form)), "action": action, chooser: other.name}
	if chooser == "day":
		values |= {"day": str(day + timedelta(days=1)), f"do:{meeting.id}": "cancel"}
	if path.endswith("book"):
		values |= {"attendee_name": "Ada", "attendee_email": "ada@guests.example"}
	before = everything()
	answer = client.post(path, data=values, allow_redirects=False)
	assert answer.status_code == 400
	assert "You have chosen something else." in answer.text
	assert everything() == before
	chosen = read(answer.text).one("input", name=f"shown:{chooser}")["value"]
	assert chosen == values[chooser]
	led = client.post(path, data={**values, "action": "show"}, allow_redirects=False)
	assert led.status_code == 303
	assert f"{chooser}={values[chooser]}" in led.headers["Location"]
	assert everything() == before


@pytest.mark.parametrize("path", [path for path in PAGES if not path.endswith("ill")])
def test_enter_in_a_field_pressed_show_and_what_was_typed_was_lost(client, offer, path):
	"""Enter presses the first button of a form, in the order of the page."""
	html = read(client.get(path).text)
	id, action, chooser = PAGES[path]
	form = next(each for each in html.all("form", method="post") if each.all("input", name=f"shown:{chooser}"))
	own = [
		each
		for each in html.all("button", type="submit")
		if each in form.all("button") or (id and each.attributes.get("form") == id)
	]
	assert own[0].attributes.get("value", "") == action
	assert any(each.attributes.get("value") == "show" for each in own)
