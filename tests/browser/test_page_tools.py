"""The booking form with scripts as a tool of an assistant in the browser (WebMCP). Without scripts: test_one_contract.py."""

import frappe
import pytest

from scheduler_integration.platform.clock import iso
from tests.browser.doors import ZONE, ByPage
from tests.browser.screens import DESK
from tests.pages.offer import bookings_of, in_three_days, make_offer, path_of
from tests.support.factories import page_of

pytestmark = pytest.mark.usefixtures("commit_clean")
ADA = {"attendee_name": "Ada Lovelace", "attendee_email": "ada@guests.example"}
NOON = iso(in_three_days(12), ZONE)


@pytest.mark.journey
def test_an_assistant_fills_the_form_in_and_the_person_presses_the_button(browse, offer):
	window = browse(DESK)
	door = ByPage(page_of(offer).slug, window)
	window.reach_form(path_of(offer))
	door.fill_in("book_meeting", ADA)
	assert not bookings_of(offer)
	window.page.locator("#submit").click()
	window.page.wait_for_url("**/schedule/manage/*booked=1")
	assert [each.attendee_email for each in bookings_of(offer)] == ["ada@guests.example"]
	assert window.page.url.endswith(door.answer()["address"])


def test_the_assistant_was_told_of_an_error_of_the_site(browse, offer):
	"""Chromium says so if a script sends the form itself, and doesn't answer for the browser."""
	frappe.db.set_value("Meeting Type", offer.name, "confirm_address", "Everybody")
	frappe.db.commit()
	door = ByPage(page_of(offer).slug, browse(DESK))
	door.choose(offer.slug, NOON)
	door.fill_in("book_meeting", {**ADA, "attendee_email": "ada"})
	door.page.locator("#submit").click()
	refused = {"code": "VALIDATION_ERROR", "message": "This is not an e-mail address. Enter one like name@example.com."}
	assert door.answer() == refused
	door.fill_in("book_meeting", ADA)
	door.page.locator("#submit").click()
	assert door.answer()["code"] == "CODE_NEEDED"
	# The field for the digits is part of the tool from now on.
	door.fill_in("book_meeting", {**ADA, "code": "000000"})
	door.page.locator("#submit").click()
	assert door.answer()["code"] == "WRONG_CODE"
	assert door.tools["book_meeting"]["inputSchema"]["properties"]["code"]["description"] == "Code from the e-mail"


def test_the_form_of_a_waitlist_is_a_tool_also_while_its_script_proves_work(browse, choose):
	choose(captcha_mode="Always")
	offer = make_offer(has_waitlist=1)
	window = browse(DESK)
	door = ByPage(page_of(offer).slug, window)
	window.page.goto(f"{path_of(offer)}/waitlist?tz={ZONE}")
	door.fill_in("join_waitlist", {**ADA, "most_offers": "3"})
	with window.page.expect_navigation():
		window.page.locator("#submit").click()
	door.answer()
