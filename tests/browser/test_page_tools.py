"""The booking form as a tool of an assistant in the browser (WebMCP), after the script has chosen the time."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import DESK
from tests.pages.offer import bookings_of, path_of

pytestmark = pytest.mark.usefixtures("commit_clean")

FILL_IN = """form => {
	const filled = {};
	for (const field of form.querySelectorAll("[toolparamdescription]")) {
		filled[field.name] = field.getAttribute("toolparamdescription");
		const value = {attendee_name: "Ada Lovelace", attendee_email: "ada@guests.example"}[field.name];
		if (value) {
			field.value = value;
			field.dispatchEvent(new Event("input", {bubbles: true}));
			field.dispatchEvent(new Event("change", {bubbles: true}));
		}
	}
	return filled;
}"""


@pytest.mark.journey
def test_an_assistant_fills_the_form_in_and_the_person_presses_the_button(browse, offer):
	window = browse(DESK)
	window.reach_form(path_of(offer))
	form = window.page.locator("#booking-form")
	expect(form).to_have_attribute("toolname", "book_meeting")
	assert form.get_attribute("toolautosubmit") is None
	filled = form.evaluate(FILL_IN)
	assert filled["attendee_email"].startswith("E-mail")
	assert filled["website"] == "Leave this empty"
	assert not bookings_of(offer)
	window.page.locator("#submit").click()
	window.page.wait_for_url("**/schedule/manage/*booked=1")
	assert [each.attendee_email for each in bookings_of(offer)] == ["ada@guests.example"]
